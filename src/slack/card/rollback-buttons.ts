import type { Button, KnownBlock } from '@slack/types';

import { sayTime } from '../../domain/calendar/calendar.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { countServers, listNames } from '../../wording/names.ts';
import { button, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { encodeButton, ids } from '../ids.ts';

/** What stands on the card of a deployment that undoes, is undone or will be. */
export function rollbackLine({ countdown, undoneBy, zone }: Deployment): KnownBlock[] {
  if (undoneBy !== null) return [section(`Its rollback is #${undoneBy}.`)];
  if (!countdown) return [];
  const at = slackInstant(countdown.at, sayTime(countdown.at, zone));
  return [
    section(`*${listNames(countdown.servers, 8)}* will be rolled back ${at}, unless somebody presses Keep.`),
  ];
}

/** Roll back, and, while it counts down, Keep and Snooze; none where there is nothing to undo. */
export function rollbackButtons(deployment: Deployment, plan: Plan): Button[] {
  const { number, version, planHash, state, run, begun, countdown, undoneBy } = deployment;
  const canUndo = plan.environment.rollback !== null && plan.undoes === null && begun.size > 0;
  if (!hasEnded(state) || !run?.ended || !canUndo || undoneBy !== null) return [];
  const value = encodeButton({ number, version, planHash, question: null });
  const rollBack = button(ids.rollBack, 'Roll back', value, {
    accessibilityLabel: `Roll deployment ${number} back`,
    confirm: {
      title: `Roll #${number} back?`,
      text: `What it changed on ${countServers(begun.size)} is restored in reverse order, by a deployment of its own: ${listNames([...begun].toReversed(), 5)}.`,
      yes: 'Roll back',
    },
  });
  if (!countdown) return [rollBack];
  const keep = button(ids.keep, 'Keep', value, {
    style: 'primary',
    accessibilityLabel: `Keep deployment ${number} as it is`,
  });
  return [
    keep,
    button(ids.snooze, 'Snooze', value, { accessibilityLabel: `Put the rollback of ${number} off` }),
    rollBack,
  ];
}
