import { scriptOf } from '../balancer/arguments.ts';
import { taskRun } from '../domain/attempt/run.ts';
import { findStep, isRepeatable, isScript, type PlannedTask, taskName } from '../domain/plan/plan.ts';
import type { TaskOutcome } from '../systems/system.ts';
import { aboutTask, askPerson } from './ask-person.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

/** An outcome of a task, and what went wrong with it before. */
export interface Settling {
  task: PlannedTask;
  run: number;
  outcome: TaskOutcome;
  pace: Pace;
}

/** What went wrong with a task lately. */
export interface Pace {
  broken: number;
  fruitless: number;
  reason: string;
}

/** How long an unreachable target is probed beyond the task's own timeout before a person is asked. */
const unreachableGraceMs = 120_000;
/** How long it is tried to end what runs on a server that cannot be reached. */
const endGraceMs = 60_000;
const firstRetryMs = 500;
const longestRetryMs = 10_000;
/** A task that truthfully never started, this many times in a row, cannot be started. */
const maxFruitlessStarts = 3;

/** So many last lines of a failure are said in the thread; what is longer is kept whole beside them. */
const shownOfFailure = 20;

/** A failure keeps all the lines it came with, as evidence: whatever is done to the server afterwards. */
const keptOfSuccess = 20;

/** Writes what came of a task, or waits and asks where nobody knows (law 2). */
export async function settleOutcome(
  needs: ExecutorNeeds,
  book: Book,
  settling: Settling,
  signal: AbortSignal,
): Promise<void> {
  const { task, run, outcome, pace } = settling;
  switch (outcome.state) {
    case 'ended':
      pace.broken = 0;
      return await noteEnd(needs, book, task, run, outcome);
    case 'never-started':
      return await noteNeverStarted(needs, book, settling);
    case 'lost':
      return await noteLost(needs, book, settling, signal);
    case 'interrupted':
      pace.reason = outcome.reason;
      return await waitOrAsk(needs, book, settling, signal);
    case 'fenced':
      // The target has seen a higher token than ours; our next write will be refused for the same reason.
      return await needs.sleep(firstRetryMs, signal);
  }
}

async function noteEnd(
  needs: ExecutorNeeds,
  book: Book,
  task: PlannedTask,
  run: number,
  outcome: Omit<Extract<TaskOutcome, { state: 'ended' }>, 'state'>,
): Promise<void> {
  const { end, exitCode, message, readBack } = outcome;
  const lastLines = end === 'error' ? outcome.lastLines : outcome.lastLines.slice(-keptOfSuccess);
  // Before the end is told: whoever tells it finds what there is to show.
  if (end === 'error') await keepOutput(needs, book, { task: task.id, run }, outcome);
  const durationMs = needs.now() - (intendedAt(book, task) ?? needs.now());
  await book.note([
    {
      type: 'task_ended',
      task: task.id,
      run,
      state: end,
      exitCode,
      message,
      lastLines,
      readBack,
      durationMs,
    },
  ]);
}

/** Where the last lines are all of it, they stand in the event, and nothing more is kept. */
async function keepOutput(
  { store }: ExecutorNeeds,
  { deployment: { number: deployment, attempt } }: Book,
  at: { task: number; run: number },
  { output, lastLines }: { output?: string; lastLines: string[] },
): Promise<void> {
  const whole = output ?? lastLines.join('\n');
  if (whole.trimEnd().split('\n').length > shownOfFailure)
    await store.keepOutput({ deployment, attempt, ...at }, whole);
}

async function noteNeverStarted(
  needs: ExecutorNeeds,
  book: Book,
  { task, run, pace }: Settling,
): Promise<void> {
  pace.fruitless += 1;
  if (pace.fruitless > maxFruitlessStarts) {
    const message = `could not be started: ${pace.reason}`;
    return await noteEnd(needs, book, task, run, {
      end: 'error',
      exitCode: null,
      message,
      lastLines: [],
      readBack: null,
    });
  }
  const message = 'it had not begun';
  await book.note([{ type: 'task_found', task: task.id, run, seen: 'never-started', again: false, message }]);
}

async function noteLost(
  needs: ExecutorNeeds,
  book: Book,
  { task, run, outcome }: Settling,
  signal: AbortSignal,
): Promise<void> {
  const reason = outcome.state === 'lost' ? outcome.reason : '';
  if (isIdempotent(book, task))
    return await book.note([
      { type: 'task_found', task: task.id, run, seen: 'lost', again: true, message: reason },
    ]);
  await askOrEnd(needs, book, task, `${sayTask(task)} began and left no result (${reason})`, signal);
}

/** Nobody can know it but a person; where everything is to be ended at once, nobody is asked (law 10). */
async function askOrEnd(
  needs: ExecutorNeeds,
  book: Book,
  task: PlannedTask,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  await book.refresh();
  const { run } = book.deployment;
  if (!run) return;
  if (!run.stopNow) return await askPerson(needs, book, aboutTask(book, run, task, `${text}.`), signal);
  const unknown = { end: 'unknown' as const, exitCode: null, lastLines: [], readBack: null };
  await noteEnd(needs, book, task, taskRun(run, task.id).run, { ...unknown, message: text });
}

function isIdempotent(book: Book, task: PlannedTask): boolean {
  const found = findStep(book.plan, task);
  if (found) return found.step.idempotent;
  return isScript(task) ? scriptOf(book.plan, task).idempotent : isRepeatable(book.plan, task);
}

/** The way broke: wait and probe again; beyond the task's own time only a person can say (law 2). */
async function waitOrAsk(
  needs: ExecutorNeeds,
  book: Book,
  { task, pace }: Settling,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  pace.broken += 1;
  const { stopNow } = book.deployment.run ?? {};
  if (stopNow && needs.now() > stopNow.at + endGraceMs)
    return await askOrEnd(needs, book, task, `${sayTask(task)} could not be ended (${pace.reason})`, signal);
  const since = intendedAt(book, task) ?? needs.now();
  if (needs.now() > since + timeoutMsOf(book, task) + unreachableGraceMs)
    return await askOrEnd(
      needs,
      book,
      task,
      `${sayTask(task)}: its end is not known (${pace.reason})`,
      signal,
    );
  await needs.sleep(Math.min(longestRetryMs, firstRetryMs * 2 ** (pace.broken - 1)), signal);
}

function timeoutMsOf(book: Book, task: PlannedTask): number {
  const found = findStep(book.plan, task);
  if (found) return found.step.timeoutSeconds * 1_000;
  const { readBack, stepTimeoutSeconds } = book.plan.environment;
  if (task.type === 'VERIFY') return (readBack?.timeoutSeconds ?? 0) * 1_000;
  return (isScript(task) ? scriptOf(book.plan, task).timeoutSeconds : stepTimeoutSeconds) * 1_000;
}

function intendedAt(book: Book, task: PlannedTask): number | null {
  const { run } = book.deployment;
  return run && taskRun(run, task.id).intendedAt;
}

function sayTask(task: PlannedTask): string {
  return `${task.server ?? task.cluster}: ${taskName(task)}`;
}
