import type { Button } from '@slack/types';

import { mention } from '../../domain/actor.ts';
import type { Run } from '../../domain/attempt/run.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { sayChoice } from '../../domain/deployment/choice.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import { sayLock } from '../../domain/deployment/lock.ts';
import { remainingServers } from '../../domain/deployment/retry-choice.ts';
import { type Plan, planTitle } from '../../domain/plan/plan.ts';
import { countProgress, type Numbers } from '../../progress/numbers.ts';
import type { MemberService } from '../../store/store.ts';
import { sayApprovals } from '../../wording/approvals.ts';
import { sayNumbers } from '../../wording/numbers.ts';
import { sayEnd } from '../../wording/state.ts';
import { actions, button, context, header, type MessageContent, quotation, section } from '../blocks.ts';
import { cut, slackInstant } from '../escape.ts';
import { encodeButton, ids } from '../ids.ts';
import { answerButtons } from './answer-buttons.ts';
import { heldMembers } from './held-members.ts';
import { rollbackButtons, rollbackLine } from './rollback-buttons.ts';

/** The one card of a deployment: what, where, when, who, how far, and only the buttons that make sense now. */
export function deploymentCard(deployment: Deployment, plan: Plan, members: MemberService[]): MessageContent {
  const numbers = countProgress(deployment, plan, members);
  const title = cardTitle(deployment.number, plan);
  const state = sayEnd(deployment);
  return {
    text: cut(`${title}: ${state}, ${numbers.done} of ${numbers.total} servers`, 3_000),
    blocks: [
      header(title),
      section(`*${state}* · ${sayWhen(deployment)} · asked by ${sayRequester(deployment)}`),
      section(`${bar(numbers)}  ${sayNumbers(numbers)}`),
      ...lockLine(deployment, plan),
      ...sayQuestion(deployment),
      quotation('Reason', deployment.reason),
      ...(deployment.rejection ? [quotation('Rejected because', deployment.rejection.reason)] : []),
      ...approvalLine(deployment, plan),
      ...heldMembers(deployment, members),
      ...rollbackLine(deployment),
      ...actions('card', cardButtons(deployment, plan)),
    ],
  };
}

/** `#1042 customer360@2 → denodo-production`. */
export function cardTitle(number: number, plan: Plan): string {
  return `#${number} ${cut(planTitle(plan), 90)} → ${cut(plan.environment.name, 40)}`;
}

function sayWhen({ startsAt, zone }: Deployment): string {
  return startsAt === null ? 'now' : slackInstant(startsAt, sayTime(startsAt, zone));
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

function approvalLine(deployment: Deployment, plan: Plan) {
  const changes =
    deployment.planChanges.length === 0 ? '' : `The plan changed: ${deployment.planChanges.join('; ')}. `;
  const approvals = sayApprovals(plan.environment, deployment);
  return [context(`${changes}${approvals} · plan \`${deployment.planHash.slice(0, 12)}\``)];
}

function cardButtons(deployment: Deployment, plan: Plan): Button[] {
  const { number, version, planHash, question, state, run } = deployment;
  const value = encodeButton({ number, version, planHash, question: question?.id ?? null });
  const details = button(ids.details, 'Details', value, {
    accessibilityLabel: `Details of deployment ${number}`,
  });
  const cancel = button(ids.cancel, 'Cancel', value, {
    accessibilityLabel: `Cancel deployment ${number}`,
    confirm: { title: `Cancel #${number}?`, text: 'It will not run.', yes: 'Cancel it' },
  });
  const answers = answerButtons(deployment);
  const isRunning = run !== null && !run.ended;
  // After the end a held member may be put back, and that may ask: nothing of it is paused, stopped or cancelled.
  if (run?.ended && (question || state === 'running')) return [...answers, details];
  if (question) return [...answers, ...(isRunning ? stopButtons(run, number, value) : [cancel]), details];
  switch (state) {
    case 'awaiting_approval':
      return [...decisionButtons(number, value), cancel, details];
    case 'scheduled':
    case 'queued':
      return [cancel, details];
    case 'running':
    case 'paused':
    case 'waiting':
      return [
        ...(run ? [...pauseButtons(run, number, value), ...stopButtons(run, number, value)] : []),
        details,
      ];
    case 'rejected':
    case 'expired':
    case 'missed':
    case 'ok':
    case 'ok_with_warnings':
    case 'partial':
    case 'error':
    case 'cancelled':
      return [...retryButtons(deployment, plan, value), ...rollbackButtons(deployment, plan), details];
  }
}

/** Nothing to pause where a person has ended it already. */
function pauseButtons({ paused, stop, stopNow }: Run, number: number, value: string): Button[] {
  if (stop ?? stopNow) return [];
  return paused
    ? [
        button(ids.resume, 'Resume', value, {
          style: 'primary',
          accessibilityLabel: `Resume deployment ${number}`,
        }),
      ]
    : [button(ids.pause, 'Pause', value, { accessibilityLabel: `Pause deployment ${number}` })];
}

/** The gentle stop first; the hard one is offered as long as it was not chosen. */
function stopButtons({ stop, stopNow }: Run, number: number, value: string): Button[] {
  if (stopNow) return [];
  const atOnce = button(ids.stopNow, 'Stop now', value, {
    style: 'danger',
    accessibilityLabel: `Stop deployment ${number} now`,
  });
  return stop ? [atOnce] : [stopButton(number, value), atOnce];
}

function decisionButtons(number: number, value: string): Button[] {
  return [
    button(ids.approve, 'Approve', value, {
      style: 'primary',
      accessibilityLabel: `Approve deployment ${number}`,
      confirm: {
        title: `Approve #${number}?`,
        text: 'You approve exactly the plan in this thread.',
        yes: 'Approve',
      },
    }),
    button(ids.reject, 'Reject', value, {
      style: 'danger',
      accessibilityLabel: `Reject deployment ${number}`,
    }),
  ];
}

function stopButton(number: number, value: string): Button {
  return button(ids.stop, 'Stop after this server', value, {
    accessibilityLabel: `Stop deployment ${number} after this server`,
    confirm: {
      title: `Stop #${number}?`,
      text: 'The server at hand is finished; no other begins.',
      yes: 'Stop it',
    },
  });
}

/** All that remains first; a part of it where there is more than one. */
function retryButtons(deployment: Deployment, plan: Plan, value: string): Button[] {
  const remaining = remainingServers(plan, deployment);
  if (!hasEnded(deployment.state) || !deployment.run?.ended || remaining.length === 0) return [];
  const choose = button(ids.choose, 'Choose…', value, {
    accessibilityLabel: `Choose which remaining servers of deployment ${deployment.number} to deploy`,
  });
  return [
    button(ids.retry, `Deploy the remaining ${remaining.length}`, value, {
      style: 'primary',
      accessibilityLabel: `Deploy the remaining servers of deployment ${deployment.number}`,
      confirm: { title: 'Deploy the rest?', text: remaining.join(', '), yes: 'Deploy' },
    }),
    ...(remaining.length > 1 ? [choose] : []),
  ];
}
