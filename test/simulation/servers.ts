import { type Marker, Unreachable, type Work } from '../../src/drivers/command.ts';
import type { Fate } from '../../src/world/machine.ts';
import type { WorldEvent } from '../../src/world/state.ts';
import { createWorld, type World } from '../../src/world/world.ts';
import { sleepIn } from './bot.ts';
import { restoring } from './environment.ts';
import type { Faults } from './faults.ts';
import type { Kernel } from './kernel.ts';
import { randomFrom, seedOf } from './random.ts';
import type { Scenario } from './scenario.ts';

interface ServerNeeds {
  kernel: Kernel;
  faults: Faults;
  witness: (event: WorldEvent) => void;
  /** The deployment that this one rolls back; null where it rolls none back. */
  undoneBy: (deployment: number) => number | null;
}

const longestScriptMs = 500;
const hangMs = 90_000;

/** The servers of a scenario behind their balancer: their calls take turns, and the scenario's faults meet them. */
export function createServers(scenario: Scenario, { kernel, faults, witness, undoneBy }: ServerNeeds): World {
  const backups = createBackups(undoneBy, (server) => world.installedOn(server));
  const wire = async (machine: string, phase: 'to' | 'back'): Promise<void> => {
    const { fails, forMs } = faults.call(machine, phase);
    await kernel.turn(forMs);
    if (fails) throw new Unreachable(`${machine} cannot be reached`);
  };
  const world = createWorld({
    now: () => kernel.now,
    sleep: async (milliseconds, signal) => await sleepIn(kernel, kernel.current, milliseconds, signal),
    fateOf: (machine, marker, work) => {
      backups.keep(machine, marker);
      return fateOf(scenario, { machine, marker, work }, faults.step());
    },
    installedAfter: (machine, marker, revision) => {
      const [, step] = marker.task.split('-');
      if (step === 'install') return revision;
      return step === restoring ? backups.of(machine, marker) : world.installedOn(machine);
    },
    moveOf: (work) => {
      if (work.kind === 'line') return null;
      const [path = '', member = ''] = work.words;
      return { to: path.endsWith('drain') ? 'drain' : 'up', member };
    },
    wire: {
      to: async (machine) => await wire(machine, 'to'),
      back: async (machine) => await wire(machine, 'back'),
    },
    ailmentOf: () => null,
    witness,
  });
  return world;
}

interface Backups {
  keep(machine: string, marker: Marker): void;
  of(machine: string, marker: Marker): string | null;
}

/** What each server had before an attempt first changed it, as a backup would hold it. */
function createBackups(
  undoneBy: ServerNeeds['undoneBy'],
  installedOn: (server: string) => string | null,
): Backups {
  const kept: { machine: string; deployment: number; attempt: number; before: string | null }[] = [];
  return {
    keep: (machine, { task, deployment, attempt }) => {
      const isKnown = kept.some(
        (backup) =>
          backup.machine === machine && backup.deployment === deployment && backup.attempt === attempt,
      );
      if (task.endsWith('-install') && !isKnown)
        kept.push({ machine, deployment, attempt, before: installedOn(machine) });
    },
    of: (machine, { deployment, attempt }) => {
      const undone = undoneBy(deployment);
      const found = kept.find((backup) =>
        undone === null
          ? backup.deployment === deployment && backup.attempt === attempt && backup.machine === machine
          : backup.deployment === undone && backup.machine === machine,
      );
      return found?.before ?? null;
    },
  };
}

/** How a run comes out: by a stream of its own, so that it depends on nothing else. */
function fateOf(
  { seed, shape }: Scenario,
  { machine, marker, work }: { machine: string; marker: Marker; work: Work },
  fault: ReturnType<Faults['step']>,
): Fate {
  const { deployment, attempt, task, run } = marker;
  const random = randomFrom(seedOf(seed, `${machine}/${deployment}/${attempt}/${task}/${run}`));
  const longest = work.kind === 'words' ? longestScriptMs : shape.longestStepMs;
  const durationMs = 20 + random.below(longest);
  if (fault === 'fails') return { durationMs, exitCode: 1 };
  if (fault === 'dies') return { durationMs, exitCode: null };
  return { durationMs: fault === 'hangs' ? hangMs : durationMs, exitCode: 0 };
}
