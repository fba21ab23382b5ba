import type { Environment } from '../domain/configured/environment.ts';
import { refuseApprover } from '../domain/deployment/approval.ts';
import type { Deployment, Vote } from '../domain/deployment/deployment.ts';
import { type Person, rolesOf } from '../domain/roles.ts';
import type { Refusal } from '../domain/verdict.ts';
import type { AppNeeds } from './needs.ts';

/** A deployment, and the environment it goes to as it is configured now. */
export interface Ballot {
  deployment: Deployment;
  environment: Environment;
}

/** The votes that a person may cast, and why they have none of their own. */
export interface Voices {
  /** Their own first, then those that approvers handed to them. */
  votes: Vote[];
  refusal: Refusal | null;
}

/**
 * Whose votes a person may cast now: their own, and those of approvers who handed theirs over and still may approve.
 * A vote that was handed over is never cast by somebody who is no member, nor by whoever asked for the deployment.
 */
export async function voicesOf(needs: AppNeeds, person: Person, ballot: Ballot): Promise<Voices> {
  const own = voteOf(needs, person, ballot);
  const hands = mayCarry(person, ballot) ? await handedTo(needs, person.id, ballot) : [];
  const carried = await Promise.all(
    hands.map(async (by) => voteOf(needs, await needs.findPerson(by), ballot)),
  );
  const votes = carried.flatMap((vote) =>
    'roles' in vote ? [{ ...vote, by: person.id, for: vote.by }] : [],
  );
  return 'roles' in own ? { votes: [own, ...votes], refusal: null } : { votes, refusal: own };
}

function mayCarry({ standing, id }: Person, { deployment }: Ballot): boolean {
  return standing === 'member' && deployment.requestedBy !== id;
}

function voteOf(needs: AppNeeds, person: Person, { deployment, environment }: Ballot): Vote | Refusal {
  const configuration = needs.configuration();
  const refusal = refuseApprover(person, configuration, environment, deployment);
  if (refusal) return refusal;
  return { by: person.id, roles: rolesOf(person, configuration, environment.kind), at: needs.now() };
}

/** A hand for one deployment goes before one for the environment: each vote is in one hand. */
async function handedTo(needs: AppNeeds, to: string, { deployment, environment }: Ballot): Promise<string[]> {
  return (await handsFor(needs, { deployment, environment })).flatMap((hand) =>
    hand.to === to ? [hand.by] : [],
  );
}

/** Every vote that is in another hand for a deployment now. */
export async function handsFor(
  needs: Pick<AppNeeds, 'store' | 'now'>,
  { deployment, environment }: Ballot,
): Promise<{ by: string; to: string }[]> {
  const special = deployment.handedVotes;
  const usual = (await needs.store.delegations({ environment: environment.name })).filter(
    ({ by, until }) => until > needs.now() && !special.some((hand) => hand.by === by),
  );
  return [...special, ...usual].map(({ by, to }) => ({ by, to }));
}
