import type { Plan } from '../../src/domain/plan.ts';
import type { World } from '../../src/world/world.ts';
import { createCrowd, type Crowd } from './crowd.ts';
import { createFaults, type Faults } from './faults.ts';
import type { Happening, Witnesses } from './invariant.ts';
import { invariants } from './invariants/all.ts';
import { createKernel, type Kernel } from './kernel.ts';
import { createLedger, isAtRest, type Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { createProcesses, type Processes } from './processes.ts';
import { randomFrom, seedOf } from './random.ts';
import type { Scenario } from './scenario.ts';
import { createServers } from './servers.ts';
import { createSlackModel } from './slack-model.ts';
import { sayHappening } from './story.ts';
import { add, count, countDeployments, type Tally } from './tally.ts';
import { installTimers } from './timers.ts';

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
  story: string[];
}

/** Memory in which a history takes place, at its clock. */
export type OpenMemory = (now: () => number) => Promise<Memory>;

/** Saturday 21 November 2026, 09:00 in Madrid. */
const beginning = Date.parse('2026-11-21T08:00:00Z');
/** How long people and faults have, and how long a bot that is left alone may need to come to rest. */
const eventfulMs = 240_000;
const restMs = 900_000;
const lastBreathMs = 5_000;
const mostTurns = 60_000;

/** Everything of one history. */
interface Stage {
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

/** Lets one scenario happen and watches every invariant after each happening. */
export async function runHistory(scenario: Scenario, openMemory: OpenMemory): Promise<Outcome> {
  const kernel = createKernel(beginning, randomFrom(seedOf(scenario.seed, 'kernel')));
  const memory = await openMemory(() => kernel.now);
  const restoreTimers = installTimers(kernel);
  const stage = setStage(scenario, kernel, memory);
  const { outcome, processes } = stage;
  try {
    processes.ensureSpeaker();
    await Promise.resolve();
    arrange(scenario, stage);
    await letHappen(scenario, stage);
    if (!outcome.violation) await comeToRest(stage);
  } finally {
    restoreTimers();
    for (const { process } of processes.bots) process.alive = false;
  }
  countDeployments(outcome.tally, stage.ledger);
  return { ...outcome, turns: kernel.turnsTaken };
}

function setStage(scenario: Scenario, kernel: Kernel, memory: Memory): Stage {
  const outcome: Outcome = { violation: null, tally: {}, turns: 0, story: [] };
  const { tally } = outcome;
  const story = (line: string): void => {
    outcome.story.push(`+${((kernel.now - beginning) / 1_000).toFixed(3)}s ${line}`);
  };
  const leaves: { who: string; from: number; until: number }[] = [];
  const isMember = (person: string, at = kernel.now): boolean =>
    !leaves.some(({ who, from, until }) => who === person && from <= at && at < until);
  const plans = new Map<string, Plan>();
  const ledger = createLedger(plans);
  const faults = createFaults(scenario.faults, {
    kernel,
    tally,
    kill: (process, forMs, where) => processes.kill(process, forMs, where),
  });
  const slack = createSlackModel(kernel, () => faults.slack());
  const witness = (event: Extract<Happening, { is: 'world' }>['event']): void =>
    happened({ is: 'world', at: kernel.now, event });
  const world = createServers(scenario, { kernel, faults, witness });
  const wasMember = (person: string, since: number): boolean => isMember(person, since) || isMember(person);
  const watch = watchAll({ ledger, memory, slack, membersOut: () => world.membersOut(), wasMember });
  const happened = (happening: Happening): void => {
    if (outcome.violation) return;
    story(sayHappening(happening));
    count(tally, happening);
    outcome.violation = watch(happening);
    ledger.add(happening);
  };
  const written = reportRows(memory, kernel, happened);
  const planned = (hash: string, plan: Plan): void => void plans.set(hash, plan);
  const shared = { kernel, memory, faults, world, slack, shape: scenario.shape };
  const processes = createProcesses({ ...shared, planned, written, isMember, story });
  const apologised = (): void => add(tally, 'apologies');
  const crowd = createCrowd({ kernel, slack, bots: processes.bots, happened, leaves, story, apologised });
  return { kernel, memory, faults, ledger, world, processes, crowd, outcome, happened };
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

/** Puts what people do and what goes wrong at a time into the order of the clock. */
function arrange(
  { actions, faults: wrong }: Scenario,
  { kernel, crowd, processes, faults, outcome }: Stage,
): void {
  for (const action of actions) kernel.later(action.at, null, () => crowd.act(action));
  for (const fault of wrong) {
    if (fault.do === 'second-process')
      kernel.later(fault.at, null, () => {
        if (faults.over) return;
        add(outcome.tally, 'second-process');
        processes.startAnother();
      });
    if (fault.do === 'kill-at')
      kernel.later(fault.at, null, () => {
        const [bot] = processes.bots;
        if (!bot || faults.over) return;
        add(outcome.tally, 'kill-at');
        processes.kill(bot.process, fault.forMs, 'at any line');
      });
  }
}

async function letHappen({ actions }: Scenario, { kernel, memory, ledger, outcome }: Stage): Promise<void> {
  const last = beginning + Math.max(0, ...actions.map(({ at }) => at)) + lastBreathMs;
  await kernel.run({
    until: beginning + eventfulMs,
    turns: mostTurns,
    done: () => outcome.violation !== null || (kernel.now >= last && isSettled(memory, ledger)),
  });
}

/** No more faults, one process, nobody who asks for anything new: it has to come to rest in time. */
async function comeToRest({
  kernel,
  memory,
  faults,
  ledger,
  world,
  processes,
  crowd,
  outcome,
  happened,
}: Stage) {
  faults.over = true;
  const survivors = [...processes.bots];
  for (const { process } of survivors) {
    const isAlone = processes.started === 1 && process.pausedUntil <= kernel.now;
    if (!isAlone) processes.kill(process, 0, 'faults are over');
  }
  processes.ensureSpeaker();
  await Promise.resolve();
  crowd.calmDown();
  const until = kernel.now + restMs;
  const broken = (): boolean => outcome.violation !== null;
  const rested = (): boolean => broken() || isSettled(memory, ledger);
  await kernel.run({ until, turns: mostTurns, done: rested });
  await kernel.run({ until: kernel.now + lastBreathMs, turns: mostTurns, done: broken });
  await kernel.run({ until, turns: mostTurns, done: rested });
  world.settle();
  happened({ is: 'end', at: kernel.now, finished: isSettled(memory, ledger) });
}

/** Nothing goes on, and Slack shows all of it. */
function isSettled(memory: Memory, ledger: Ledger): boolean {
  return isAtRest(ledger) && memory.isTold() && memory.unsaidMessages().length === 0;
}
