import type { Action, GroupAction } from '../domain/attempt/action.ts';
import { beginsServer, nextActions } from '../domain/attempt/next-action.ts';
import type { Run } from '../domain/attempt/run.ts';
import { windowEnd } from '../domain/calendar/windows.ts';
import type { Step } from '../domain/configured/runbook.ts';
import { inOrder } from '../domain/deployment/in-order.ts';
import { windowEndEvents } from '../domain/deployment/window-end.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { findStep, type PlannedTask } from '../domain/plan/plan.ts';
import { aboutNextWave, aboutStep, askPerson } from './ask-person.ts';
import type { Book, Events } from './book.ts';
import { createGroupCheck, type GroupCheck } from './check-group.ts';
import { aftermathOf } from './end-attempt.ts';
import type { ExecutorNeeds } from './needs.ts';
import { createTaskRunner, type TaskRunner } from './run-task.ts';

const pollMs = 250;

interface Attempt {
  needs: ExecutorNeeds;
  book: Book;
  tasks: TaskRunner;
  checkGroup: GroupCheck;
  /** When the window in which it began ends, epoch milliseconds. Asked once: calendars are slow, decisions many. */
  closesAt: number;
  /** The groups at work, each on one action. */
  atWork: Map<number, Work>;
  /** What comes next as the log stood at a version: only another version makes it something else. */
  decided: { version: number; actions: Action[] } | null;
}

interface Work {
  done: Promise<void>;
  does: Action['do'];
  /** Lets go of it; what runs on its server goes on. */
  letGo: AbortController;
}

/**
 * Runs the attempt of an opened book to its end. Every decision is made and written here, one after another; only what
 * is done out there, on different groups, is done at the same time.
 */
export async function runAttempt(needs: ExecutorNeeds, book: Book, signal: AbortSignal): Promise<void> {
  const attempt: Attempt = {
    needs,
    book,
    tasks: createTaskRunner(needs, book),
    checkGroup: createGroupCheck(needs, book),
    closesAt: closesAt(book),
    atWork: new Map(),
    decided: null,
  };
  const letGo = new AbortController();
  try {
    await decideOn(attempt, AbortSignal.any([signal, letGo.signal]));
  } finally {
    letGo.abort();
    await Promise.allSettled([...attempt.atWork.values()].map(({ done }) => done));
  }
}

function closesAt({ plan, deployment: { startedAt } }: Book): number {
  const end = startedAt === null ? null : windowEnd(plan.environment, startedAt);
  return end?.at ?? Infinity;
}

async function decideOn(attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { needs, book, atWork } = attempt;
  while (!signal.aborted) {
    await book.refresh();
    const { run } = book.deployment;
    if (!run) throw new Error(`#${book.deployment.number} runs without an attempt`);
    const closed =
      needs.now() >= attempt.closesAt ? windowEndEvents(book.deployment, book.plan, needs.now()) : null;
    if (closed && (await book.decide(closed))) continue;
    const actions = actionsOf(attempt, run);
    if (actions.length === 0 && atWork.size === 0) return await needs.system.release(book.plan);
    for (const action of actions) if (action.do === 'end') letGoOf(atWork.get(action.group));
    const idle = actions.filter((action) => !('group' in action) || !atWork.has(action.group));
    const next = idle.find((action) => action.do !== 'wait' && hasRoom(attempt, action));
    if (next) await begin(attempt, run, next, signal);
    else await somethingHappens(attempt, signal);
  }
}

/** Most looks at the log find nothing new: what comes next is reckoned once for each version. */
function actionsOf(attempt: Attempt, run: Run): Action[] {
  const { index, deployment } = attempt.book;
  const { version } = deployment;
  if (attempt.decided?.version !== version) attempt.decided = { version, actions: nextActions(index, run) };
  return attempt.decided.actions;
}

/** It is followed no longer, so that it can be ended. */
function letGoOf(atWork: Work | undefined): void {
  if (atWork && atWork.does !== 'end') atWork.letGo.abort();
}

function hasRoom({ needs, book }: Attempt, action: Action): boolean {
  const share = action.do === 'perform' ? shareOf(book, action.task) : null;
  return share === null || needs.shares.hasRoom(share.name, share.atOnce);
}

function shareOf({ plan }: Book, task: PlannedTask): Step['share'] {
  return findStep(plan, task)?.step.share ?? null;
}

