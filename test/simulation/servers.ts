import { type Marker, Unreachable, type Work } from '../../src/drivers/command.ts';
import type { Fate } from '../../src/world/machine.ts';
import type { WorldEvent } from '../../src/world/state.ts';
import { createWorld, type World } from '../../src/world/world.ts';
import { sleepIn } from './bot.ts';
import type { Faults } from './faults.ts';
import type { Kernel } from './kernel.ts';
import { randomFrom, seedOf } from './random.ts';
import type { Scenario } from './scenario.ts';

interface ServerNeeds {
  kernel: Kernel;
  faults: Faults;
  witness: (event: WorldEvent) => void;
}

const longestScriptMs = 500;
const hangMs = 90_000;

/** The servers of a scenario behind their balancer: their calls take turns, and the scenario's faults meet them. */
export function createServers(scenario: Scenario, { kernel, faults, witness }: ServerNeeds): World {
  const wire = async (machine: string, phase: 'to' | 'back'): Promise<void> => {
    const { fails, forMs } = faults.call(machine, phase);
    await kernel.turn(forMs);
    if (fails) throw new Unreachable(`${machine} cannot be reached`);
  };
  return createWorld({
    now: () => kernel.now,
    sleep: async (milliseconds, signal) => await sleepIn(kernel, kernel.current, milliseconds, signal),
    fateOf: (machine, marker, work) => fateOf(scenario, { machine, marker, work }, faults.step()),
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
