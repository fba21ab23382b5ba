import { sayTime } from '../domain/calendar/calendar.ts';
import { refuseApprover } from '../domain/deployment/approval.ts';
import type { Delegation } from '../domain/deployment/delegation.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { refuseHand, refuseUntil, refuseVoteless } from '../domain/deployment/refuse-delegation.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { type Decision, decide } from './decide.ts';
import { findEnvironment } from './find-environment.ts';
import { currentEnvironment, type LoadedDeployment, loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

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

/** What was handed over, or taken back. */
export interface HandedOver {
  to: string;
  /** `#1042`, or an environment's name. */
  where: string;
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

/** Hands every vote in an environment over until an instant; a later hand takes the place of an earlier one. */
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
  return accept(delegation);
}

const missing: Refusal = {
  rule: 'delegate',
  message: 'Until when is missing.',
  liftedBy: 'you',
  wayOut: 'Write until when.',
};

const shownDeployments = 100;

/** Takes every vote of a person back that is in another hand and was not given; empty where none was. */
export async function takeVotesBack(needs: AppNeeds, by: string): Promise<Verdict<HandedOver[]>> {
  const ended = await needs.store.endDelegations(by, needs.now());
  const waiting = await needs.store.list({ states: ['awaiting_approval'], limit: shownDeployments });
  const loaded = await Promise.all(
    waiting.map(async ({ number }) => await loadDeployment(needs.store, number)),
  );
  const handed = loaded.flatMap((verdict) =>
    verdict.ok && handOf(verdict.value, by) ? [verdict.value] : [],
  );
  const taken: HandedOver[] = [];
  for (const { deployment } of handed) {
    const verdict = await decide<HandedOver>(needs, deployment.number, (now) => takeBack(now, by));
    if (verdict.ok) taken.push(verdict.value);
  }
  return accept([...ended.map(({ to, environment }) => ({ to, where: environment })), ...taken]);
}

/** Who holds a vote that was not given; what was given stays given. */
function handOf({ deployment }: LoadedDeployment, by: string): string | null {
  if (deployment.votes.some((vote) => (vote.for ?? vote.by) === by)) return null;
  return deployment.handedVotes.find((hand) => hand.by === by)?.to ?? null;
}

function takeBack(loaded: LoadedDeployment, by: string): Decision<HandedOver> {
  const to = handOf(loaded, by);
  if (to === null)
    return refuse({ rule: 'delegate', message: 'it is back already', liftedBy: 'nobody', wayOut: '' });
  const answer = { to, where: `#${loaded.deployment.number}` };
  return accept({ events: [{ type: 'vote_taken_back', by, to }], answer });
}
