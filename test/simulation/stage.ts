import type { Plan } from '../../src/domain/plan/plan.ts';
import type { World } from '../../src/world/world.ts';
import { createCrowd, type Crowd } from './crowd.ts';
import { createFaults, type Faults } from './faults.ts';
import type { Happening, Witnesses } from './invariant.ts';
import { invariants } from './invariants/all.ts';
import { createLedger } from './keep-ledger.ts';
import type { Kernel } from './kernel.ts';
import type { Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { createProcesses, type Processes } from './processes.ts';
import type { Scenario } from './scenario.ts';
import { createServers } from './servers.ts';
import { createSlackModel } from './slack-model.ts';
import { sayHappening } from './story.ts';
import { add, count, type Tally } from './tally.ts';

/** What broke, and the happenings that led there. */
export interface Violation {
  /** Its number and name. */
  invariant: string;
  says: string;
  because: string;
}

/** How a history came out. */
export interface Outcome {
  violation: Violation | null;
  tally: Tally;
  turns: number;
  /** Everything that happened, a line each; it ends where an invariant broke. */
  story: () => string[];
}

/** Everything of one history. */
export interface Stage {
  kernel: Kernel;
  memory: Memory;
  faults: Faults;
  ledger: Ledger;
  world: World;
  processes: Processes;
  crowd: Crowd;
  outcome: Outcome;
  happened: (happening: Happening) => void;
}

/** Puts everything of a scenario in its place; nothing has happened yet. */
export function setStage(scenario: Scenario, kernel: Kernel, memory: Memory): Stage {
  const told = createStory(kernel);
  const story = (line: string): void => told.add(() => line);
  const outcome: Outcome = { violation: null, tally: {}, turns: 0, story: told.lines };
  const { tally } = outcome;
  const leaves: { who: string; from: number; until: number }[] = [];
  const isMember = (person: string, at = kernel.now): boolean =>
    !leaves.some(({ who, from, until }) => who === person && from <= at && at < until);
  const plans = new Map<string, Plan>();
  const planOf = (hash: string): Plan => {
    const plan = plans.get(hash);
    if (!plan) throw new Error(`a row names the plan ${hash}, which nobody made`);
    return plan;
  };
  const ledger = createLedger(planOf);
  const faults = createFaults(scenario.faults, {
    kernel,
    tally,
    kill: (process, forMs, where) => processes.kill(process, forMs, where),
  });
  const slack = createSlackModel(kernel, () => faults.slack());
  const undoneBy = (deployment: number): number | null =>
    ledger.deployments.get(deployment)?.plan.undoes?.deployment ?? null;
  const witness = (event: Extract<Happening, { is: 'world' }>['event']): void =>
    happened({ is: 'world', at: kernel.now, event });
  const world = createServers(scenario, { kernel, faults, witness, undoneBy });
  const wasMember = (person: string, since: number): boolean => isMember(person, since) || isMember(person);
  const membersOut = (): Set<string> => world.membersOut();
  const others = createOthers();
  const { tamperedAt } = others;
  const watch = watchAll({ ledger, memory, slack, membersOut, planOf, tamperedAt, wasMember });
  const happened = (happening: Happening): void => {
    if (outcome.violation) return;
    told.add(() => sayHappening(happening));
    count(tally, happening);
    outcome.violation = watch(happening);
    others.see(happening);
    ledger.add(happening);
  };
  const written = reportRows(memory, kernel, happened);
  const planned = (hash: string, plan: Plan): void => void plans.set(hash, plan);
  const shared = { kernel, memory, faults, world, slack, shape: scenario.shape };
  const processes = createProcesses({ ...shared, planned, written, isMember, story });
  const apologised = (): void => add(tally, 'apologies');
  const tamper = (server: string): void => {
    story(`somebody else changes ${server}`);
    add(tally, 'servers tampered with');
    others.change(server, kernel.now);
    world.tamper(server, 'shop@hotfix');
  };
  const { bots } = processes;
  const crowd = createCrowd({ kernel, slack, bots, happened, leaves, story, apologised, tamper });
  return { kernel, memory, faults, ledger, world, processes, crowd, outcome, happened };
}

/** Lines that are put into words only when somebody reads them: hardly any history is read. */
function createStory(kernel: Kernel): { add: (say: () => string) => void; lines: () => string[] } {
  const startedAt = kernel.now;
  const told: { at: number; say: () => string }[] = [];
  return {
    add: (say) => void told.push({ at: kernel.now, say }),
    lines: () => told.map(({ at, say }) => `+${((at - startedAt) / 1_000).toFixed(3)}s ${say()}`),
  };
}

interface Others {
  see(happening: Happening): void;
  change(server: string, at: number): void;
  tamperedAt: Witnesses['tamperedAt'];
}

/** What others changed on servers of which it is known what a deployment had left there. */
function createOthers(): Others {
  const left = new Set<string>();
  const changed = new Map<string, number>();
  return {
    tamperedAt: (server) => changed.get(server) ?? null,
    change: (server, at) => void (left.has(server) && changed.set(server, at)),
    see: (happening) => {
      if (happening.is !== 'row') return;
      const { event } = happening.row;
      if (event.type === 'server_ended' && event.to !== null) left.add(event.server);
      if (event.type !== 'server_started') return;
      left.delete(event.server);
      changed.delete(event.server);
    },
  };
}

function watchAll(witnesses: Witnesses): (happening: Happening) => Violation | null {
  const watches = invariants.map(({ number, says, watch }) => ({ number, says, check: watch(witnesses) }));
  return (happening) => {
    for (const { number, says, check } of watches) {
      const because = check(happening);
      if (because !== null) return { invariant: number, says, because };
    }
    return null;
  };
}

/** Reads what a write has added to the log. */
function reportRows(
  memory: Memory,
  kernel: Kernel,
  happened: (happening: Happening) => void,
): (envelope: string | null) => void {
  let last = 0;
  return (envelope) => {
    for (const row of memory.rowsAfter(last)) {
      last = row.seq;
      happened({ is: 'row', at: kernel.now, row, envelope });
    }
  };
}