/** A group has done its action; or some time has passed, in which somebody may have answered, paused or stopped it. */
async function somethingHappens({ needs, atWork }: Attempt, signal: AbortSignal): Promise<void> {
  const noLonger = new AbortController();
  const later = needs.sleep(pollMs, AbortSignal.any([signal, noLonger.signal]));
  try {
    await Promise.race([later, ...[...atWork.values()].map(({ done }) => done)]);
  } finally {
    // With a reason of its own: else an error with a stack is made each time, for nobody.
    noLonger.abort('something happened');
  }
}

async function begin(attempt: Attempt, run: Run, action: Action, signal: AbortSignal): Promise<void> {
  const { needs, book, tasks } = attempt;
  switch (action.do) {
    case 'wait':
      return;
    case 'record':
      return await record(needs, book, action.events as Events);
    case 'pause':
      return await askPerson(needs, book, aboutNextWave(book, run, action.done, action.next), signal);
    case 'ask':
      return await askPerson(
        needs,
        book,
        aboutStep(book, run, action.task),
        signal,
        beginning(run, action.task),
      );
    case 'tell':
      return void (await book.decide(inOrder(beginning(run, action.task), told(action.task))));
    case 'check-group':
      return work(attempt, action, signal, async (until) => await attempt.checkGroup(action.group, until));
    case 'end':
      return work(attempt, action, signal, async (until) => await tasks.end(action.task, action.run, until));
    case 'probe':
      return usingShare(
        attempt,
        action,
        signal,
        async (until) => await tasks.probe(action.task, action.run, until),
      );
    case 'perform': {
      const written = writeIntent(book, run, action);
      return usingShare(attempt, action, signal, async (until) => {
        if (!(await written)) return;
        await needs.reach('after:intent-commit');
        await tasks.perform(action.task, action.run, until);
      });
    }
  }
}

/** Facts; the last of them free the environment, and what follows from an end is written with it. */
async function record(needs: ExecutorNeeds, book: Book, events: Events): Promise<void> {
  const ended = events.find((event) => event.type === 'attempt_ended');
  if (!ended) {
    const releaseLease = events.some(({ type }) => type === 'put_back_ended');
    return void (await book.decide(events, { releaseLease }));
  }
  const { events: following, due, lock } = await aftermathOf(needs, book, ended);
  await book.decide([...events, ...following], { releaseLease: true, due, ...(lock && { lock }) });
}

/** A server begins with the first thing that is done about it, whatever that is. */
function beginning(run: Run, task: PlannedTask): DeploymentEvent[] {
  const server = beginsServer(run, task);
  return server === null ? [] : [{ type: 'server_started', server }];
}

/** The line in the thread is the telling. */
function told({ id }: PlannedTask): DeploymentEvent {
  return {
    type: 'task_ended',
    task: id,
    run: 1,
    state: 'ok',
    exitCode: null,
    message: 'told',
    lastLines: [],
    readBack: null,
    durationMs: 0,
  };
}

/** The row before the act (law 1); false when somebody wrote first. */
async function writeIntent(
  book: Book,
  run: Run,
  action: Extract<GroupAction, { do: 'perform' }>,
): Promise<boolean> {
  const { task } = action;
  const intent = { type: 'task_intended' as const, task: task.id, run: action.run, fence: book.lease.fence };
  return await book.decide(inOrder(beginning(run, task), intent));
}

function usingShare(
  attempt: Attempt,
  action: Extract<GroupAction, { do: 'probe' | 'perform' }>,
  signal: AbortSignal,
  act: (until: AbortSignal) => Promise<void>,
): void {
  const share = shareOf(attempt.book, action.task);
  const release = share && attempt.needs.shares.use(share.name);
  work(attempt, action, signal, async (until) => await act(until).finally(() => release?.()));
}

/** A failure stays with its promise, and is found by whoever waits for it. */
function work(
  { atWork }: Attempt,
  action: GroupAction,
  signal: AbortSignal,
  act: (until: AbortSignal) => Promise<void>,
): void {
  const letGo = new AbortController();
  const done = act(AbortSignal.any([signal, letGo.signal])).then(() => void atWork.delete(action.group));
  done.catch(() => undefined);
  atWork.set(action.group, { done, does: action.do, letGo });
}
