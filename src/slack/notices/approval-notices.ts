import type { Button, KnownBlock } from '@slack/types';

import { currentEnvironment } from '../../app/load-deployment.ts';
import { mayNotLook } from '../../app/remind-of-glass.ts';
import { mention } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { ApprovalRule } from '../../domain/configured/approval-rule.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding, voteThatCounts } from '../../domain/deployment/approval.ts';
import type { Deployment, Vote } from '../../domain/deployment/deployment.ts';
import { glassInForce, isUnseen, wholeGlass } from '../../domain/deployment/glass.ts';
import { sayWhatItTakes, whoseVote } from '../../domain/deployment/seats.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import { sayApprovals, sayForWhom } from '../../wording/approvals.ts';
import { sayBroken } from '../../wording/glass.ts';
import { sayPlan } from '../../wording/plan.ts';
import { actions, button, context, quotation, section } from '../blocks.ts';
import { seenButton } from '../card/glass-parts.ts';
import { slackInstant } from '../escape.ts';
import { encodeButton, ids } from '../ids.ts';
import { candidatesOf } from './candidates.ts';
import { detailsButton, noticeContent } from './notice-blocks.ts';
import type { Notice, NoticeFacts, NoticeMaker } from './notice.ts';

/**
 * Asks whoever can approve and has not, with their own vote or one that they carry, and tells them once it is decided. A
 * changed plan is asked about anew; after broken glass they are asked to look.
 */
export const approvalNotices: NoticeMaker = async (facts) => {
  const { deployment, plan, news, configuration } = facts;
  if (deployment.state !== 'awaiting_approval' && !news.some(({ event }) => decides(event))) return [];
  const environment = currentEnvironment(configuration, plan);
  // Broken glass lifts the rule, and those whom it asked are told so.
  const asking = approvalRuleFor(environment, { ...deployment, glass: wholeGlass });
  if (!asking) return [];
  const rule = approvalRuleFor(environment, deployment);
  const people = await candidatesOf(facts, { rule: asking, kind: environment.kind });
  const asked = [...people].map(([to, votes]): Notice => {
    const vote = awaited(deployment, rule, { to, votes });
    const content = vote
      ? askContent(facts, vote)
      : settledContent(facts, { to, votes, rule: asking, environment });
    return { to, key: keyOf(deployment, deployment.planHash, to), about: 'approval', content };
  });
  return [...asked, ...takenBack(facts, people), ...voided(facts, [...people.keys()])];
};

/** Whoever carried a vote that is back is told that nothing is left to them. */
function takenBack(facts: NoticeFacts, people: Map<string, Vote[]>): Notice[] {
  return facts.news.flatMap(({ event }): Notice[] => {
    if (event.type !== 'vote_taken_back' || people.has(event.to)) return [];
    const content = decidedContent(facts, `<@${event.by}> has taken their vote back.`);
    const key = keyOf(facts.deployment, facts.deployment.planHash, event.to);
    return [{ to: event.to, key, about: 'approval', content }];
  });
}

const deciding: DeploymentEvent['type'][] = [
  'approved',
  'rejected',
  'cancelled',
  'expired',
  'plan_changed',
  'missed',
  'glass_broken',
  'glass_seen',
];

function decides({ type }: DeploymentEvent): boolean {
  return deciding.includes(type);
}

function keyOf({ number }: Deployment, planHash: string, to: string): string {
  return `notice:approval:${number}:${planHash.slice(0, 12)}:${to}`;
}

/** The vote that somebody can still give; null for who voted, and where enough of their roles have. */
function awaited(
  { state, votes: given }: Deployment,
  rule: ApprovalRule | null,
  { to, votes }: { to: string; votes: Vote[] },
): Vote | null {
  const isDone = given.some((vote) => vote.by === to || whoseVote(vote) === to);
  return state !== 'awaiting_approval' || isDone ? null : voteThatCounts(rule, given, votes);
}

