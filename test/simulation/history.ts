import { createKernel } from './kernel.ts';
import { isAtRest, type Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { randomFrom, seedOf } from './random.ts';
import type { Scenario } from './scenario.ts';
import { type Outcome, setStage, type Stage } from './stage.ts';
import { add, countDeployments } from './tally.ts';
import { installTimers } from './timers.ts';

/** Memory in which a history takes place, at its clock. */
export type OpenMemory = (now: () => number) => Promise<Memory>;

/** Saturday 21 November 2026, 09:00 in Madrid. */
const beginning = Date.parse('2026-11-21T08:00:00Z');
/** How long people and faults have, and how long a bot that is left alone may need to come to rest. */
const eventfulMs = 240_000;
const restMs = 1_800_000;
const lastBreathMs = 5_000;
const mostTurns = 60_000;

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
