import type { Environment } from '../domain/configured/environment.ts';
import { silentOwners } from '../domain/deployment/consent.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { accept, refuse } from '../domain/verdict.ts';
import type { Lease } from '../store/leases.ts';
import { decide } from './decide.ts';
import { type InsteadOfStart, skipStart } from './instead-of-start.ts';
import { currentEnvironment } from './load-deployment.ts';
import { decideMissed, lateStart, wasNotThere } from './missed-start.ts';
import type { AppNeeds } from './needs.ts';

/** The hour of a scheduled deployment has come: it queues for its environment, or its lateness is decided (law 9). */
export async function startDeployment(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    if (deployment.state !== 'scheduled' || (deployment.startsAt ?? 0) > needs.now())
      return refuse({ rule: 'law-9', message: 'not due', liftedBy: 'nobody', wayOut: '' });
    const environment = currentEnvironment(needs.configuration(), plan);
    const lease = await needs.store.lease(environment.name);
    const isItsTurn = lease !== null && (await isBefore(needs, lease.deployment, number));
    const whenBusy = isItsTurn ? 'queue' : environment.whenBusy;
    const { events, due } = decideStart(deployment, { ...environment, whenBusy }, lease, needs.now());
    const [first, ...others] = [...silentOwners(plan, deployment), ...events];
    return accept({
      events: first ? [first, ...others] : events,
      due: [{ remove: 'start' }, { remove: 'remind' }, ...due],
      answer: null,
    });
  });
}

/** Whoever joined a batch asked to wait for what is before it there, whatever else a busy environment means. */
async function isBefore({ store }: AppNeeds, holder: number, number: number): Promise<boolean> {
  const batch = await store.batchOf(number);
  return batch?.deployments.some((other) => other.number === holder) ?? false;
}

function decideStart(
  deployment: Deployment,
  environment: Environment,
  lease: Lease | null,
  now: number,
): InsteadOfStart {
  const startsAt = deployment.startsAt ?? now;
  const missed = { startsAt, now, because: wasNotThere };
  const decision = decideMissed(deployment, environment, missed);
  if (decision) return decision;
  if (lease && environment.whenBusy === 'refuse') {
    const reason = `D-21: #${lease.deployment} was running in ${environment.name} when #${deployment.number} was to start`;
    return skipStart(reason);
  }
  const late = lateStart(deployment, environment, missed);
  const behind = lease?.deployment ?? null;
  return { events: [{ type: 'queued', behind, ...(late !== null && { late }) }], due: [] };
}
