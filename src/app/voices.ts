import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, refuseApprover, voteThatCounts } from '../domain/deployment/approval.ts';
import { type Hand, handsOn } from '../domain/deployment/delegation.ts';
import type { Deployment, Vote } from '../domain/deployment/deployment.ts';
import { rolesInVote } from '../domain/deployment/seats.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { Person } from '../domain/roles.ts';
import type { Refusal } from '../domain/verdict.ts';
import { currentEnvironment } from './load-deployment.ts';
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
  const votes = await carriedBy(needs, person, { ...ballot, hands: await handsFor(needs, ballot) });
  return 'roles' in own ? { votes: [own, ...votes], refusal: null } : { votes, refusal: own };
}

/** The votes of others that a person may cast now, of those hands. */
export async function carriedBy(
  needs: AppNeeds,
  person: Person,
  { hands, ...ballot }: Ballot & { hands: Hand[] },
): Promise<Vote[]> {
  if (!mayCarry(person, ballot)) return [];
  const theirs = hands.filter(({ to }) => to === person.id);
  const carried = await Promise.all(
    theirs.map(async ({ by }) => voteOf(needs, await needs.findPerson(by), ballot)),
  );
  return carried.flatMap((vote) => ('roles' in vote ? [{ ...vote, by: person.id, for: vote.by }] : []));
}

function mayCarry({ standing, id }: Person, { deployment }: Ballot): boolean {
  return standing === 'member' && deployment.requestedBy !== id;
}

function voteOf(needs: AppNeeds, person: Person, { deployment, environment }: Ballot): Vote | Refusal {
  const configuration = needs.configuration();
  const refusal = refuseApprover(person, configuration, environment, deployment);
  if (refusal) return refusal;
  const rule = approvalRuleFor(environment, deployment);
  const roles = rolesInVote(person, configuration, { kind: environment.kind, rule });
  return { by: person.id, roles, at: needs.now() };
}

async function handsFor({ store, now }: AppNeeds, { deployment, environment }: Ballot): Promise<Hand[]> {
  return handsOn(deployment.handedVotes, await store.delegations({ environment: environment.name }), now());
}

/** Those of the votes in other hands whose holders can give them now, and that would count; none once it is decided. */
export async function handsThatCount(needs: AppNeeds, ballot: Ballot): Promise<Hand[]> {
  const { deployment, environment } = ballot;
  if (deployment.state !== 'awaiting_approval') return [];
  const rule = approvalRuleFor(environment, deployment);
  const hands = await handsFor(needs, ballot);
  const able = await Promise.all(
    hands.map(async (hand) => {
      const [from, to] = await Promise.all([needs.findPerson(hand.by), needs.findPerson(hand.to)]);
      const vote = voteOf(needs, from, ballot);
      if ('rule' in vote || !mayCarry(to, ballot) || deployment.votes.some(({ by }) => by === to.id))
        return [];
      return voteThatCounts(rule, deployment.votes, [{ ...vote, by: to.id, for: from.id }]) ? [hand] : [];
    }),
  );
  return able.flat();
}

/** The same for a deployment and its plan. */
export function createHandsOf(needs: AppNeeds): (deployment: Deployment, plan: Plan) => Promise<Hand[]> {
  return async (deployment, plan) =>
    await handsThatCount(needs, {
      deployment,
      environment: currentEnvironment(needs.configuration(), plan),
    });
}
