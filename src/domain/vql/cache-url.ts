import type { VqlToken } from './scan.ts';
import { readVql, tokensOf } from './script.ts';

/** The `DATABASEURI` in the description of a data source, without its quotes; null where it has none. */
export function cacheUrlIn(description: string): string | null {
  const script = readVql(description);
  if (!script.ok) return null;
  for (const statement of script.value.statements) {
    const url = uriOf(tokensOf(statement).filter(({ kind }) => kind !== 'space' && kind !== 'comment'));
    if (url !== null) return url;
  }
  return null;
}

function uriOf(tokens: VqlToken[]): string | null {
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'DATABASEURI');
  const value = tokens[at + 2];
  if (at < 0 || tokens[at + 1]?.text !== '=' || value?.kind !== 'literal') return null;
  return value.text.slice(1, -1).replaceAll("''", "'");
}
