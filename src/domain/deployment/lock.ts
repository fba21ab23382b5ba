import { type Actor, mention, system } from '../actor.ts';
import { sayTime } from '../calendar/calendar.ts';
import type { ChannelTelling } from '../channel-telling.ts';
import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { quote } from '../quote.ts';
import { adminRoles, deployRoles, namesOfAdmins, type Person, refuseWithout } from '../roles.ts';
import type { Refusal } from '../verdict.ts';
import { ownsVote } from './seats.ts';

/** A person closed an environment: nothing new begins there until somebody unlocks it. */
export interface EnvironmentLock extends Actor {
  environment: string;
  reason: string;
  /** Epoch milliseconds. */
  since: number;
}

/** What was done to an environment outside any deployment: locks, properties filled in, reloads that changed it. */
export type EnvironmentEvent =
  | ({ type: 'locked'; reason: string } & Actor)
  | ({ type: 'unlocked' } & Actor)
  /** Which properties were given a value, never the values; `cluster` is absent for the environment's own. */
  | ({ type: 'properties_filled'; properties: { cluster?: string; name: string }[] } & Actor)
  /** What the channel is told besides the card. */
  | ({ type: 'telling_chosen'; tells: ChannelTelling } & Actor)
  /** An approver's vote went into another hand, until an instant, and came back. */
  | { type: 'vote_delegated'; by: string; to: string; until: number }
  | { type: 'vote_taken_back'; by: string; to: string }
  | { type: 'reconfigured' };

/** Who closed an environment, since when and why. */
export function sayLock(
  lock: Pick<EnvironmentLock, 'environment' | 'reason' | 'by' | 'via'>,
  since: string,
): string {
  return `\`${lock.environment}\` is locked by ${mention(lock)} since ${since}: ${quote(lock.reason)}.`;
}

/** Who may close an environment: whoever may deploy or approve there. Null when this person may. */
export function refuseLocker(
  person: Person,
  configuration: Configuration,
  environment: Environment,
): Refusal | null {
  if (ownsVote(environment, person)) return null;
  const approvers = environment.approval?.rules.flatMap((rule) => rule.roles) ?? [];
  const roles = [...deployRoles, ...approvers];
  return refuseWithout(person, configuration, {
    environment,
    roles,
    rule: 'lock',
    message: `You may not lock \`${environment.name}\`: you may neither deploy nor approve there.`,
  });
}

/** Who may open it again: the person who closed it, and admins. Null when this person may. */
export function refuseUnlocker(
  person: Person,
  configuration: Configuration,
  { environment, lock }: { environment: Environment; lock: EnvironmentLock },
): Refusal | null {
  if (person.standing === 'member' && person.id === lock.by) return null;
  return refuseWithout(person, configuration, {
    environment,
    roles: adminRoles,
    rule: 'lock',
    message: `You may not unlock \`${environment.name}\`: ${mention(lock)} locked it, and you are no admin there.`,
  });
}

/** Why nothing may be requested for a locked environment. */
export function lockedRefusal(
  lock: EnvironmentLock,
  configuration: Configuration,
  { timezone }: Environment,
): Refusal {
  return {
    rule: 'lock',
    message: sayLock(lock, sayTime(lock.since, timezone)),
    liftedBy: `${byOf(lock)}an admin`,
    wayOut: `Ask ${byOf(lock)}${namesOfAdmins(configuration, lock.by)} for \`/deploy unlock ${lock.environment}\`.`,
  };
}

/** Whoever closed it can open it; the product cannot be asked. */
function byOf({ by }: EnvironmentLock): string {
  return by === system ? '' : `<@${by}> or `;
}
