import { scanVql, type VqlToken } from './scan.ts';

/** One statement as it was written: from its first word on, without the `;` that ends it. */
export interface VqlStatement {
  /** The line on which it begins, from 1. */
  line: number;
  text: string;
}

/** A script, statement by statement. */
export interface VqlScript {
  statements: VqlStatement[];
  /** It begins with the words that say that it needs properties. */
  isParameterised: boolean;
}

const header = /^\uFEFF?#\s*REQUIRES-PROPERTIES-FILE\b/;
const procedure = /^(?:CREATE|CREATE OR REPLACE|ALTER) VQL PROCEDURE$/;
/** Words that `END` closes without any `BEGIN` before them. */
const ownEnds = new Set(['IF', 'LOOP', 'WHILE', 'FOR']);

/** Splits a script into its statements; or one sentence, with its line, for what is never closed. */
export function readVql(script: string): { ok: true; value: VqlScript } | { ok: false; fault: string } {
  const statements: VqlStatement[] = [];
  let open = nothing;
  let at = 0;
  let watch = watchProcedure();
  for (const token of scanVql(script)) {
    if (token.kind === 'unfinished') return { ok: false, fault: unfinished(token) };
    const end = at + token.text.length;
    const isTrivia = token.kind === 'space' || token.kind === 'comment';
    if (!isTrivia) watch.see(token);
    if (token.kind === 'semicolon' && !watch.isOpen()) {
      statements.push(...statementOf(script, open));
      open = nothing;
      watch = watchProcedure();
    } else if (!isTrivia)
      open = open === nothing ? { line: token.line, from: at, to: end } : { ...open, to: end };
    at = end;
  }
  const last = statementOf(script, open);
  if (last[0] && watch.isOpen())
    return { ok: false, fault: `line ${last[0].line}: the VQL procedure that begins here has no END` };
  return {
    ok: true,
    value: { statements: [...statements, ...last], isParameterised: header.test(script) },
  };
}

/** From its first word to its last: spaces and comments around it are no part of it. */
interface Extent {
  line: number;
  from: number;
  to: number;
}

const nothing: Extent = { line: 0, from: 0, to: 0 };

function statementOf(script: string, { line, from, to }: Extent): VqlStatement[] {
  return line === 0 ? [] : [{ line, text: script.slice(from, to) }];
}

/** What a statement is made of. */
export function tokensOf({ text, line }: VqlStatement): VqlToken[] {
  return [...scanVql(text, line)];
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
      // Most statements are no procedure, and after five words that is known.
      if (!isProcedure && words.length === 5) return;
      const word = kind === 'word' ? text.toUpperCase() : '';
      if (!isProcedure) {
        words.push(word);
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
  return words.at(-1) === 'PROCEDURE' && procedure.test(words.join(' '));
}

function unfinished({ text, line }: VqlToken): string {
  if (text.startsWith('/*')) return `line ${line}: the comment that begins here is never closed`;
  const what = text.startsWith('"') ? 'quoted name' : 'literal';
  return `line ${line}: the ${what} that begins here is never closed`;
}
