import type { Deployment } from '../domain/deployment/deployment.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { InsteadOfStart } from './instead-of-start.ts';
import { currentEnvironment } from './load-deployment.ts';
import { decideMissed } from './missed-start.ts';
import type { AppNeeds } from './needs.ts';

const couldNotBegin =
  'it could not begin, because Lamplighter was stopped, its clock was set, or Slack did not say who asked and approved';

/** So many of the newest deployments of an environment are asked when they ended. */
const lookedAt = 100;

/**
 * Law 9 for what was queued in time, with nothing before it, and still comes to its start later than the grace: the
 * process died in between, or Slack gave no answer. What waited behind another deployment is in time when that one ends.
 * Null where it may begin.
 */
export async function lateBegin(
  needs: AppNeeds,
  deployment: Deployment,
  plan: Plan,
): Promise<InsteadOfStart | null> {
  const { startsAt, queuedAt, attempt } = deployment;
  if (startsAt === null || queuedAt === null || attempt > 0) return null;
  const now = needs.now();
  const environment = currentEnvironment(needs.configuration(), plan);
  const graceMs = environment.schedule.graceMinutes * 60_000;
  if (now - queuedAt <= graceMs) return null;
  if (now - (await freeSince(needs, deployment, environment.name)) <= graceMs) return null;
  return decideMissed(deployment, environment, { startsAt, now, because: couldNotBegin });
}

/** When the last of those ended that it may have waited for, epoch milliseconds: what ran there, and its batch. */
async function freeSince({ store }: AppNeeds, { number }: Deployment, environment: string): Promise<number> {
  const batch = await store.batchOf(number);
  const isOfBatch = (other: number): boolean =>
    batch?.deployments.some((entry) => entry.number === other) ?? false;
  const others = await store.list({ environment, limit: lookedAt });
  const ends = others
    .filter((other) => other.number !== number && (other.attempt > 0 || isOfBatch(other.number)))
    .map(({ endedAt }) => endedAt ?? 0);
  return Math.max(0, ...ends);
}
