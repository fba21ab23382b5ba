import { openTasks } from '../domain/attempt/next-action.ts';
import type { Run } from '../domain/attempt/run.ts';
import { windowEnd } from '../domain/calendar/windows.ts';
import { hasEnded } from '../domain/deployment/deployment.ts';
import { excludedServers } from '../domain/deployment/preparation.ts';
import { plannedServers, taskName } from '../domain/plan/plan.ts';
import type { MemberService } from '../store/facts.ts';
import type { Lease } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
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
    const planned = plannedServers(plan);
    const excluded = excludedServers(deployment.preparation, planned);
    const isExcluded = (name: string): boolean => excluded.some(({ server }) => server === name);
    const servers = (deployment.retryServers ?? planned).filter((name) => !isExcluded(name));
    const attempt = deployment.attempt + 1;
    const end = windowEnd(plan.environment, now());
    const backup = await store.lastBackup(plan.environment.name);
    const started = { type: 'attempt_started' as const, attempt, servers, fence: lease.fence };
    const more = { ...(backup !== null && { backup }), ...(excluded.length > 0 && { excluded }) };
    return await book.decide([{ ...started, ...more }], {
      due: end === null ? [] : [{ add: 'window-end', at: end.at }],
    });
  }
  if (run?.putBack && !run.putBack.isStarted) return await beginPutBack(store, book, run.putBack.member);
  if (run && run.fence !== lease.fence) {
    const { attempt } = deployment;
    await book.note([
      { type: 'attempt_resumed', attempt, fence: lease.fence, during: sayOpenTasks(book, run) },
    ]);
  }
  return run !== null;
}

/** It was asked for while the deployment held the member: another one may have run there since, and then that is void. */
async function beginPutBack(store: Store, book: Book, member: string): Promise<boolean> {
  const { deployment, plan, lease } = book;
  const found = (await store.members(plan.environment.name)).find((known) => known.member === member);
  if (found?.inService === 'held' && found.deployment === deployment.number)
    return await book.decide([{ type: 'put_back_started', member, fence: lease.fence }]);
  const state = deployment.run?.ended?.state ?? 'error';
  const notDone = sayHeldByOther(member, found);
  await book.decide([{ type: 'put_back_ended', member, state, notDone }], { releaseLease: true });
  return false;
}

function sayHeldByOther(member: string, found: MemberService | undefined): string {
  if (found?.inService !== 'held') return `Nothing was done to put ${member} back: it is in service again.`;
  return `${member} was not put back: meanwhile #${found.deployment} holds it, because ${found.reason}.`;
}

const namedAtMost = 3;

/** `web-2: step install`, for "Restarted during …"; null where nothing was open. */
function sayOpenTasks({ index }: Book, run: Run): string | null {
  const open = openTasks(index, run).map((task) => `${task.server ?? task.cluster}: ${taskName(task)}`);
  if (open.length === 0) return null;
  const more = open.length - namedAtMost;
  return `${open.slice(0, namedAtMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
