import type { SectionBlock } from '@slack/types';

import { section } from '../blocks.ts';
import { maxSectionLength, mrkdwn } from '../escape.ts';

/** Lines in as many sections as they need, at most `most`; how many lines did not fit is said. */
export function sections(lines: string[], most: number): SectionBlock[] {
  const pages: string[][] = [[]];
  let room = maxSectionLength;
  for (const line of lines) {
    const length = mrkdwn(line).length + 1;
    if (length > room && (pages.at(-1)?.length ?? 0) > 0) {
      pages.push([]);
      room = maxSectionLength;
    }
    pages.at(-1)?.push(line);
    room -= length;
  }
  const shown = pages.slice(0, most);
  const left = pages.slice(most).reduce((sum, page) => sum + page.length, 0);
  const more = left > 0 ? [section(`… and ${left} more lines`)] : [];
  return [...shown.filter((page) => page.length > 0).map((page) => section(page.join('\n'))), ...more];
}
