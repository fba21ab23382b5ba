import type { Seats } from '../domain/configured/approval-rule.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { isUnseen } from '../domain/deployment/glass.ts';
import { mayTake, rolesInVote, withOwnerSeats } from '../domain/deployment/seats.ts';
import type { Person } from '../domain/roles.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { mentionsOf } from './who-to-ask.ts';

const dayMs = 86_400_000;

/** When approvers are asked once more to look at broken glass. */
export function firstLook(brokenAt: number): number {
  return brokenAt + dayMs;
}

/** Reminds approvers, once for each due row, that somebody has to look at what was done without them. */
export async function remindOfGlass(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    if (!isUnseen(deployment.glass) || dueAt > needs.now() || dueAt <= (deployment.glass.remindedFor ?? 0))
      return refuse({ rule: 'glass', message: 'not due', liftedBy: 'nobody', wayOut: '' });
    const environment = currentEnvironment(needs.configuration(), plan);
    const seats = seatsThatLook(environment, deployment);
    const people = await mentionsOf(needs, {
      environment,
      roles: seats.flatMap(({ roles, owned }) => (owned ? [] : roles)),
      people: seats.flatMap(({ owned }) => owned?.owner ?? []),
      but: mayNotLook(deployment, environment),
    });
    // Whoever slept over several days is told once, and the next day at the same hour.
    const next = dueAt + (Math.floor((needs.now() - dueAt) / dayMs) + 1) * dayMs;
    return accept({
      events: [{ type: 'glass_reminded', dueAt, people }],
      due: [{ add: 'glass-seen', at: next }],
      answer: null,
    });
  });
}

/** Of whom somebody has to look afterwards: those who would have approved. */
export function seatsThatLook({ approval }: Environment, deployment: Deployment): Seats[] {
  const seats = withOwnerSeats(approval, deployment)?.rules ?? [];
  return seats.length > 0 ? seats : [{ roles: ['global_admin'], required: 1 }];
}

/** Those who broke the glass, and whoever asked for the deployment where requesters do not approve. */
export function mayNotLook({ glass, requestedBy }: Deployment, { approval }: Environment): string[] {
  const requester = (approval?.excludeRequester ?? true) ? [requestedBy] : [];
  return [...new Set([...requester, ...glass.broken.flatMap(({ people }) => people)])];
}

/** Whether this person would have approved, and so can say that they have seen it. */
export function mayLook(
  needs: Pick<AppNeeds, 'configuration'>,
  person: Person,
  { deployment, environment }: { deployment: Deployment; environment: Environment },
): boolean {
  const { approval: rule, kind } = environment;
  const under = { kind, rule: withOwnerSeats(rule, deployment) };
  const vote = { by: person.id, roles: rolesInVote(person, needs.configuration(), under), at: 0 };
  const wouldApprove = seatsThatLook(environment, deployment).some((seats) => mayTake(seats, vote));
  return wouldApprove && !mayNotLook(deployment, environment).includes(person.id);
}
