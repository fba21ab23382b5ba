import type { Step } from '../domain/environment.ts';
import { type Action, beginsServer, type GroupAction, nextActions } from '../domain/next-action.ts';
import { type PlannedTask, stepOf } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import { windowEndEvents } from '../domain/window-end.ts';
import { aboutNextWave, askPerson } from './ask-person.ts';
import type { Book, Events } from './book.ts';
import { createGroupCheck, type GroupCheck } from './check-group.ts';
import type { ExecutorNeeds } from './needs.ts';
import { createTaskRunner, type TaskRunner } from './run-task.ts';

const pollMs = 250;

interface Attempt {
  needs: ExecutorNeeds;
  book: Book;
  tasks: TaskRunner;
  checkGroup: GroupCheck;
  /** The groups at work, each on one action. */
  atWork: Map<number, Promise<void>>;
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
    atWork: new Map(),
  };
  const letGo = new AbortController();
  try {
    await decideOn(attempt, AbortSignal.any([signal, letGo.signal]));
  } finally {
    letGo.abort();
    await Promise.allSettled(attempt.atWork.values());
  }
}

async function decideOn(attempt: Attempt, signal: AbortSignal): Promise<void> {
  const { needs, book, atWork } = attempt;
  while (!signal.aborted) {
    await book.refresh();
    const { run } = book.deployment;
    if (!run) throw new Error(`#${book.deployment.number} runs without an attempt`);
    const closed = windowEndEvents(book.deployment, book.plan, needs.now());
    if (closed && (await book.decide(closed))) continue;
    const actions = nextActions(book.index, run);
    if (actions.length === 0 && atWork.size === 0) return await needs.system.release(book.plan);
    const idle = actions.filter((action) => !('group' in action) || !atWork.has(action.group));
    const next = idle.find((action) => action.do !== 'wait' && hasRoom(attempt, action));
    if (next) await begin(attempt, run, next, signal);
    else await somethingHappens(attempt, idle.length > 0, signal);
  }
}

function hasRoom({ needs, book }: Attempt, action: Action): boolean {
  const share = 'task' in action && action.do === 'perform' ? shareOf(book, action.task) : null;
  return share === null || needs.shares.hasRoom(share.name, share.atOnce);
}

function shareOf({ plan }: Book, task: PlannedTask): Step['share'] {
  return task.type === 'STEP' ? stepOf(plan, task).step.share : null;
}

/** A group has done its action; or, where a person or another deployment is waited for, some time has passed. */
async function somethingHappens(
  { needs, atWork }: Attempt,
  looksAgain: boolean,
  signal: AbortSignal,
): Promise<void> {
  const noLonger = new AbortController();
  const later = looksAgain ? [needs.sleep(pollMs, AbortSignal.any([signal, noLonger.signal]))] : [];
  try {
    await Promise.race([...atWork.values(), ...later]);
  } finally {
    noLonger.abort();
  }
}

async function begin(attempt: Attempt, run: Run, action: Action, signal: AbortSignal): Promise<void> {
  const { needs, book, tasks } = attempt;
  switch (action.do) {
    case 'wait':
      return;
    case 'record': {
      const releaseLease = action.events.some((event) => event.type === 'attempt_ended');
      await book.decide(action.events as Events, { releaseLease });
      return;
    }
    case 'pause':
      return await askPerson(needs, book, aboutNextWave(book, run, action.done, action.next), signal);
    case 'check-group':
      return work(attempt, action, async () => await attempt.checkGroup(action.group, signal));
    case 'probe':
      return usingShare(attempt, action, async () => await tasks.probe(action.task, action.run, signal));
    case 'perform': {
      const written = writeIntent(book, run, action);
      return usingShare(attempt, action, async () => {
        if (await written) await tasks.perform(action.task, action.run, signal);
      });
    }
  }
}

/** The row before the act (law 1); false when somebody wrote first. */
async function writeIntent(
  book: Book,
  run: Run,
  action: Extract<GroupAction, { do: 'perform' }>,
): Promise<boolean> {
  const { task } = action;
  const intent = { type: 'task_intended' as const, task: task.id, run: action.run, fence: book.lease.fence };
  const server = beginsServer(run, task);
  return await book.decide(server === null ? [intent] : [{ type: 'server_started', server }, intent]);
}

function usingShare(
  attempt: Attempt,
  action: Extract<GroupAction, { do: 'probe' | 'perform' }>,
  act: () => Promise<void>,
): void {
  const share = shareOf(attempt.book, action.task);
  const release = share && attempt.needs.shares.use(share.name);
  work(attempt, action, async () => await act().finally(() => release?.()));
}

/** A failure stays with its promise, and is found by whoever waits for it. */
function work({ atWork }: Attempt, { group }: GroupAction, act: () => Promise<void>): void {
  const acting = act().then(() => void atWork.delete(group));
  acting.catch(() => undefined);
  atWork.set(group, acting);
}
