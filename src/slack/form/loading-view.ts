import type { ModalView } from '@slack/types';

import { StoreUnavailable } from '../../store/unavailable.ts';
import { section } from '../blocks.ts';

const wayOut = 'Nothing was requested. Close this and type `/deploy` again.';

/** What stands there while the plan is made; it holds the way out itself, should nothing follow it. */
export function loadingView(metadata: string): ModalView {
  return sentenceView(
    `*The plan is being made…*\nShould this still stand here in half a minute: ${wayOut}`,
    metadata,
  );
}

/** In the place of a form that cannot be drawn: why, and the way out. */
export function failedView(error: unknown): ModalView {
  return sentenceView(`*${whyNoPlan(error)}*\n${wayOut}`);
}

/** Why there is no plan, for the person who waits for it. */
export function whyNoPlan(error: unknown): string {
  return error instanceof StoreUnavailable
    ? `Lamplighter cannot use its database now: ${error.reason}.`
    : 'The plan could not be made; the log of Lamplighter says why.';
}

/** A sentence and nothing to send, in the place of the form. */
export function sentenceView(text: string, metadata = ''): ModalView {
  return {
    type: 'modal',
    private_metadata: metadata,
    title: { type: 'plain_text', text: 'Deploy' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [section(text)],
  };
}
