import type { SectionBlock } from '@slack/types';

import { section } from '../blocks.ts';

/** A message of more letters than this is refused by Slack (undocumented: about 12,000). */
const mostLetters = 8_000;
const linesPerSection = 10;

/** Lines in as many sections as it takes; what a message has no room for is counted in the last of them. */
export function fitting(lines: string[]): SectionBlock[] {
  let letters = 0;
  const shown = lines.filter((line) => (letters += line.length) <= mostLetters);
  const left = lines.length - shown.length;
  const all = left > 0 ? [...shown, `… and ${left} more`] : shown;
  const count = Math.ceil(all.length / linesPerSection);
  return Array.from({ length: count }, (_, index) =>
    section(all.slice(index * linesPerSection, (index + 1) * linesPerSection).join('\n')),
  );
}
