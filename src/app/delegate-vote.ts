import { sayTime } from '../domain/calendar/calendar.ts';
import { refuseApprover } from '../domain/deployment/approval.ts';
import type { Delegation } from '../domain/deployment/delegation.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { refuseHand, refuseUntil, refuseVoteless } from '../domain/deployment/refuse-delegation.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { type Decision, decide } from './decide.ts';
import { findEnvironment } from './find-environment.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { type HandedOver, waitingIn } from './take-votes-back.ts';
import { handsThatCount } from './voices.ts';

/** An approver hands their vote on one deployment to another member. */
export interface DelegateOne {
  by: string;
  to: string;
  number: number;
}

/** An approver hands their vote on whatever waits in an environment to another member, for a while. */
export interface DelegateAll {
  by: string;
  to: string;
  environment: string;
  /** Epoch milliseconds. */
  until: number | null;
}

/** Hands one vote over: each approver has one hand for a deployment, and a later one takes its place. */
export async function delegateOne(needs: AppNeeds, request: DelegateOne): Promise<Verdict<HandedOver>> {
  const [from, to] = await Promise.all([needs.findPerson(request.by), needs.findPerson(request.to)]);
  return await decide<HandedOver>(needs, request.number, ({ deployment, plan }): Decision<HandedOver> => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const configuration = needs.configuration();
    const refusal =
      refuseClosed(deployment, request) ??
      refuseHand(from, to, configuration) ??
      refuseApprover(from, configuration, environment, deployment);
    if (refusal) return refuse(refusal);
    const answer = { to: to.id, where: `#${deployment.number}` };
    return accept({ events: [{ type: 'vote_delegated', by: from.id, to: to.id }], answer });
  });
}

function refuseClosed(deployment: Deployment, { by, to }: DelegateOne): Refusal | null {
  const { number, state, votes, requestedBy, handedVotes, zone } = deployment;
  const base = { rule: 'delegate', liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
  if (state !== 'awaiting_approval')
    return { ...base, message: `#${number} waits for no approval: it is ${sayState(state)}.` };
  const cast = votes.find((vote) => (vote.for ?? vote.by) === by);
  if (cast) return { ...base, message: `Your vote on #${number} was given at ${sayTime(cast.at, zone)}.` };
  const standing = handedVotes.find((hand) => hand.by === by && hand.to === to);
  if (standing)
    return {
      ...base,
      rule: 'law-14',
      message: `<@${to}> has had your vote on #${number} since ${sayTime(standing.at, zone)}.`,
    };
  if (requestedBy !== to) return null;
  return {
    ...base,
    message: `<@${to}> requested #${number}, so nobody's vote goes to them.`,
    wayOut: 'Choose another member.',
  };
}

/**
 * Hands every vote in an environment over until an instant; a later hand takes the place of an earlier one. Whatever
 * waits there for that vote says so, and so its new holder is asked.
 */
export async function delegateAll(needs: AppNeeds, request: DelegateAll): Promise<Verdict<Delegation>> {
  const { by, environment: name, until } = request;
  const found = findEnvironment(needs.configuration(), name);
  if (!found.ok) return found;
  const environment = found.value;
  const configuration = needs.configuration();
  const [from, to] = await Promise.all([needs.findPerson(by), needs.findPerson(request.to)]);
  const refusals = [
    refuseHand(from, to, configuration) ?? refuseVoteless(from, configuration, environment),
    refuseUntil(until, needs.now(), from.timezone),
  ].filter((refusal) => refusal !== null);
  const [first, ...others] = refusals;
  if (first || until === null) return refuse(first ?? missing, ...others);
  const delegation = { environment: name, by, to: to.id, since: needs.now(), until };
  await needs.store.delegate(delegation);
  await sayOfWaiting(needs, delegation);
  return accept(delegation);
}

const missing: Refusal = {
  rule: 'delegate',
  message: 'Until when is missing.',
  liftedBy: 'you',
  wayOut: 'Write until when.',
};

/** Not of what has a hand of its own, nor where the vote was given, or is none. */
async function sayOfWaiting(
  needs: AppNeeds,
  { environment: name, by, to, until }: Delegation,
): Promise<void> {
  const nothing = { rule: 'delegate', message: 'not concerned', liftedBy: 'nobody', wayOut: '' };
  for (const { number } of await waitingIn(needs, name))
    await decide<null>(needs, number, async ({ deployment, plan }): Promise<Decision<null>> => {
      const environment = currentEnvironment(needs.configuration(), plan);
      const hands = await handsThatCount(needs, { deployment, environment });
      const isTheirs = hands.some((hand) => hand.by === by && hand.to === to && hand.until === until);
      return isTheirs
        ? accept({ events: [{ type: 'vote_delegated', by, to, until }], answer: null })
        : refuse(nothing);
    });
}
