import type { ModalView } from '@slack/types';

import { type ButtonValue, encodeButton, ids } from '../ids.ts';
import { reasonView } from './button-views.ts';

/** Asks the owner of servers why they may not be deployed to. */
export function notTonightView(value: ButtonValue): ModalView {
  return reasonView({
    callback_id: ids.notTonightForm,
    private_metadata: encodeButton(value),
    title: { type: 'plain_text', text: `Not tonight: #${value.number}` },
    submit: { type: 'plain_text', text: 'Leave them out' },
  });
}

/** Asks the watcher who is to take over. */
export function handOverView(value: ButtonValue): ModalView {
  return {
    type: 'modal',
    callback_id: ids.handOverForm,
    private_metadata: encodeButton(value),
    title: { type: 'plain_text', text: `Hand over #${value.number}` },
    submit: { type: 'plain_text', text: 'Ask them' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      {
        type: 'input',
        block_id: ids.nextWatcher,
        label: { type: 'plain_text', text: 'Who watches from now on' },
        hint: { type: 'plain_text', text: 'You watch until they press "I am watching".' },
        element: { type: 'users_select', action_id: ids.nextWatcher },
      },
    ],
  };
}
