import { scanVql, type VqlToken } from './scan.ts';

/** One statement as it was written: from its first word on, without the `;` that ends it. */
export interface VqlStatement {
  /** The line on which it begins, from 1. */
  line: number;
  tokens: VqlToken[];
}

/** A script, statement by statement. */
export interface VqlScript {
  statements: VqlStatement[];
  /** It begins with the words that say that it needs properties. */
  isParameterised: boolean;
}

const header = /^\uFEFF?#\s*REQUIRES-PROPERTIES-FILE\b/;
/** Words that `END` closes without any `BEGIN` before them. */
const ownEnds = new Set(['IF', 'LOOP', 'WHILE', 'FOR']);

/** Splits a script into its statements; or one sentence, with its line, for what is never closed. */
export function readVql(script: string): { ok: true; value: VqlScript } | { ok: false; fault: string } {
  const statements: VqlStatement[] = [];
  let open: VqlToken[] = [];
  let watch = watchProcedure();
  for (const token of scanVql(script)) {
    if (token.kind === 'unfinished') return { ok: false, fault: unfinished(token) };
    const isTrivia = token.kind === 'space' || token.kind === 'comment';
    if (!isTrivia) watch.see(token);
    if (token.kind === 'semicolon' && !watch.isOpen()) {
      statements.push(...statementOf(open));
      open = [];
      watch = watchProcedure();
    } else if (!isTrivia || open.length > 0) open.push(token);
  }
  const last = statementOf(open);
  if (last[0] && watch.isOpen())
    return { ok: false, fault: `line ${last[0].line}: the VQL procedure that begins here has no END` };
  return {
    ok: true,
    value: { statements: [...statements, ...last], isParameterised: header.test(script) },
  };
}

/** What is between the first word and the last: comments and spaces behind it are dropped. */
function statementOf(tokens: VqlToken[]): VqlStatement[] {
  const last = tokens.findLastIndex(({ kind }) => kind !== 'space' && kind !== 'comment');
  const [first] = tokens;
  return first ? [{ line: first.line, tokens: tokens.slice(0, last + 1) }] : [];
}

interface ProcedureWatch {
  see(token: VqlToken): void;
  /** A `;` belongs to the procedure and ends no statement. */
  isOpen(): boolean;
}

/** Knows when `CREATE VQL PROCEDURE … BEGIN … END` is over: its declarations and its body hold `;` of their own. */
function watchProcedure(): ProcedureWatch {
  const words: string[] = [];
  let isProcedure = false;
  let depth: number | null = null;
  let hasEnd = false;
  const step = (by: number): void => {
    depth = (depth ?? 0) + by;
  };
  const seeWord = (word: string): void => {
    if (word === 'BEGIN' || word === 'CASE') step(1);
    if (word === 'END') hasEnd = true;
  };
  return {
    isOpen: () => isProcedure && (depth === null || depth > (hasEnd ? 1 : 0)),
    see: ({ kind, text }) => {
      const word = kind === 'word' ? text.toUpperCase() : '';
      if (!isProcedure) {
        if (words.length < 5) words.push(word);
        isProcedure = beginsProcedure(words);
        return;
      }
      if (!hasEnd) return seeWord(word);
      hasEnd = false;
      if (ownEnds.has(word)) return;
      step(-1);
      if (word !== 'CASE') seeWord(word);
    },
  };
}

function beginsProcedure(words: string[]): boolean {
  return /^(?:CREATE|CREATE OR REPLACE|ALTER) VQL PROCEDURE$/.test(words.join(' '));
}

function unfinished({ text, line }: VqlToken): string {
  if (text.startsWith('/*')) return `line ${line}: the comment that begins here is never closed`;
  const what = text.startsWith('"') ? 'quoted name' : 'literal';
  return `line ${line}: the ${what} that begins here is never closed`;
}
