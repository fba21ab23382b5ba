import type { AppNeeds } from '../../src/app/needs.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { AttemptEnd, ServerState } from '../../src/domain/events/states.ts';

/** Lets a queued deployment run its next attempt, without an executor, to these ends of its servers. */
export async function endAttempt(
  { store, now }: Pick<AppNeeds, 'store' | 'now'>,
  number: number,
  states: Record<string, ServerState>,
): Promise<Deployment> {
  const lease = await store.claim({ deployment: number, holder: 'test', at: now(), staleBefore: 0 });
  if (!lease) throw new Error(`#${number} was given no lease`);
  const read = async () => foldDeployment(await store.eventsAfter(number, 0));
  const attempt = ((await read())?.attempt ?? 0) + 1;
  const ends = Object.values(states);
  const state: AttemptEnd = ends.includes('ok') ? 'partial' : 'error';
  const outcome = await store.commit({
    deployment: number,
    expectedVersion: null,
    fence: lease.fence,
    at: now(),
    events: [
      { type: 'attempt_started', attempt, servers: Object.keys(states), fence: lease.fence },
      ...Object.entries(states).flatMap(([server, end]): DeploymentEvent[] => [
        ...(end === 'skipped' ? [] : [{ type: 'server_started' as const, server }]),
        { type: 'server_ended', server, state: end, message: null, to: null },
      ]),
      { type: 'attempt_ended', attempt, state, endedBy: 'onServerFailure: stop' },
    ],
    releaseLease: true,
  });
  const deployment = await read();
  if (!outcome.ok || !deployment) throw new Error(`#${number} was not written`);
  return deployment;
}
