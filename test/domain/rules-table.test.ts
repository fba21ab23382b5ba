import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

interface Row {
  id: string;
  does: string;
  files: string[];
  tests: string[];
}

const page = readFileSync('docs/rules.md', 'utf8');
const rows: Row[] = page.split('\n').flatMap((line) => {
  const [, id = '', does = '', where = '', shown = ''] = line.split('|').map((cell) => cell.trim());
  return /^[DOI]-/.test(id) ? [{ id, does, files: pathsIn(where), tests: pathsIn(shown) }] : [];
});

function pathsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
}

/** Our own copy of the list: D-01 to D-62, of which D-47 is three rules. */
const denodoRules = Array.from(
  { length: 62 },
  (_, index) => `D-${String(index + 1).padStart(2, '0')}`,
).flatMap((id) => (id === 'D-47' ? ['D-47a', 'D-47b', 'D-47c'] : [id]));

const ids = '[DOI]-\\d{2}[a-z]?';
/** A title that begins with rules and a colon. */
const title = new RegExp(`['"\`](${ids}(?:, ${ids})*): `, 'g');

/** `D-07 test/domain/plan.test.ts` for each rule with which a title of that file begins. */
function claims(): string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.test.ts'),
  );
  return files.flatMap((path) => {
    const found = [...readFileSync(join('test', path), 'utf8').matchAll(title)];
    const named = new Set(found.flatMap(([, list = '']) => list.split(', ')));
    return [...named].map((id) => `${id} test/${path}`);
  });
}

test('every rule of Denodo stands in docs/rules.md exactly once, in order', () => {
  expect(rows.map(({ id }) => id).filter((id) => id.startsWith('D-'))).toEqual(denodoRules);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test('every file that docs/rules.md names is there', () => {
  const named = rows.flatMap(({ files, tests }) => [...files, ...tests]);
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test('docs/rules.md names exactly the tests whose titles begin with the rule', () => {
  const named = rows.flatMap(({ id, tests }) => tests.map((path) => `${id} ${path}`));
  expect(named.toSorted()).toEqual(claims().toSorted());
});

test('a rule without a file or a test says in docs/rules.md that it is not built', () => {
  const bare = rows.filter(({ files, tests }) => files.length === 0 || tests.length === 0);
  expect(bare.filter(({ does }) => !/not built/i.test(does)).map(({ id }) => id)).toEqual([]);
});
