import type { KnownBlock } from '@slack/types';

import type { ServerTable } from '../../wording/server-table.ts';
import { context, type MessageContent } from '../blocks.ts';
import { tableBlock, tableLines, tablePages } from './table-block.ts';

/** A message with a table after its blocks; what does not fit goes on in further messages, each with its title. */
export function withTable(
  { text, blocks }: { text: string; blocks: KnownBlock[] },
  table: ServerTable,
  title: string,
): [MessageContent, ...MessageContent[]] {
  const [first, ...more] = tablePages(table, blocks);
  const rest = more.map((page, index) => {
    const words = more.length === 1 ? title : `${title}, part ${index + 1} of ${more.length}`;
    return paged({ text: words, blocks: [context(words)] }, page);
  });
  return [first && first.rows.length > 0 ? paged({ text, blocks }, first) : { text, blocks }, ...rest];
}

function paged({ text, blocks }: { text: string; blocks: KnownBlock[] }, page: ServerTable): MessageContent {
  return {
    text,
    blocks: [...blocks, tableBlock(page)],
    withoutTable: [...blocks, ...tableLines(page)],
  };
}
