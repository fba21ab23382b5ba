import type { KnownBlock, TableBlock } from '@slack/types';

import { stripHidden } from '../../domain/quote.ts';
import type { ServerTable } from '../../wording/server-table.ts';
import { section } from '../blocks.ts';

/** Slack refuses a message with more block text than about 11,000 characters. */
const mostCharacters = 8_500;
/** Slack's limit is 100 with the head. */
const mostRows = 90;
const longestSection = 2_400;

/** A table in parts that each fit into one message; the first beside blocks that are there, and empty where it cannot. */
export function tablePages({ head, rows }: ServerTable, beside: KnownBlock[]): ServerTable[] {
  const pages: ServerTable[] = [{ head, rows: [] }];
  let room = mostCharacters - JSON.stringify(beside).length;
  for (const row of rows) {
    const size = Math.max(row.cells.join('').length, row.line.length + 20);
    if (size > room || (pages.at(-1)?.rows.length ?? 0) >= mostRows) {
      pages.push({ head, rows: [] });
      room = mostCharacters;
    }
    pages.at(-1)?.rows.push(row);
    room -= size;
  }
  return pages;
}

/** A page as Slack's table. */
export function tableBlock({ head, rows }: ServerTable): TableBlock {
  const cell = (text: string) => ({ type: 'raw_text' as const, text: stripHidden(text) || ' ' });
  return {
    type: 'table',
    rows: [head, ...rows.map(({ cells }) => cells)].map((cells) => cells.map(cell)),
  };
}

/** The same page for a workspace that takes no table: a line for each server. */
export function tableLines({ rows }: ServerTable): KnownBlock[] {
  const chunks: string[] = [];
  for (const { line } of rows) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length + line.length < longestSection)
      chunks[chunks.length - 1] = `${last}\n${line}`;
    else chunks.push(line);
  }
  return chunks.map((chunk) => section(chunk));
}
