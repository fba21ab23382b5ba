import type { Button } from '@slack/types';

import { button } from '../blocks.ts';
import { encodeButton, ids } from '../ids.ts';

/** Opens the form for one more deployment at the same hour, after those that are there. */
export function joinButton(number: number, version: number): Button {
  const value = encodeButton({ number, version, planHash: '', question: null });
  return button(ids.joinBatch, 'Join…', value, {
    accessibilityLabel: `Join the batch of deployment ${number}`,
  });
}
