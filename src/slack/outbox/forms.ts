import type { KnownBlock } from '@slack/types';

import type { StoredMessage } from '../../store/messages.ts';
import type { MessageContent } from '../blocks.ts';
import { context } from '../blocks.ts';
import { cut } from '../escape.ts';
import { isContentRefusal } from '../failure.ts';
import type { RefusedBlocks } from './refused-blocks.ts';

/** Stands for the error of a message whose table was refused, until it is delivered without. */
export const tableRefused = 'table_refused';

/** How a message is said: as it is meant, without its table, or in words alone. */
export interface Form {
  text: string;
  blocks: KnownBlock[];
  /** Should Slack not take this form, the one without the table is left to try. */
  hasTable: boolean;
}

/** The richest form that Slack has not refused: for this message, or for any with a table. */
export async function formOf(message: StoredMessage, refused: RefusedBlocks): Promise<Form> {
  const { text, blocks, withoutTable } = JSON.parse(message.payload) as MessageContent;
  // After refused blocks only the words are sent: a plain message beats none.
  if (isContentRefusal(message.error)) return { text: cut(text, 3_000), blocks: [], hasTable: false };
  if (!withoutTable) return { text, blocks: noted(message, blocks), hasTable: false };
  const isRefused = message.error === tableRefused || (await refused.has('table'));
  return { text, blocks: isRefused ? withoutTable : blocks, hasTable: !isRefused };
}

const postedAnew =
  'This card takes the place of an earlier one of this deployment, which was deleted or can no longer be edited. Its thread goes on here.';

function noted({ key, replaces }: StoredMessage, blocks: KnownBlock[]): KnownBlock[] {
  return replaces !== null && key.startsWith('card:') ? [...blocks, context(postedAnew)] : blocks;
}
