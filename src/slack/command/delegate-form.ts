import type { InputBlock, ModalView } from '@slack/types';

import type { Environment } from '../../domain/configured/environment.ts';
import { context, section } from '../blocks.ts';
import { option } from '../form/fields.ts';
import { ids } from '../ids.ts';
import type { Delegate } from './delegate-text.ts';

const mostOptions = 100;
const longestDays = 30;

/** What the form is drawn from: what was typed, and the environments that ask for approval. */
export interface DelegateFormFacts {
  typed: Delegate;
  environments: Environment[];
  /** Epoch milliseconds that stand in the field; null where nothing was understood. */
  until: number | null;
  /** Carried along unread. */
  metadata: string;
}

/** The form *Hand over a vote*: to whom, and, unless it is about one deployment, where and until when. */
export function delegateForm({ typed, environments, until, metadata }: DelegateFormFacts): ModalView {
  const { number, to, environment } = typed;
  const whole = number === null ? [whereField(environments, environment), untilField(until)] : [];
  return {
    type: 'modal',
    callback_id: ids.delegateForm,
    private_metadata: metadata,
    title: plain('Hand over a vote'),
    submit: plain('Hand over'),
    close: plain('Close'),
    blocks: [
      section(number === null ? 'Your vote on whatever waits there:' : `Your vote on *#${number}*:`),
      toField(to),
      ...whole,
      context(
        'They can give it, and so can you; it counts once. You have to hold an approving role yourself.',
      ),
    ],
  };
}

function toField(to: string | null): InputBlock {
  return {
    type: 'input',
    block_id: ids.delegateTo,
    label: plain('To whom'),
    element: {
      type: 'users_select',
      action_id: ids.delegateTo,
      placeholder: plain('Choose a member'),
      ...(to !== null && { initial_user: to }),
    },
  };
}

function whereField(environments: Environment[], environment: string | null): InputBlock {
  const options = environments.slice(0, mostOptions).map(({ name, kind }) => option(name, name, kind));
  const chosen = options.find(({ value }) => value === environment);
  return {
    type: 'input',
    block_id: ids.delegateWhere,
    label: plain('Environment'),
    element: {
      type: 'static_select',
      action_id: ids.delegateWhere,
      placeholder: plain('Choose one'),
      options,
      ...(chosen && { initial_option: chosen }),
    },
  };
}

function untilField(until: number | null): InputBlock {
  return {
    type: 'input',
    block_id: ids.delegateUntil,
    label: plain('Until'),
    hint: plain(`At most ${longestDays} days.`),
    element: {
      type: 'datetimepicker',
      action_id: ids.delegateUntil,
      ...(until !== null && { initial_date_time: Math.floor(until / 1_000) }),
    },
  };
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
