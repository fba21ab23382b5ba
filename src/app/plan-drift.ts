import { overridesAt } from '../domain/calendar/windows.ts';
import { ownersOf } from '../domain/deployment/consent.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { planChanges } from '../domain/plan/plan-changes.ts';
import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import type { Warning } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import type { LoadedDeployment } from './load-deployment.ts';
import type { PlanningNeeds } from './needs.ts';
import { planDeployment, samePlan } from './plan-deployment.ts';

/** What voids an approval: the event to write, and the plan as it would be today. */
export interface Drift {
  changes: string[];
  events: [DeploymentEvent];
  due: DueChange[];
  plan: { plan: Plan; hash: string };
}

/** Plans once more with today's configuration, catalogue and scripts; null when it is the very plan that was signed. */
export async function changesSince(
  needs: PlanningNeeds,
  deployment: Deployment,
  plan: Plan,
): Promise<Drift | null> {
  const again = await planDeployment(needs, {
    ...samePlan(plan),
    person: null,
    startsAt: deployment.startsAt,
  });
  if (!again.ok)
    return drift(
      needs,
      { deployment, plan },
      { plan, hash: deployment.planHash },
      again.refusals.map(({ message }) => message.replace(/\.$/, '')),
    );
  if (again.value.hash === deployment.planHash) return null;
  return drift(needs, { deployment, plan }, again.value, planChanges(plan, again.value.plan));
}

/**
 * The approvals are void. An hour that is still to come stays, and so does the time until which it was to be approved;
 * where the hour has come, what is not approved again, for now, within the grace expires.
 */
export function drift(
  needs: Pick<PlanningNeeds, 'now'>,
  { deployment, plan: old }: LoadedDeployment,
  today: { plan: Plan; hash: string; warnings?: Warning[] },
  changes: string[],
): Drift {
  const now = needs.now();
  const startsAt = deployment.startsAt !== null && deployment.startsAt > now ? deployment.startsAt : null;
  // What went wrong may be undone at any hour.
  const overrides = today.plan.undoes ? [] : overridesAt(today.plan.environment, startsAt ?? now);
  const owners = ownersOf(today.plan, plannedServers(today.plan));
  const expiresAt =
    startsAt === null
      ? now + old.environment.schedule.graceMinutes * 60_000
      : Math.min(startsAt, deployment.expiresAt ?? startsAt);
  return {
    changes,
    events: [
      {
        type: 'plan_changed',
        planHash: today.hash,
        changes,
        expiresAt,
        ...(startsAt !== null && { startsAt }),
        ...(overrides.length > 0 && { overrides }),
        ...(owners.length > 0 && { owners }),
        ...(today.warnings && { warnings: today.warnings }),
      },
    ],
    due: [...dueAgain(startsAt), { remove: 'expire' }, { add: 'expire', at: expiresAt }],
    plan: { plan: today.plan, hash: today.hash },
  };
}

function dueAgain(startsAt: number | null): DueChange[] {
  return startsAt === null ? [{ remove: 'start' }, { remove: 'remind' }] : [{ add: 'start', at: startsAt }];
}
