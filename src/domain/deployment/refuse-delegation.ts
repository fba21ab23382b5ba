import { sayTime } from '../calendar/calendar.ts';
import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { namesOfRole, type Person, rolesOf, standingSentence } from '../roles.ts';
import type { Refusal } from '../verdict.ts';
import { isForOwners, ownsVote, sayWhatItTakes } from './seats.ts';

/** The longest time for which a vote may be in another hand, in days. */
export const longestDelegationDays = 30;

const dayMs = 86_400_000;

/** Says why a vote cannot go from one to the other, whatever it is about; null when it can. */
export function refuseHand(from: Person, to: Person, configuration: Configuration): Refusal | null {
  const base = { rule: 'delegate', liftedBy: 'nobody', wayOut: 'Choose another member of this workspace.' };
  if (from.standing !== 'member')
    return {
      rule: 'D-01',
      message: standingSentence(from),
      liftedBy: 'global_admin',
      wayOut: ask(configuration),
    };
  if (from.id === to.id) return { ...base, message: 'Your vote is in your own hand already.' };
  if (to.standing === 'member') return null;
  return { ...base, message: `<@${to.id}> is no member of this workspace, and only members approve.` };
}

/** Says why a vote cannot be handed over until then; null when it can. */
export function refuseUntil(until: number | null, now: number, zone: string): Refusal | null {
  const base = { rule: 'delegate', liftedBy: 'you', wayOut: 'Write for example until fri 18:00.' };
  if (until === null) return { ...base, message: 'Until when is missing.' };
  if (until <= now) return { ...base, message: `${sayTime(until, zone)} has passed.` };
  if (until - now <= longestDelegationDays * dayMs) return null;
  const last = sayTime(now + longestDelegationDays * dayMs, zone);
  return {
    ...base,
    message: `A vote is handed over for ${longestDelegationDays} days at most, which is until ${last}.`,
  };
}

/** Says why somebody has no vote in an environment that they could hand over; null when they have one. */
export function refuseVoteless(
  from: Person,
  configuration: Configuration,
  environment: Environment,
): Refusal | null {
  const { name, kind, approval } = environment;
  if (!approval)
    return {
      rule: 'delegate',
      message: `\`${name}\` needs no approval, so there is no vote to hand over.`,
      liftedBy: 'nobody',
      wayOut: 'Choose another environment.',
    };
  const roles = [...new Set(approval.rules.flatMap((rule) => rule.roles))];
  if (ownsVote(environment, from)) return null;
  if (rolesOf(from, configuration, kind).some((role) => roles.includes(role))) return null;
  return {
    rule: 'approval.from',
    message: `You have no vote for \`${name}\` to hand over: it takes ${sayWhatItTakes(approval.rules)}, which you ${approval.rules.some(isForOwners) ? 'are not' : 'do not hold'} yourself.`,
    liftedBy: 'global_admin',
    wayOut: ask(configuration),
  };
}

function ask(configuration: Configuration): string {
  return `Ask ${namesOfRole(configuration, 'global_admin') || 'a global_admin'}.`;
}
