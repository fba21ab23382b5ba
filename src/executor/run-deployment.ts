import { hasEnded } from '../domain/deployment.ts';
import { type Action, beginsServer, nextAction, openTask } from '../domain/next-action.ts';
import { plannedServers } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import type { Lease } from '../store/store.ts';
import { type Book, type Events, FencedOff, openBook } from './book.ts';
import { checkGroup } from './check-group.ts';
import type { ExecutorNeeds } from './needs.ts';
import { createTaskRunner, type TaskRunner } from './run-task.ts';

const answerPollMs = 250;

/**
 * Runs one deployment task by task until it ends or the lease is lost. It may be killed at any line: what comes
 * next is asked anew of plan and events each time, and an intent without an outcome is probed first.
 */
export async function runDeployment(needs: ExecutorNeeds, lease: Lease, signal: AbortSignal): Promise<void> {
  try {
    const admitted = await needs.admitIfQueued(lease);
    const book = admitted ? await openBook(needs.store, lease, needs.now) : null;
    if (!book || hasEnded(book.deployment.state)) return;
    if (!(await beginOrResume(book))) return;
    await runAttempt(needs, book, signal);
  } catch (error) {
    if (!(error instanceof FencedOff)) throw error;
    needs.log.warn({ deployment: lease.deployment }, error.message);
  }
}

/** False when somebody cancelled it, or closed its environment, in the same moment. */
async function beginOrResume(book: Book): Promise<boolean> {
  const { deployment, plan, lease } = book;
  const { run } = deployment;
  if (deployment.state === 'queued') {
    const servers = deployment.retryServers ?? plannedServers(plan);
    const attempt = deployment.attempt + 1;
    return await book.decide([{ type: 'attempt_started', attempt, servers, fence: lease.fence }]);
  }
  if (run && run.fence !== lease.fence) {
    const { attempt } = deployment;
    await book.note([
      { type: 'attempt_resumed', attempt, fence: lease.fence, during: sayOpenTask(book, run) },
    ]);
  }
  return run !== null;
}

/** `web-2: step install`, for "Restarted during …"; null where nothing was open. */
function sayOpenTask({ index }: Book, run: Run): string | null {
  const open = openTask(index, run);
  if (!open) return null;
  return `${open.server ?? open.cluster}: ${open.step ? `step ${open.step}` : (open.action ?? 'read-back')}`;
}

async function runAttempt(needs: ExecutorNeeds, book: Book, signal: AbortSignal): Promise<void> {
  const tasks = createTaskRunner(needs, book);
  while (!signal.aborted) {
    await book.refresh();
    const { run } = book.deployment;
    if (!run) throw new Error(`#${book.deployment.number} runs without an attempt`);
    const action = nextAction(book.index, run);
    if (action.do === 'nothing') return await needs.system.release(book.plan);
    await act({ needs, book, tasks, run }, action, signal);
  }
}

interface Attempt {
  needs: ExecutorNeeds;
  book: Book;
  tasks: TaskRunner;
  run: Run;
}

async function act({ needs, book, tasks, run }: Attempt, action: Action, signal: AbortSignal): Promise<void> {
  switch (action.do) {
    case 'nothing':
      return;
    case 'wait':
      return await needs.sleep(answerPollMs, signal);
    case 'record': {
      const releaseLease = action.events.some((event) => event.type === 'attempt_ended');
      await book.decide(action.events as Events, { releaseLease });
      return;
    }
    case 'check-group': {
      const checked = await checkGroup(needs, book, run, action.group, signal);
      if (!signal.aborted) await book.decide(checked.events, { due: checked.due });
      return;
    }
    case 'probe':
      return await tasks.probe(action.task, action.run, signal);
    case 'perform': {
      const server = beginsServer(run, action.task);
      const intent = {
        type: 'task_intended' as const,
        task: action.task.id,
        run: action.run,
        fence: book.lease.fence,
      };
      const events: Events = server === null ? [intent] : [{ type: 'server_started', server }, intent];
      if (await book.decide(events)) await tasks.perform(action.task, action.run, signal);
      return;
    }
  }
}
