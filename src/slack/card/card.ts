import { mention } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { sayChoice } from '../../domain/deployment/choice.ts';
import type { Hand } from '../../domain/deployment/delegation.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import { sayLock } from '../../domain/deployment/lock.ts';
import { type Plan, planTitle } from '../../domain/plan/plan.ts';
import { countProgress, type Numbers } from '../../progress/numbers.ts';
import type { MemberService } from '../../store/facts.ts';
import { sayApprovals } from '../../wording/approvals.ts';
import { sayNumbers } from '../../wording/numbers.ts';
import { sayServerStates } from '../../wording/server-states.ts';
import { sayStart } from '../../wording/start-hour.ts';
import { sayEnd } from '../../wording/state.ts';
import { actions, context, header, type MessageContent, quotation, section } from '../blocks.ts';
import { cut, slackInstant } from '../escape.ts';
import { cardButtons } from './card-buttons.ts';
import { changedPlan } from './changed-plan.ts';
import { glassLines } from './glass-parts.ts';
import { heldMembers } from './held-members.ts';
import { preparationLines } from './preparation-lines.ts';
import { rollbackLine } from './rollback-buttons.ts';
import { watchButtons } from './watch-buttons.ts';

/**
 * The one card of a deployment: what, where, when, who, how far, whose votes are in which hands, and only the buttons
 * that make sense now.
 */
export function deploymentCard(
  deployment: Deployment,
  plan: Plan,
  members: MemberService[],
  hands: Hand[] = deployment.handedVotes,
): MessageContent {
  const numbers = countProgress(deployment, plan, members);
  const title = cardTitle(deployment.number, plan);
  const state = sayEnd(deployment);
  return {
    text: cut(`${title}: ${state}, ${numbers.done} of ${numbers.total} servers`, 3_000),
    blocks: [
      header(title),
      section(`*${state}* · ${sayWhen(deployment)} · asked by ${sayRequester(deployment)}`),
      section(`${bar(numbers)}  ${sayNumbers(numbers)}`),
      section(sayServerStates(deployment, plan)),
      ...lockLine(deployment, plan),
      ...sayQuestion(deployment),
      quotation('Reason', deployment.reason),
      ...(deployment.rejection ? [quotation('Rejected because', deployment.rejection.reason)] : []),
      ...glassLines(deployment),
      ...changedPlan(deployment),
      ...approvalLine(deployment, plan, hands),
      ...heldMembers(deployment, members),
      ...rollbackLine(deployment),
      ...preparationLines(deployment, plan),
      ...actions('card', cardButtons(deployment, plan)),
      ...actions('watch', watchButtons(deployment, plan)),
    ],
  };
}

/** `#1042 customer360@2 → denodo-production`. */
export function cardTitle(number: number, plan: Plan): string {
  return `#${number} ${cut(planTitle(plan), 90)} → ${cut(plan.environment.name, 40)}`;
}

function sayWhen(deployment: Deployment): string {
  return sayStart(deployment, (at) => slackInstant(at, sayTime(at, deployment.zone)));
}

const barLength = 12;

/** How far it is, for the eye: numbers say it in words beside it. */
export function bar({ done, total }: Numbers): string {
  const filled = total === 0 ? 0 : Math.floor((done / total) * barLength);
  return `\`${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}\``;
}

function sayRequester({ requestedBy, requestedVia }: Deployment): string {
  return mention({ by: requestedBy, via: requestedVia });
}

/** Why a deployment whose hour has come does not begin. */
function lockLine({ lock, zone }: Deployment, plan: Plan) {
  if (!lock) return [];
  const since = slackInstant(lock.since, sayTime(lock.since, zone));
  return [
    section(
      `${sayLock({ ...lock, environment: plan.environment.name }, since)} It waits until somebody unlocks it.`,
    ),
  ];
}

function sayQuestion({ question, zone }: Deployment) {
  if (!question) return [];
  const until = slackInstant(question.deadlineAt, sayTime(question.deadlineAt, zone));
  return [
    section(
      `*A question*: ${question.text} If nobody answers until ${until}: ${sayChoice(question.defaultChoice)}.`,
    ),
  ];
}

function approvalLine(deployment: Deployment, plan: Plan, hands: Hand[]) {
  const { planChanges, state } = deployment;
  const isSaid = planChanges.length === 0 || state === 'awaiting_approval';
  const changes = isSaid ? '' : `The plan changed: ${planChanges.join('; ')}. `;
  const approvals = sayApprovals(plan.environment, deployment, hands);
  return [context(`${changes}${approvals} · plan \`${deployment.planHash.slice(0, 12)}\``)];
}
