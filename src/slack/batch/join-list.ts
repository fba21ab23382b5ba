import type { ModalView } from '@slack/types';

import { takesPart } from '../../domain/batch/batch.ts';
import { localTime } from '../../domain/calendar/calendar.ts';
import type { Batch } from '../../store/batches.ts';
import { section } from '../blocks.ts';
import { option } from '../form/fields.ts';
import { ids } from '../ids.ts';

/** Slack takes so many options. */
const most = 100;

/** Which of tonight's batches is joined; where it was asked for is carried along unread. */
export function joinListView(batches: Batch[], channel: string): ModalView {
  return {
    type: 'modal',
    callback_id: ids.joinList,
    private_metadata: channel,
    title: plain('Join a batch'),
    submit: plain('Next'),
    close: plain('Close'),
    blocks: [
      {
        type: 'input',
        block_id: ids.joinWhich,
        label: plain('Tonight'),
        hint: plain(
          'What you deploy starts at the hour of the batch, after what is on it for the same environment.',
        ),
        element: {
          type: 'static_select',
          action_id: ids.joinWhich,
          placeholder: plain('Choose one'),
          options: batches.slice(0, most).map(optionOf),
        },
      },
    ],
  };
}

/** `21:00 · #1040 shop@2 → shop and 2 more`. */
function optionOf({ startsAt, zone, deployments }: Batch) {
  const part = deployments.filter(({ state }) => takesPart(state));
  const [first] = part;
  const hour = startsAt === null ? '' : localTime(startsAt, zone).slice(11);
  const more = part.length > 1 ? ` and ${part.length - 1} more` : '';
  const title = `${hour} · #${first?.number} ${first?.title} → ${first?.environment}${more}`;
  return option(title, String(first?.number), zone);
}

/** In the place of the list, where there is nothing to join. */
export const nothingToJoin: ModalView = {
  type: 'modal',
  title: plain('Join a batch'),
  close: plain('Close'),
  blocks: [
    section(
      'Nothing is on the list for tonight yet. `/deploy` asks for an hour of your own; others can join it then.',
    ),
  ],
};

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
