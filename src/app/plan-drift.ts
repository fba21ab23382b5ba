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

const minuteMs = 60_000;

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
 * The approvals are void. An hour that is still to come stays, and so does the time until which something that waits for
 * its approval was to be approved; what was approved has until its hour. Where that has come, what is not approved again,
 * for now, within the grace expires.
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
  const expiresAt = untilWhen(deployment, startsAt) ?? now + old.environment.schedule.graceMinutes * minuteMs;
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
    due: [
      ...dueAgain({ deployment, plan: old }, { startsAt, expiresAt, now }),
      { remove: 'expire' },
      { add: 'expire', at: expiresAt },
    ],
    plan: { plan: today.plan, hash: today.hash },
  };
}

/** Until when it may be approved; null: whoever waited for its start has the grace. */
function untilWhen({ state, expiresAt }: Deployment, startsAt: number | null): number | null {
  const asBefore = state === 'awaiting_approval' ? expiresAt : null;
  return startsAt === null ? asBefore : Math.min(startsAt, asBefore ?? startsAt);
}

/** Its hour, and the reminders of an approval that is to be given once more. */
function dueAgain(
  { deployment: { state }, plan: { environment } }: LoadedDeployment,
  { startsAt, expiresAt, now }: { startsAt: number | null; expiresAt: number; now: number },
): DueChange[] {
  const start: DueChange[] = startsAt === null ? [] : [{ add: 'start', at: startsAt }];
  if (state === 'awaiting_approval') return start;
  if (startsAt === null) return [{ remove: 'start' }, { remove: 'remind' }];
  const reminders = (environment.approval?.remindMinutes ?? [])
    .map((minutes) => expiresAt - minutes * minuteMs)
    .filter((at) => at > now);
  return [...start, ...reminders.map((at): DueChange => ({ add: 'remind', at }))];
}
