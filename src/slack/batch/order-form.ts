import type { ViewStateValue } from '@slack/bolt';
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';

import type { JudgedOrder } from '../../app/order-batch.ts';
import type { BatchOnFailure } from '../../domain/batch/on-failure.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { planTitle } from '../../domain/plan/plan.ts';
import { sayRefusal } from '../../wording/refusal.ts';
import { actions, button, context, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { option } from '../form/fields.ts';
import { ids } from '../ids.ts';

/** What stands in the form *Order*. */
export interface OrderState {
  /** A deployment of the batch. */
  number: number;
  /** The version of the batch on the screen. */
  version: number;
  order: number[];
  onFailure: BatchOnFailure;
}

/** Two blocks each, and a form takes a hundred. */
const shown = 40;

/** The form *Order*: the list with a way up and down for each, and what a failure means to the rest. */
export function orderForm(judged: JudgedOrder, state: OrderState, notice: string | null): ModalView {
  const { loaded, warnings, refusals } = judged;
  const { batch, startsAt } = loaded;
  const when = slackInstant(startsAt, sayTime(startsAt, batch.zone));
  const { number, version, order } = state;
  return {
    type: 'modal',
    callback_id: ids.orderForm,
    private_metadata: JSON.stringify({ number, version, order, onFailure: state.onFailure }),
    title: plain('Order the batch'),
    submit: plain('Keep this order'),
    close: plain('Close'),
    blocks: [
      ...(notice === null ? [] : [section(`*${notice}*`)]),
      section(`*${when}* · in each environment one after another, in this order`),
      ...order.slice(0, shown).flatMap((entry, index) => entryBlocks(judged, state, { entry, index })),
      ...(order.length > shown
        ? [context(`… and ${order.length - shown} more, which stay where they are`)]
        : []),
      onFailureField(state),
      ...refusals.map((refusal) => section(`*Not possible*: ${sayRefusal(refusal)}`)),
      ...warnings.map(({ message }) => section(`*Good to know*: ${message}`)),
    ].slice(0, 100),
  };
}

/** In the place of the form, where there is nothing to order any more. */
export function nothingToOrder(sentence: string): ModalView {
  return {
    type: 'modal',
    title: plain('Order the batch'),
    close: plain('Close'),
    blocks: [section(sentence)],
  };
}

function entryBlocks(
  { loaded }: JudgedOrder,
  { order }: OrderState,
  { entry, index }: { entry: number; index: number },
): KnownBlock[] {
  const plan = loaded.entries.find(({ number }) => number === entry)?.plan;
  const title = plan ? `${planTitle(plan)} → ${plan.environment.name}` : '';
  const up = button(ids.moveUp, 'Move up', String(entry), { accessibilityLabel: `Move #${entry} up` });
  const down = button(ids.moveDown, 'Move down', String(entry), {
    accessibilityLabel: `Move #${entry} down`,
  });
  return [
    section(`${index + 1}. *#${entry}* ${title}`),
    ...actions(`order:${entry}`, [...(index > 0 ? [up] : []), ...(index < order.length - 1 ? [down] : [])]),
  ];
}

function onFailureField({ onFailure }: OrderState): InputBlock {
  const options = [
    option('Go on with the others', 'continue'),
    option('Stop the rest', 'stop', 'What has not begun then does not begin.'),
  ];
  const chosen = options.find(({ value }) => value === onFailure);
  return {
    type: 'input',
    block_id: ids.onFailure,
    label: plain('If one of them fails'),
    element: {
      type: 'radio_buttons',
      action_id: ids.onFailure,
      options,
      ...(chosen && { initial_option: chosen }),
    },
  };
}

/** Reads the form as Slack sends it back; null where it is none of ours. */
export function readOrder(view: {
  private_metadata: string;
  state: { values: Record<string, Record<string, ViewStateValue>> };
}): OrderState | null {
  try {
    const carried = JSON.parse(view.private_metadata) as OrderState;
    const chosen = view.state.values[ids.onFailure]?.[ids.onFailure]?.selected_option?.value;
    const onFailure = chosen === undefined ? carried.onFailure : chosen === 'stop' ? 'stop' : 'continue';
    return { ...carried, onFailure };
  } catch {
    return null;
  }
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
