import { sayTime } from '../domain/calendar/calendar.ts';
import {
  approvalRuleFor,
  type ApprovalStanding,
  approvalStanding,
  refuseApprover,
} from '../domain/deployment/approval.ts';
import type { Deployment, Vote } from '../domain/deployment/deployment.ts';
import type { Environment } from '../domain/environment.ts';
import type { DeploymentEvent } from '../domain/events.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { namesOfRole, type Person, rolesOf } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { DueChange } from '../store/store.ts';
import { type Decision, decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { changesSince } from './plan-drift.ts';

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

/** Counts one person's approval of exactly the plan they saw; the last one needed sends the deployment on its way. */
export async function approveDeployment(
  needs: AppNeeds,
  request: ApproveDeployment,
): Promise<Verdict<ApprovedDeployment>> {
  const person = await needs.findPerson(request.by);
  const voided: { refusal: Refusal | null } = { refusal: null };
  const verdict = await decide<ApprovedDeployment>(needs, request.number, async ({ deployment, plan }) => {
    const refusal = await refuseNow(needs, request, { person, deployment, plan });
    if (refusal) return refuse(refusal);
    const drift = await changesSince(needs, deployment, plan);
    if (drift) {
      voided.refusal = driftRefusal(deployment, drift.changes);
      return accept({
        ...drift,
        answer: { number: deployment.number, given: 0, required: 0, complete: false },
      });
    }
    return decideVote(needs, { person, deployment, plan });
  });
  return voided.refusal && verdict.ok ? refuse(voided.refusal) : verdict;
}

interface Ballot {
  person: Person;
  deployment: Deployment;
  plan: Plan;
}

async function refuseNow(
  needs: AppNeeds,
  request: ApproveDeployment,
  { person, deployment, plan }: Ballot,
): Promise<Refusal | null> {
  const { number, votes, zone } = deployment;
  const mine = votes.find((vote) => vote.by === person.id);
  const nothing = { liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
  if (mine)
    return {
      rule: 'law-14',
      message: `You already approved #${number} at ${sayTime(mine.at, zone)}.`,
      ...nothing,
    };
  if (deployment.state !== 'awaiting_approval')
    return { rule: 'law-14', message: await alreadyDecided(needs, deployment), ...nothing };
  if (deployment.expiresAt !== null && deployment.expiresAt <= needs.now())
    return {
      rule: 'expired',
      message: `#${number} was not approved in time.`,
      ...nothing,
      wayOut: 'Request it again.',
    };
  if (request.planHash !== deployment.planHash)
    return {
      rule: 'plan-changed',
      message: `This card of #${number} is older than its plan.`,
      liftedBy: 'nobody',
      wayOut: 'Look at the newest card, and approve that.',
    };
  return refuseApprover(
    person,
    needs.configuration(),
    currentEnvironment(needs.configuration(), plan),
    deployment,
  );
}

async function alreadyDecided({ store }: AppNeeds, deployment: Deployment): Promise<string> {
  const decided = await decidedAlready(store, deployment, ({ type }) => approvalEnds.has(type));
  return (
    decided ?? `#${deployment.number} waits for no approval: it is ${deployment.state.replaceAll('_', ' ')}.`
  );
}

const approvalEnds = new Set(['approved', 'rejected', 'cancelled']);

function decideVote(needs: AppNeeds, { person, deployment, plan }: Ballot): Decision<ApprovedDeployment> {
  const environment = currentEnvironment(needs.configuration(), plan);
  const roles = rolesOf(person, needs.configuration(), environment.kind);
  const vote: Vote = { by: person.id, roles, at: needs.now() };
  const rule = approvalRuleFor(environment, deployment);
  const standing = approvalStanding(rule, [...deployment.votes, vote]);
  const before = approvalStanding(rule, deployment.votes);
  if (standing.given === before.given) return refuse(refuseSurplus(needs, environment, deployment, before));
  const approved: DeploymentEvent = { type: 'approved', by: person.id, roles, planHash: deployment.planHash };
  const { satisfied: complete, given, required } = standing;
  const answer = { number: deployment.number, given, required, complete };
  if (!complete) return accept({ events: [approved], answer });
  const due: DueChange[] = [{ remove: 'expire' }];
  return accept({ events: [approved, nextStep(deployment, needs.now())], due, answer });
}

/** Of this person's roles enough have approved: what is still open is for others. */
function refuseSurplus(
  needs: AppNeeds,
  environment: Environment,
  { number }: Deployment,
  { missing }: ApprovalStanding,
): Refusal {
  const names = missing.map((role) => namesOfRole(needs.configuration(), role)).filter(Boolean);
  return {
    rule: 'approval.from',
    message: `Enough people with your roles have approved #${number} for \`${environment.name}\`; what is still open takes the role ${missing.join(' or ')}.`,
    liftedBy: missing.join(' or '),
    wayOut: `Ask ${names.join(', ') || 'a global_admin'}.`,
  };
}

function nextStep({ startsAt }: Deployment, now: number): DeploymentEvent {
  return startsAt === null || startsAt <= now
    ? { type: 'queued', behind: null }
    : { type: 'scheduled', startsAt };
}

function driftRefusal({ number }: Deployment, changes: string[]): Refusal {
  return {
    rule: 'plan-changed',
    message: `The plan of #${number} is not what it was: ${changes.join('; ')}. Earlier approvals are void.`,
    liftedBy: 'the approvers',
    wayOut: 'Look at the new plan on the card, and approve that.',
  };
}
