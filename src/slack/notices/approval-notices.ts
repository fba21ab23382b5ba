import type { Button, KnownBlock } from '@slack/types';

import { currentEnvironment } from '../../app/load-deployment.ts';
import { mention } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { ApprovalRule } from '../../domain/configured/approval-rule.ts';
import { approvalRuleFor, approvalStanding } from '../../domain/deployment/approval.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import { sayApprovals } from '../../wording/approvals.ts';
import { sayPlan } from '../../wording/plan.ts';
import { actions, button, context, quotation, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { encodeButton, ids } from '../ids.ts';
import { detailsButton, noticeContent } from './notice-blocks.ts';
import type { Notice, NoticeFacts, NoticeMaker } from './notice.ts';
import { peopleWithRoles } from './people-with-roles.ts';

/** Asks whoever can approve and has not, and tells them once it is decided. A changed plan is asked about anew. */
export const approvalNotices: NoticeMaker = async (facts) => {
  const { deployment, plan, news, configuration } = facts;
  if (deployment.state !== 'awaiting_approval' && !news.some(({ event }) => decides(event))) return [];
  const environment = currentEnvironment(configuration, plan);
  const rule = approvalRuleFor(environment, deployment);
  if (!rule) return [];
  const roles = rule.rules.flatMap((seats) => seats.roles);
  const holders = await peopleWithRoles(facts, environment.kind, roles);
  const mayVote = (person: string): boolean => !rule.excludeRequester || person !== deployment.requestedBy;
  const people = [...voicesOf(deployment, holders, mayVote)].filter(([person]) => mayVote(person));
  const asked = people.map(([to, voices]): Notice => {
    const isOpen = canStillApprove(deployment, rule, to, voices);
    const content = isOpen ? askContent(facts) : decidedContent(facts, sayDecided(deployment, rule));
    return { to, key: keyOf(deployment, deployment.planHash, to), about: 'approval', content };
  });
  return [
    ...asked,
    ...voided(
      facts,
      people.map(([to]) => to),
    ),
  ];
};

/** A vote that somebody may cast: whose it is, and for which roles. */
interface Voice {
  of: string;
  roles: string[];
}

/** Who carries somebody's vote on this deployment is asked as well, with the roles that it is given for besides their own. */
function voicesOf(
  { handedVotes }: Deployment,
  holders: Map<string, string[]>,
  mayVote: (person: string) => boolean,
): Map<string, Voice[]> {
  const voices = new Map([...holders].map(([of, roles]): [string, Voice[]] => [of, [{ of, roles }]]));
  for (const { by, to } of handedVotes) {
    const roles = holders.get(by);
    if (roles && mayVote(by)) voices.set(to, [...(voices.get(to) ?? []), { of: by, roles }]);
  }
  return voices;
}

const deciding: DeploymentEvent['type'][] = [
  'approved',
  'rejected',
  'cancelled',
  'expired',
  'plan_changed',
  'missed',
];

function decides({ type }: DeploymentEvent): boolean {
  return deciding.includes(type);
}

function keyOf({ number }: Deployment, planHash: string, to: string): string {
  return `notice:approval:${number}:${planHash.slice(0, 12)}:${to}`;
}

/** Not somebody who approved, or for whom somebody did, and nobody of whose votes none is missing. */
function canStillApprove(
  { state, votes }: Deployment,
  rule: ApprovalRule,
  by: string,
  voices: Voice[],
): boolean {
  if (state !== 'awaiting_approval' || votes.some((vote) => vote.by === by || vote.for === by)) return false;
  const { given } = approvalStanding(rule, votes);
  return voices
    .filter(({ of }) => !votes.some((vote) => (vote.for ?? vote.by) === of))
    .some(({ roles }) => approvalStanding(rule, [...votes, { by, roles, at: 0 }]).given > given);
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

function askContent(facts: NoticeFacts) {
  const { deployment, plan } = facts;
  const who = mention({ by: deployment.requestedBy, via: deployment.requestedVia });
  const changes =
    deployment.planChanges.length === 0 ? '' : `\nThe plan changed: ${deployment.planChanges.join('; ')}.`;
  return noticeContent(facts, 'waits for your approval', [
    section(`*Waits for your approval* · asked by ${who}\n${sayHours(deployment)}${changes}`),
    quotation('Reason', deployment.reason),
    section(sayPlan(plan)),
    context(`${sayApprovals(plan.environment, deployment)} · plan \`${deployment.planHash.slice(0, 12)}\``),
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
  const { satisfied, missing } = approvalStanding(rule, votes);
  if (satisfied) return `Approved by ${voters}.`;
  if (state === 'awaiting_approval')
    return `Approved by ${voters}; what is still open takes the role ${missing.join(' or ')}.`;
  return `Nobody has to approve it any more: ${state}${endedBy === null ? '' : ` (${endedBy})`}.`;
}
