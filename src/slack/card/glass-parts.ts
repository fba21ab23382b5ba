import type { Button, ModalView, SectionBlock } from '@slack/types';

import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import { type BrokenGlass, glassInForce, type GlassRequest } from '../../domain/deployment/glass.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { notLifted, sayAsked, sayBroken } from '../../wording/glass.ts';
import { button, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { type ButtonValue, encodeButton, ids } from '../ids.ts';
import { reasonView } from './button-views.ts';

/** Who wants to go on without the approvals, and who did: that stands on the card for ever, with Seen until somebody looked. */
export function glassLines(deployment: Deployment): SectionBlock[] {
  const { asked, broken } = deployment.glass;
  const isOpen = asked !== null && deployment.state === 'awaiting_approval';
  return [
    ...broken.map((one) => brokenLine(deployment, one)),
    ...(isOpen ? [askedLine(deployment, asked)] : []),
  ];
}

function brokenLine(deployment: Deployment, broken: BrokenGlass): SectionBlock {
  const line = section(sayBroken(broken));
  return broken.seen ? line : { ...line, accessory: seenButton(deployment) };
}

/** Seen: an approver has looked at what was done without them. */
export function seenButton({ number, version, planHash }: Deployment): Button {
  const value = encodeButton({ number, version, planHash, question: null });
  const accessibilityLabel = `Seen: broken glass of deployment ${number}`;
  return button(ids.seeGlass, 'Seen', value, { accessibilityLabel });
}

function askedLine({ zone }: Deployment, asked: GlassRequest): SectionBlock {
  return section(sayAsked(asked, slackInstant(asked.lapsesAt, sayTime(asked.lapsesAt, zone))));
}

/** Break glass, or its confirmation, where that is configured and an approval is missing. */
export function glassButtons(deployment: Deployment, plan: Plan, value: string): Button[] {
  const { number, glass } = deployment;
  const { approval } = plan.environment;
  if (!approval?.breakGlass || glassInForce(glass)) return [];
  if (!glass.asked)
    return [
      button(ids.breakGlass, 'Break glass', value, {
        accessibilityLabel: `Break the glass of deployment ${number}`,
      }),
    ];
  return [
    button(ids.joinGlass, 'Confirm break glass', value, {
      style: 'danger',
      accessibilityLabel: `Confirm to break the glass of deployment ${number}`,
      confirm: {
        title: `Break the glass of #${number}?`,
        text: `It goes on without the missing approvals. ${notLifted} Your name stands on the card for ever.`,
        yes: 'Break it',
      },
    }),
  ];
}

/** Asks what is on fire. */
export function breakGlassView(value: ButtonValue): ModalView {
  const view = reasonView({
    callback_id: ids.breakGlassForm,
    private_metadata: encodeButton(value),
    title: { type: 'plain_text', text: 'Break glass' },
    submit: { type: 'plain_text', text: 'Break glass' },
  });
  const sentence = `*#${value.number}* goes on without its missing approvals once somebody else who deploys there confirms it. ${notLifted} It is told in the channel, and an approver looks afterwards.`;
  return { ...view, blocks: [section(sentence), ...view.blocks] };
}
