import type { Button } from '@slack/types';

import type { Run } from '../../domain/attempt/run.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import { choosableServers, remainingServers } from '../../domain/deployment/retry-choice.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { countServers, listNames } from '../../wording/names.ts';
import { joinButton } from '../batch/join-button.ts';
import { button } from '../blocks.ts';
import { encodeButton, ids } from '../ids.ts';
import { answerButtons } from './answer-buttons.ts';
import { decisionButtons } from './decision-buttons.ts';
import { glassButtons } from './glass-parts.ts';
import { rollbackButtons } from './rollback-buttons.ts';

/** The buttons that make sense now, at most one of them primary. */
export function cardButtons(deployment: Deployment, plan: Plan): Button[] {
  const { number, version, planHash, question, state, run } = deployment;
  const value = encodeButton({ number, version, planHash, question: question?.id ?? null });
  const details = button(ids.details, 'Details', value, {
    accessibilityLabel: `Details of deployment ${number}`,
  });
  const cancel = button(ids.cancel, 'Cancel', value, {
    accessibilityLabel: `Cancel deployment ${number}`,
    confirm: {
      title: `Cancel #${number}?`,
      text: run ? 'What remains of it is not deployed.' : 'It will not run.',
      yes: 'Cancel it',
    },
  });
  const answers = answerButtons(deployment);
  const isRunning = run !== null && !run.ended;
  // After the end a held member may be put back, and that may ask: nothing of it is paused, stopped or cancelled.
  if (run?.ended && (question || state === 'running')) return [...answers, details];
  if (question) return [...answers, ...(isRunning ? stopButtons(run, number, value) : [cancel]), details];
  switch (state) {
    case 'awaiting_approval':
      return [
        ...decisionButtons(deployment, value),
        cancel,
        ...glassButtons(deployment, plan, value),
        details,
      ];
    case 'scheduled':
      // The rest of one that ran waits for a window of its own.
      return [...(run ? [] : [joinButton(number, version)]), cancel, details];
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
  const choosable = choosableServers(plan, deployment);
  if (!hasEnded(deployment.state) || !deployment.run?.ended || choosable.length === 0) return [];
  const choose = button(ids.choose, 'Choose…', value, {
    accessibilityLabel: `Choose which remaining servers of deployment ${deployment.number} to deploy`,
  });
  if (remaining.length === 0) return [choose];
  return [
    button(ids.retry, `Deploy the remaining ${remaining.length}`, value, {
      // While a rollback counts down, to keep what is there is what is asked.
      ...(deployment.countdown === null && { style: 'primary' }),
      accessibilityLabel: `Deploy the remaining servers of deployment ${deployment.number}`,
      confirm: {
        title: 'Deploy the remaining?',
        text: `${countServers(remaining.length)} of #${deployment.number} are deployed to, in the order of the plan: ${listNames(remaining, 6)}. Those that are done stay as they are.`,
        yes: 'Deploy',
      },
    }),
    ...(choosable.length > 1 ? [choose] : []),
  ];
}
