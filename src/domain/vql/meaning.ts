import type { VqlToken } from './scan.ts';
import { tokensOf, type VqlStatement } from './script.ts';

const cacheNames = new Set(['vdpcachedatasource', 'customvdpcachedatasource']);
/** Most statements name neither, and need not be read word by word. */
const mayConcern = /\b(?:DATABASE|DATASOURCE)\b/i;
/** The database of a session that has chosen none. */
const firstDatabase = 'admin';

/** What says, behind `ALTER`, that something is not only set. */
const changing = /\b(?:RENAME|ADD|DROP|REMOVE|MOVE|CREATE|DELETE|GRANT|REVOKE)\b/;
/** The usual way to write it, which is known without reading it word by word. */
const replaces = /^CREATE\s+OR\s+REPLACE\s/i;
const repeatable = [
  /^CREATE OR REPLACE\b/,
  /^DROP\b.* IF EXISTS\b/,
  /^CONNECT DATABASE\b/,
  /^(?:ENTER|EXIT) SINGLE USER MODE$/,
  /^(?:DESC|LIST)\b/,
];
const settable = /^ALTER (?:DATABASE|DATASOURCE|VIEW|TABLE)\b/;

/** Whether a statement may be executed again after it was executed; what is not known to be so is not. */
export function isRepeatableStatement(statement: VqlStatement): boolean {
  if (replaces.test(statement.text)) return true;
  const words = sayWords(statement);
  // A word that is not known yet may be any of those that change.
  const isOpen = tokensOf(statement).some(({ kind }) => kind === 'property');
  if (settable.test(words)) return !changing.test(words) && !isOpen;
  return repeatable.some((pattern) => pattern.test(words));
}

/** Whether a statement takes the server for itself, or gives it back. */
export function singleUserModeOf(statement: VqlStatement): 'enter' | 'exit' | null {
  const words = sayWords(statement);
  if (words === 'ENTER SINGLE USER MODE') return 'enter';
  return words === 'EXIT SINGLE USER MODE' ? 'exit' : null;
}

/** Whether a statement removes an element together with everything that is built on it. */
export function dropsInCascade(statement: VqlStatement): boolean {
  return /^DROP\b.* CASCADE\b/.test(sayWords(statement));
}

/** Cache data sources that are created or chosen, as `database.name`, each once (D-60). */
export function cacheDataSourcesOf(statements: VqlStatement[]): string[] {
  let database = firstDatabase;
  const found: string[] = [];
  for (const statement of statements.filter(({ text }) => mayConcern.test(text))) {
    const names = meant(statement);
    const words = names.map((name) => name.toUpperCase());
    if (words[0] === 'CONNECT' && words[1] === 'DATABASE') database = names[2] ?? database;
    found.push(...createdCache(names, words, database), ...chosenCache(names, words));
  }
  return [...new Set(found)];
}

function createdCache(names: string[], words: string[], database: string): string[] {
  const at = words.indexOf('DATASOURCE');
  if (words[0] !== 'CREATE' || at < 0 || words[at + 1] !== 'JDBC') return [];
  const source = qualified(names, at + 2, database);
  const name = source.slice(source.lastIndexOf('.') + 1).toLowerCase();
  return cacheNames.has(name) ? [source] : [];
}

/** `ALTER DATABASE sales … CACHE … DATASOURCE sales.mycache`: a cache of its own, whatever its name is. */
function chosenCache(names: string[], words: string[]): string[] {
  if (words[0] !== 'ALTER' || words[1] !== 'DATABASE') return [];
  const cache = words.indexOf('CACHE', 3);
  const at = cache < 0 ? -1 : words.indexOf('DATASOURCE', cache);
  if (at < 0) return [];
  let from = at + 1;
  while (words[from] === '=' || words[from] === 'JDBC') from += 1;
  return names[from] === undefined ? [] : [qualified(names, from, names[2] ?? firstDatabase)];
}

function qualified(names: string[], at: number, database: string): string {
  const name = names[at] ?? '';
  return names[at + 1] === '.' ? `${name}.${names[at + 2] ?? ''}` : `${database}.${name}`;
}

/** Words and symbols of a statement; a quoted name without its quotes, a property as it is written. */
function meant(statement: VqlStatement): string[] {
  return significant(tokensOf(statement)).map(({ kind, text }) =>
    kind === 'identifier' ? text.slice(1, -1).replaceAll('""', '"') : text,
  );
}

/** The words of a statement as the language has them, without what is quoted: a name may be called anything. */
function sayWords(statement: VqlStatement): string {
  return significant(tokensOf(statement))
    .filter(({ kind }) => kind === 'word')
    .map(({ text }) => text.toUpperCase())
    .join(' ');
}

function significant(tokens: VqlToken[]): VqlToken[] {
  return tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment');
}

/** The beginning of a statement on one line, to name it in a sentence: as it is written, so without any value. */
export function nameStatement(statement: VqlStatement, longest = 60): string {
  const text = statement.text.slice(0, 4 * longest).replaceAll(/\s+/g, ' ');
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
