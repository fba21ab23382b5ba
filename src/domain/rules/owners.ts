import { ownersOf } from '../deployment/consent.ts';
import { type Plan, plannedServers } from '../plan/plan.ts';
import type { Warning } from '../verdict.ts';

/** Who starts at once leaves the owners no time to answer: whoever requests has to accept that. */
export function ownerWarnings(plan: Plan, startsNow: boolean): Warning[] {
  const owned = ownersOf(plan, plannedServers(plan)).flatMap(({ servers }) => servers);
  if (!plan.environment.ownerConsent || plan.undoes || !startsNow || owned.length === 0) return [];
  // They are asked for their approval.
  if (asksOwners(plan)) return [];
  const whose = `The ${owned.length === 1 ? 'owner' : 'owners'} of ${owned.join(', ')}`;
  return [
    {
      rule: 'ownerConsent',
      message: `${whose} ${owned.length === 1 ? 'is' : 'are'} not asked: it has no hour before which there is time.`,
    },
  ];
}

/** Where owners approve, nobody approves for a server that has none: whoever requests has to accept that. */
export function ownerlessWarnings(plan: Plan): Warning[] {
  if (!asksOwners(plan)) return [];
  const planned = plannedServers(plan);
  const owned = new Set(ownersOf(plan, planned).flatMap(({ servers }) => servers));
  const nobodys = planned.filter((server) => !owned.has(server));
  if (nobodys.length === 0) return [];
  const [has, them] = nobodys.length === 1 ? ['has', 'it'] : ['have', 'them'];
  return [
    {
      rule: 'approval.from',
      message: `${nobodys.join(', ')} ${has} no owner, so no owner approves for ${them}.`,
    },
  ];
}

function asksOwners({ environment: { approval } }: Plan): boolean {
  return approval?.rules.some(({ perOwner }) => perOwner) ?? false;
}
