import { hasEnded } from '../domain/deployment.ts';
import { openTasks } from '../domain/next-action.ts';
import { plannedServers, taskName } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import { windowEnd } from '../domain/windows.ts';
import type { Lease } from '../store/store.ts';
import { type Book, FencedOff, openBook } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';
import { runAttempt } from './run-attempt.ts';

/**
 * Runs one deployment task by task until it ends or the lease is lost. It may be killed at any line: what comes
 * next is asked anew of plan and events each time, and an intent without an outcome is probed first.
 */
export async function runDeployment(needs: ExecutorNeeds, lease: Lease, signal: AbortSignal): Promise<void> {
  try {
    const admitted = await needs.admitIfQueued(lease);
    const book = admitted ? await openBook(needs.store, lease, needs.now) : null;
    if (!book || hasEnded(book.deployment.state)) return;
    if (!(await beginOrResume(needs, book))) return;
    await runAttempt(needs, book, signal);
  } catch (error) {
    if (!(error instanceof FencedOff)) throw error;
    needs.log.warn({ deployment: lease.deployment }, error.message);
  }
}

/** False when somebody cancelled it, or closed its environment, in the same moment. */
async function beginOrResume({ store, now }: ExecutorNeeds, book: Book): Promise<boolean> {
  const { deployment, plan, lease } = book;
  const { run } = deployment;
  if (deployment.state === 'queued') {
    const servers = deployment.retryServers ?? plannedServers(plan);
    const attempt = deployment.attempt + 1;
    const end = windowEnd(plan.environment, now());
    const backup = await store.lastBackup(plan.environment.name);
    const started = { type: 'attempt_started' as const, attempt, servers, fence: lease.fence };
    return await book.decide([{ ...started, ...(backup !== null && { backup }) }], {
      due: end === null ? [] : [{ add: 'window-end', at: end.at }],
    });
  }
  if (run?.putBack && !run.putBack.isStarted)
    return await book.decide([{ type: 'put_back_started', member: run.putBack.member, fence: lease.fence }]);
  if (run && run.fence !== lease.fence) {
    const { attempt } = deployment;
    await book.note([
      { type: 'attempt_resumed', attempt, fence: lease.fence, during: sayOpenTasks(book, run) },
    ]);
  }
  return run !== null;
}

const namedAtMost = 3;

/** `web-2: step install`, for "Restarted during …"; null where nothing was open. */
function sayOpenTasks({ index }: Book, run: Run): string | null {
  const open = openTasks(index, run).map((task) => `${task.server ?? task.cluster}: ${taskName(task)}`);
  if (open.length === 0) return null;
  const more = open.length - namedAtMost;
  return `${open.slice(0, namedAtMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
