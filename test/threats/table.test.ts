import { existsSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const page = readFileSync('docs/reliability.md', 'utf8');
const section = page.slice(page.indexOf('## Who gets in'), page.indexOf('## What is not promised'));
const rows = section
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [number = '', , against = '', shown = ''] = line
      .split(' | ')
      .map((cell) => cell.replace(/^\| | \|$/g, '').trim());
    return { number: Number(number), against, shown };
  });
/** Rows of what this version does not have; they count as not covered. */
const notApplicable = [14, 21];

/** Each test file of a row with the titles that follow it. */
function named(shown: string): { file: string; titles: string[] }[] {
  const [, ...parts] = shown.split(/`(test\/[^`]+)`/);
  return parts.flatMap((file, index) =>
    index % 2 === 0
      ? [
          {
            file,
            titles: [...(parts[index + 1] ?? '').matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => title),
          },
        ]
      : [],
  );
}

test('every threat has its row, and no number stands twice', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
});

test('every row names what stands against it and a test that shows it, or says that there is nothing of the kind', () => {
  for (const { number, against, shown } of rows) {
    const isCovered = !notApplicable.includes(number);
    expect([number, /`(src\/|package)/.test(against)]).toEqual([number, isCovered]);
    expect([number, named(shown).length > 0]).toEqual([number, isCovered]);
    if (!isCovered)
      expect([against, shown]).toEqual([expect.stringMatching(/^not covered: /), 'not applicable']);
  }
});

test('every file and every title that is named exists', () => {
  const sources = rows.flatMap(({ against }) =>
    [...against.matchAll(/`((?:src|docs)\/[^`]+|package[^`]*\.json)`/g)].map(([, file = '']) => file),
  );
  expect(sources.filter((file) => !existsSync(file))).toEqual([]);
  const missing = rows.flatMap(({ shown }) =>
    named(shown).flatMap(({ file, titles }) => {
      if (!existsSync(file) || titles.length === 0) return [file];
      const text = readFileSync(file, 'utf8');
      return titles.filter((title) => !text.includes(`('${title}'`)).map((title) => `${file}: ${title}`);
    }),
  );
  expect(missing).toEqual([]);
});
