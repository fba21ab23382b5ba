import { ownersOf } from '../deployment/consent.ts';
import { type Plan, plannedServers } from '../plan/plan.ts';
import type { Warning } from '../verdict.ts';

/** Who starts at once leaves the owners no time to answer: whoever requests has to accept that. */
export function ownerWarnings(plan: Plan, startsNow: boolean): Warning[] {
  const owned = ownersOf(plan, plannedServers(plan)).flatMap(({ servers }) => servers);
  if (!plan.environment.ownerConsent || plan.undoes || !startsNow || owned.length === 0) return [];
  const whose = `The ${owned.length === 1 ? 'owner' : 'owners'} of ${owned.join(', ')}`;
  return [
    {
      rule: 'ownerConsent',
      message: `${whose} ${owned.length === 1 ? 'is' : 'are'} not asked: it has no hour before which there is time.`,
    },
  ];
}