/** Plans that were asked about before: what was said about them counts no more. */
function voided(facts: NoticeFacts, people: string[]): Notice[] {
  const { deployment, news } = facts;
  if (!news.some(({ event }) => event.type === 'plan_changed')) return [];
  const content = decidedContent(
    facts,
    'The plan changed, and approvals of this one are void. A newer message asks about the new plan.',
  );
  return deployment.earlierPlans.flatMap(({ hash: planHash }) =>
    people.map((to): Notice => ({ to, key: keyOf(deployment, planHash, to), about: 'approval', content })),
  );
}

function askContent(facts: NoticeFacts, vote: Vote) {
  const { deployment, plan, hands } = facts;
  const who = mention({ by: deployment.requestedBy, via: deployment.requestedVia });
  const changes =
    deployment.planChanges.length === 0 ? '' : `\nThe plan changed: ${deployment.planChanges.join('; ')}.`;
  return noticeContent(facts, 'waits for your approval', [
    section(
      `*Waits for your approval*${sayForWhom(vote, deployment)} · asked by ${who}\n${sayHours(deployment)}${changes}`,
    ),
    quotation('Reason', deployment.reason),
    section(sayPlan(plan)),
    context(
      `${sayApprovals(plan.environment, deployment, hands)} · plan \`${deployment.planHash.slice(0, 12)}\``,
    ),
    ...decisionButtons(deployment),
  ]);
}

/** When it begins, and until when it can be approved. */
function sayHours({ startsAt, expiresAt, zone }: Deployment): string {
  const instant = (at: number): string => slackInstant(at, sayTime(at, zone));
  const begins = startsAt === null ? 'Begins as soon as it is approved' : `Starts ${instant(startsAt)}`;
  return `${begins}${expiresAt === null ? '' : `, expires ${instant(expiresAt)} unless it is approved`}.`;
}

function decisionButtons(deployment: Deployment): KnownBlock[] {
  const { number, version, planHash } = deployment;
  const value = encodeButton({ number, version, planHash, question: null });
  const approve: Button = button(ids.approve, 'Approve', value, {
    style: 'primary',
    accessibilityLabel: `Approve deployment ${number}`,
    confirm: {
      title: `Approve #${number}?`,
      text: 'You approve exactly the plan shown here.',
      yes: 'Approve',
    },
  });
  const reject = button(ids.reject, 'Reject', value, {
    style: 'danger',
    accessibilityLabel: `Reject deployment ${number}`,
  });
  return actions('approval', [approve, reject, detailsButton(deployment)]);
}

/** Nothing is left to approve; after broken glass those who would have approved are asked to look. */
function settledContent(
  facts: NoticeFacts,
  {
    to,
    votes,
    rule,
    environment,
  }: { to: string; votes: Vote[]; rule: ApprovalRule; environment: Environment },
) {
  const { deployment } = facts;
  const broken = glassInForce(deployment.glass);
  if (!broken) return decidedContent(facts, sayDecided(deployment, rule));
  const mayLook =
    votes.some((vote) => vote.for === undefined) && !mayNotLook(deployment, environment).includes(to);
  const looks = isUnseen(deployment.glass) && mayLook;
  const text = looks ? 'its glass was broken, and somebody has to look' : 'nothing is left to approve';
  return noticeContent(facts, text, [
    section(sayBroken(broken)),
    ...actions('approval', [...(looks ? [seenButton(deployment)] : []), detailsButton(deployment)]),
  ]);
}

function decidedContent(facts: NoticeFacts, sentence: string) {
  return noticeContent(facts, 'nothing is left to approve', [
    section(sentence),
    ...(facts.deployment.rejection ? [quotation('Reason', facts.deployment.rejection.reason)] : []),
    ...actions('approval', [detailsButton(facts.deployment)]),
  ]);
}

/** Who decided it, and how. */
function sayDecided({ votes, rejection, state, endedBy }: Deployment, rule: ApprovalRule): string {
  if (rejection) return `Rejected by <@${rejection.by}>.`;
  const voters = votes.map(({ by }) => `<@${by}>`).join(', ');
  const { satisfied, open } = approvalStanding(rule, votes);
  if (satisfied) return `Approved by ${voters}.`;
  if (state === 'awaiting_approval')
    return `Approved by ${voters}; what is still open takes ${sayWhatItTakes(open)}.`;
  return `Nobody has to approve it any more: ${state}${endedBy === null ? '' : ` (${endedBy})`}.`;
}
