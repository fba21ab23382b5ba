import type { OwnedServers, PreparationEvent } from '../events/preparation-event.ts';
import { findServer, type Plan } from '../plan/plan.ts';
import { type Deployment, hasEnded } from './deployment.ts';
import { includedServers, leftOutTogether } from './exclusion.ts';
import type { Preparation } from './preparation.ts';
import { approvedAsOwner } from './seats.ts';

/** The owners of what a deployment will change, in the order of its first server of each; servers without one are nobody's. */
export function ownersOf(plan: Plan, servers: string[]): OwnedServers[] {
  const owned = new Map<string, string[]>();
  for (const server of servers) {
    const owner = findServer(plan.environment, server)?.server.owner ?? null;
    if (owner !== null) owned.set(owner, [...(owned.get(owner) ?? []), server]);
  }
  return [...owned].map(([owner, names]) => ({ owner, servers: names }));
}

/** Whether owners are to be asked now: once, and only while there is still a start to come. */
export function isConsentDue({ startsAt, attempt, state, preparation }: Deployment, now: number): boolean {
  const isToCome = startsAt !== null && startsAt > now && attempt === 0 && !hasEnded(state);
  return isToCome && preparation.consent === null;
}

/**
 * What the silence of owners means at the start: nothing where silence counts as yes; else their servers are left out
 * in their names. Whoever approved as an owner has said yes; whoever was never asked, because nobody could, said nothing either.
 */
export function silentOwners(
  plan: Plan,
  deployment: Deployment,
): Extract<PreparationEvent, { type: 'servers_excluded' }>[] {
  const { preparation, startsAt, attempt } = deployment;
  if (plan.environment.ownerConsent?.silence !== 'no' || startsAt === null || attempt > 0) return [];
  const left = new Set(includedServers(plan, deployment));
  return ownersOf(plan, [...left])
    .filter(({ owner }) => !preparation.agreed.has(owner) && !approvedAsOwner(deployment.votes, owner))
    .flatMap(({ owner, servers: own }) => {
      const together = new Set(own.flatMap((server) => leftOutTogether(plan, server)));
      const servers = [...left].filter((server) => together.has(server));
      for (const server of servers) left.delete(server);
      const reason = `${whySilent(preparation, owner)}, and silence counts as no`;
      return servers.length === 0
        ? []
        : [{ type: 'servers_excluded', by: owner, servers, cause: 'silence', reason }];
    });
}

function whySilent({ consent }: Preparation, owner: string): string {
  if (!consent) return `its owner <@${owner}> could not be asked in time`;
  const isGone = consent.gone.some((each) => each.owner === owner);
  return isGone ? `its owner <@${owner}> cannot be asked` : `its owner <@${owner}> did not answer`;
}
