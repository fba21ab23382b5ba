import { isConsentDue, ownersOf } from '../domain/deployment/consent.ts';
import { includedServers } from '../domain/deployment/exclusion.ts';
import { approvedAsOwner } from '../domain/deployment/seats.ts';
import type { OwnedServers } from '../domain/events/preparation-event.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** The hour has come at which owners are asked whether their servers may be deployed to: each deployment asks once. */
export async function askOwners(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    const { startsAt, requestedBy } = deployment;
    const { ownerConsent } = plan.environment;
    const owned = ownersOf(plan, includedServers(plan, deployment));
    if (!ownerConsent || startsAt === null || !isConsentDue(deployment, needs.now()) || owned.length === 0)
      return refuse({ rule: 'ownerConsent', message: 'nobody is asked', liftedBy: 'nobody', wayOut: '' });
    const { owners, gone } = await whoCanAnswer(needs, owned);
    const approved = owners.flatMap(({ owner }) => (approvedAsOwner(deployment.votes, owner) ? [owner] : []));
    const { silence } = ownerConsent;
    return accept({
      events: [
        {
          type: 'owners_asked',
          owners,
          gone,
          silence,
          requestedBy,
          until: startsAt,
          dueAt,
          ...(approved.length > 0 && { approved }),
        },
      ],
      answer: null,
    });
  });
}

/** Whom Slack does not name at the moment is asked all the same. */
async function whoCanAnswer(
  { findPerson }: AppNeeds,
  owned: OwnedServers[],
): Promise<{ owners: OwnedServers[]; gone: OwnedServers[] }> {
  const looked = await Promise.all(
    owned.map(async (each) => ({ each, standing: (await findPerson(each.owner)).standing })),
  );
  const isThere = ({ standing }: (typeof looked)[number]): boolean =>
    standing === 'member' || standing === 'unknown';
  return {
    owners: looked.filter(isThere).map(({ each }) => each),
    gone: looked.filter((look) => !isThere(look)).map(({ each }) => each),
  };
}
