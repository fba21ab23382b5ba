import type { ModalView } from '@slack/types';

import type { OfferedTelling } from '../../app/choose-channel-telling.ts';
import { mention } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { type ChannelTelling, channelTellings, usualTelling } from '../../domain/channel-telling.ts';
import { context, section } from '../blocks.ts';
import { cut, slackInstant } from '../escape.ts';
import { option } from '../form/fields.ts';
import { ids } from '../ids.ts';

/** What an environment's channel is told besides the card, and who chose that. */
export function tellingForm({ environment, chosen }: OfferedTelling): ModalView {
  const options = channelTellings.map(({ tells, words, explanation }) => option(words, tells, explanation));
  const tells = chosen?.tells ?? usualTelling;
  const initial = options.find(({ value }) => value === tells);
  return {
    type: 'modal',
    callback_id: ids.tellingForm,
    private_metadata: environment.name,
    title: plain('Channel settings'),
    submit: plain('Save'),
    close: plain('Close'),
    blocks: [
      section(
        `Every deployment to \`${cut(environment.name, 60)}\` has a card in its channel, and a thread that tells everything.`,
      ),
      {
        type: 'input',
        block_id: ids.telling,
        label: plain('What else the channel is told'),
        element: {
          type: 'radio_buttons',
          action_id: ids.telling,
          options,
          ...(initial && { initial_option: initial }),
        },
      },
      context(sayChosen({ environment, chosen })),
    ],
  };
}

function sayChosen({ environment, chosen }: OfferedTelling): string {
  if (!chosen) return 'Nobody has changed this yet. It counts from the next thing that happens.';
  const when = slackInstant(chosen.at, sayTime(chosen.at, environment.timezone));
  return `Chosen by ${mention(chosen)} ${when}. It counts from the next thing that happens.`;
}

/** What was chosen in the form; null where it is none of ours. */
export function readTelling(value: string | undefined): ChannelTelling | null {
  return channelTellings.find(({ tells }) => tells === value)?.tells ?? null;
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
