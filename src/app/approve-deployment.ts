import { sayTime } from '../domain/calendar/calendar.ts';
import type { Environment } from '../domain/configured/environment.ts';
import {
  approvalRuleFor,
  type ApprovalStanding,
  approvalStanding,
  voteThatCounts,
} from '../domain/deployment/approval.ts';
import type { Deployment, Vote } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import { namesOfSeats, sayWhatItTakes, saySeats, whoseVote } from '../domain/deployment/seats.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Person } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import { askAgain } from './ask-again.ts';
import { type Decision, decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment, type LoadedDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { changesSince } from './plan-drift.ts';
import { type Ballot, type Voices, voicesOf } from './voices.ts';

/** A press on Approve. */
export interface ApproveDeployment {
  by: string;
  number: number;
  /** The plan that the pressed card showed. */
  planHash: string;
}

/** What the approval came to. */
export interface ApprovedDeployment {
  number: number;
  given: number;
  required: number;
  complete: boolean;
}

/** Counts one vote for exactly the plan that its caster saw; the last one needed sends the deployment on its way. */
export async function approveDeployment(
  needs: AppNeeds,
  request: ApproveDeployment,
): Promise<Verdict<ApprovedDeployment>> {
  const person = await needs.findPerson(request.by);
  const voided: { refusal: Refusal | null } = { refusal: null };
  const verdict = await decide<ApprovedDeployment>(needs, request.number, async (loaded) => {
    const { deployment, plan } = loaded;
    const refusal = refuseCast(deployment, person) ?? (await refuseUndecided(needs, request, deployment));
    if (refusal) return refuse(refusal);
    const voices = await voicesOf(needs, person, ballotOf(needs, loaded));
    if (voices.votes.length === 0 && voices.refusal) return refuse(voices.refusal);
    const drift = await changesSince(needs, deployment, plan);
    if (!drift) return decideVote(needs, loaded, voices);
    voided.refusal = driftRefusal(deployment, drift.changes);
    const answer = { number: deployment.number, given: 0, required: 0, complete: false };
    return accept({ ...(await askAgain(needs, loaded, drift)), answer });
  });
  return voided.refusal && verdict.ok ? refuse(voided.refusal) : verdict;
}

function ballotOf(needs: AppNeeds, { deployment, plan }: LoadedDeployment): Ballot {
  return { deployment, environment: currentEnvironment(needs.configuration(), plan) };
}

/** A person votes once, and nobody's vote is given twice. */
function refuseCast({ number, votes, zone }: Deployment, person: Person): Refusal | null {
  const base = { rule: 'law-14', liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
  const mine = votes.find(({ by }) => by === person.id);
  if (mine) return { ...base, message: `You already approved #${number} at ${sayTime(mine.at, zone)}.` };
  const carried = votes.find((vote) => vote.for === person.id);
  if (!carried) return null;
  const when = sayTime(carried.at, zone);
  return { ...base, message: `<@${carried.by}> already approved #${number} for you at ${when}.` };
}

/** Says why nobody decides about the approval of this plan any more; null while they do. */
export async function refuseUndecided(
  needs: AppNeeds,
  { planHash }: Pick<ApproveDeployment, 'planHash'>,
  deployment: Deployment,
): Promise<Refusal | null> {
  const { number, state, expiresAt } = deployment;
  const nothing = { liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
  if (state !== 'awaiting_approval')
    return { rule: 'law-14', message: await alreadyDecided(needs, deployment), ...nothing };
  if (expiresAt !== null && expiresAt <= needs.now())
    return {
      rule: 'expired',
      message: `#${number} was not approved in time.`,
      ...nothing,
      wayOut: 'Request it again.',
    };
  if (planHash === deployment.planHash) return null;
  return {
    rule: 'plan-changed',
    message: `This card of #${number} is older than its plan.`,
    liftedBy: 'nobody',
    wayOut: 'Look at the newest card, and approve that.',
  };
}

async function alreadyDecided({ store }: AppNeeds, deployment: Deployment): Promise<string> {
  const decided = await decidedAlready(store, deployment, ({ type }) => approvalEnds.has(type));
  return decided ?? `#${deployment.number} waits for no approval: it is ${sayState(deployment.state)}.`;
}

const approvalEnds = new Set(['approved', 'rejected', 'cancelled', 'glass_broken']);

/** The first vote that takes a seat counts: a person's own before those that they carry. */
function decideVote(
  needs: AppNeeds,
  { deployment, plan }: LoadedDeployment,
  { votes }: Voices,
): Decision<ApprovedDeployment> {
  const environment = currentEnvironment(needs.configuration(), plan);
  const rule = approvalRuleFor(environment, deployment);
  const given = new Map(deployment.votes.map((cast) => [whoseVote(cast), cast]));
  const [carried] = votes.flatMap((candidate) => given.get(whoseVote(candidate)) ?? []);
  const allGiven = votes.every((candidate) => given.has(whoseVote(candidate)));
  if (allGiven && carried) return refuse(refuseGiven(deployment, carried));
  const vote = voteThatCounts(rule, deployment.votes, votes);
  const before = approvalStanding(rule, deployment.votes);
  if (!vote) return refuse(refuseSurplus(needs, environment, deployment, before));
  const { satisfied: complete, ...standing } = approvalStanding(rule, [...deployment.votes, vote]);
  const { at: _, ...cast } = vote;
  const approved: DeploymentEvent = { type: 'approved', ...cast, planHash: deployment.planHash };
  const answer = { number: deployment.number, given: standing.given, required: standing.required, complete };
  if (!complete) return accept({ events: [approved], answer });
  return accept({ events: [approved, nextStep(deployment, needs.now())], due: approvedDue, answer });
}

/** Every vote that this person carries was given, by its owner or by an earlier hand. */
function refuseGiven({ number, zone }: Deployment, { by, at }: Vote): Refusal {
  return {
    rule: 'law-14',
    message: `The vote on #${number} that you carry was given by <@${by}> at ${sayTime(at, zone)}.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

/** What an approved deployment does not wait for any more. */
export const approvedDue: DueChange[] = [{ remove: 'expire' }, { remove: 'glass-lapse' }];

/** Of this person's roles enough have approved: what is still open is for others. */
function refuseSurplus(
  needs: AppNeeds,
  environment: Environment,
  { number }: Deployment,
  { open }: ApprovalStanding,
): Refusal {
  return {
    rule: 'approval.from',
    message: `Enough people with your roles have approved #${number} for \`${environment.name}\`; what is still open takes ${sayWhatItTakes(open)}.`,
    liftedBy: saySeats(open),
    wayOut: `Ask ${namesOfSeats(needs.configuration(), open) || 'a global_admin'}.`,
  };
}

/** Where a deployment goes that waits for no approval any more. */
export function nextStep({ startsAt }: Deployment, now: number): DeploymentEvent {
  return startsAt === null || startsAt <= now
    ? { type: 'queued', behind: null }
    : { type: 'scheduled', startsAt };
}

/** What somebody is told whose press found that the plan is another one today. */
export function driftRefusal({ number }: Deployment, changes: string[]): Refusal {
  return {
    rule: 'plan-changed',
    message: `The plan of #${number} is not what it was: ${changes.join('; ')}. Earlier approvals are void.`,
    liftedBy: 'the approvers',
    wayOut: 'Look at the new plan on the card, and approve that.',
  };
}
