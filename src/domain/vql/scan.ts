/** What a stretch of a VQL script is. `unfinished` is a literal, identifier or comment that is never closed. */
export type VqlTokenKind =
  | 'space'
  | 'comment'
  | 'literal'
  | 'identifier'
  | 'property'
  | 'word'
  | 'semicolon'
  | 'symbol'
  | 'unfinished';

/** One stretch of a script; all of them, joined, are the script again. */
export interface VqlToken {
  kind: VqlTokenKind;
  text: string;
  /** The line on which it begins, from 1. */
  line: number;
}

/** Tried in this order where no quote and no comment begins. */
const patterns: [VqlTokenKind, RegExp][] = [
  // A byte order mark may stand before everything.
  ['space', /[\s\uFEFF]+/uy],
  ['comment', /(?:#|--|\/\/)[^\r\n]*/uy],
  ['property', /\$\{[^${}'"\r\n;]+\}/uy],
  ['word', /[\p{L}\p{N}_]+/uy],
  ['semicolon', /;/uy],
];

/** Takes a VQL script apart. Literals and quoted identifiers are closed by their own quote; doubled, it stands for itself. */
export function scanVql(script: string): VqlToken[] {
  const tokens: VqlToken[] = [];
  let line = 1;
  for (let at = 0; at < script.length;) {
    const { kind, end } = stretchAt(script, at);
    const text = script.slice(at, end);
    tokens.push({ kind, text, line });
    line += countLineEnds(text);
    at = end;
  }
  return tokens;
}

interface Stretch {
  kind: VqlTokenKind;
  end: number;
}

function stretchAt(script: string, at: number): Stretch {
  if (script[at] === "'") return closed('literal', script, endOfQuoted(script, at));
  if (script[at] === '"') return closed('identifier', script, endOfQuoted(script, at));
  if (script.startsWith('/*', at)) return closed('comment', script, endAfter(script, '*/', at + 2));
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    if (pattern.test(script)) return { kind, end: pattern.lastIndex };
  }
  return { kind: 'symbol', end: at + 1 };
}

function closed(kind: VqlTokenKind, script: string, end: number | null): Stretch {
  return end === null ? { kind: 'unfinished', end: script.length } : { kind, end };
}

function endOfQuoted(script: string, at: number): number | null {
  const quote = script.charAt(at);
  let end = endAfter(script, quote, at + 1);
  while (end !== null && script[end] === quote) end = endAfter(script, quote, end + 1);
  return end;
}

function endAfter(script: string, mark: string, from: number): number | null {
  const found = script.indexOf(mark, from);
  return found < 0 ? null : found + mark.length;
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
