import { scriptOf } from '../balancer/arguments.ts';
import { type PlannedTask, stepOf } from '../domain/plan.ts';
import { taskRun } from '../domain/run.ts';
import type { OnSeen, TaskContext, TaskOutcome, TaskPerformer } from '../systems/system.ts';
import { aboutTask, askPerson } from './ask-person.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

/** Performs and probes the tasks of one attempt and writes what came of them. */
export interface TaskRunner {
  perform(task: PlannedTask, run: number, signal: AbortSignal): Promise<void>;
  probe(task: PlannedTask, run: number, signal: AbortSignal): Promise<void>;
}

/** How long an unreachable target is probed beyond the task's own timeout before a person is asked. */
const unreachableGraceMs = 120_000;
const firstRetryMs = 500;
const longestRetryMs = 10_000;
/** A task that truthfully never started, this many times in a row, cannot be started. */
const maxFruitlessStarts = 3;

/** Makes the runner of one attempt. What it counts only paces it; every decision stands in the log. */
export function createTaskRunner(needs: ExecutorNeeds, book: Book): TaskRunner {
  const paces = new Map<number, Pace>();
  const paceOf = (task: PlannedTask): Pace => {
    const pace = paces.get(task.id) ?? { broken: 0, fruitless: 0, reason: '' };
    paces.set(task.id, pace);
    return pace;
  };
  return {
    perform: async (task, run, signal) => {
      prepareNext(needs, book, task);
      const context = await contextOf(needs, book, task, run);
      const outcome = await performerOf(needs, task).perform(context, signal);
      await settleOutcome(needs, book, { task, run, outcome, pace: paceOf(task) }, signal);
    },
    probe: async (task, run, signal) => {
      const context = await contextOf(needs, book, task, run);
      const onSeen: OnSeen = async (seen, message) => {
        if (seen === 'running' || seen === 'ended')
          await book.note([{ type: 'task_found', task: task.id, run, seen, again: false, message }]);
      };
      const outcome = await performerOf(needs, task).probe(context, onSeen, signal);
      await settleOutcome(needs, book, { task, run, outcome, pace: paceOf(task) }, signal);
    },
  };
}

interface Settling {
  task: PlannedTask;
  run: number;
  outcome: TaskOutcome;
  pace: Pace;
}

/** What went wrong with a task lately. */
interface Pace {
  broken: number;
  fruitless: number;
  reason: string;
}

function performerOf(needs: ExecutorNeeds, task: PlannedTask): TaskPerformer {
  return task.type.startsWith('SCRIPT') ? needs.balancer : needs.system;
}

async function contextOf(
  needs: ExecutorNeeds,
  book: Book,
  task: PlannedTask,
  run: number,
): Promise<TaskContext> {
  const { plan, deployment, lease } = book;
  const installation = await needs.store.installation();
  return {
    plan,
    task,
    run,
    deployment: deployment.number,
    attempt: deployment.attempt,
    fence: { installation, environment: plan.environment.name, token: lease.fence },
    startedAt: deployment.startedAt ?? deployment.requestedAt,
  };
}

/** While servers are deployed to, the ways to as many next ones are opened. */
function prepareNext(needs: ExecutorNeeds, { plan, deployment }: Book, task: PlannedTask): void {
  const { run } = deployment;
  const { parallel } = plan.environment;
  const atOnce = parallel ? parallel.perCluster * parallel.clustersInFlight : 1;
  const pending = [...(run?.servers ?? [])].filter(
    ([name, { state }]) => state === 'pending' && name !== task.server,
  );
  for (const [name] of pending.slice(0, atOnce)) needs.system.prepare(plan, name);
}

async function settleOutcome(
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
  const { end, exitCode, message, lastLines, readBack } = outcome;
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
  await askPerson(
    needs,
    book,
    aboutTask(task, `${sayTask(task)} began and left no result (${reason}).`),
    signal,
  );
}

function isIdempotent(book: Book, task: PlannedTask): boolean {
  return task.type === 'STEP'
    ? stepOf(book.plan, task).step.idempotent
    : scriptOf(book.plan, task).idempotent;
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
  const since = intendedAt(book, task) ?? needs.now();
  if (needs.now() > since + timeoutMsOf(book, task) + unreachableGraceMs)
    return await askPerson(
      needs,
      book,
      aboutTask(task, `${sayTask(task)}: its end is not known (${pace.reason}).`),
      signal,
    );
  await needs.sleep(Math.min(longestRetryMs, firstRetryMs * 2 ** (pace.broken - 1)), signal);
}

function timeoutMsOf(book: Book, task: PlannedTask): number {
  if (task.type === 'STEP') return stepOf(book.plan, task).step.timeoutSeconds * 1_000;
  if (task.type === 'VERIFY') return (book.plan.environment.readBack?.timeoutSeconds ?? 0) * 1_000;
  return scriptOf(book.plan, task).timeoutSeconds * 1_000;
}

function intendedAt(book: Book, task: PlannedTask): number | null {
  const { run } = book.deployment;
  return run && taskRun(run, task.id).intendedAt;
}

function sayTask(task: PlannedTask): string {
  const what = task.step ? `step ${task.step}` : (task.action ?? 'read-back');
  return `${task.server ?? task.cluster}: ${what}`;
}
