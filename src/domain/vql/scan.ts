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

const space = /\s/;
const property = /\$\{[^${}'"\r\n;]+\}/y;

/**
 * Takes a VQL script apart, stretch by stretch. Literals and quoted identifiers are closed by their own quote; doubled,
 * it stands for itself. Scripts are megabytes long: nothing is kept, and each character is looked at once.
 */
export function* scanVql(script: string, firstLine = 1): Generator<VqlToken> {
  let line = firstLine;
  for (let at = 0; at < script.length;) {
    const { kind, end } = stretchAt(script, at);
    const text = script.slice(at, end);
    yield { kind, text, line };
    if (kind !== 'word' && kind !== 'symbol') line += countLineEnds(text);
    at = end;
  }
}

interface Stretch {
  kind: VqlTokenKind;
  end: number;
}

function stretchAt(script: string, at: number): Stretch {
  const character = script.charCodeAt(at);
  if (isSpace(character)) return { kind: 'space', end: endOf(script, at, isSpace) };
  if (isWord(character)) return { kind: 'word', end: endOf(script, at, isWord) };
  switch (script.charAt(at)) {
    case "'":
      return closed('literal', script, endOfQuoted(script, at));
    case '"':
      return closed('identifier', script, endOfQuoted(script, at));
    case ';':
      return { kind: 'semicolon', end: at + 1 };
    case '#':
      return { kind: 'comment', end: endOf(script, at, isInLine) };
    case '$':
      return propertyAt(script, at);
    case '-':
    case '/':
      return commentAt(script, at);
    default:
      return { kind: 'symbol', end: at + 1 };
  }
}

function commentAt(script: string, at: number): Stretch {
  const mark = script.slice(at, at + 2);
  if (mark === '/*') return closed('comment', script, endAfter(script, '*/', at + 2));
  if (mark === '--' || mark === '//') return { kind: 'comment', end: endOf(script, at, isInLine) };
  return { kind: 'symbol', end: at + 1 };
}

function propertyAt(script: string, at: number): Stretch {
  property.lastIndex = at;
  return property.test(script)
    ? { kind: 'property', end: property.lastIndex }
    : { kind: 'symbol', end: at + 1 };
}

function endOf(script: string, from: number, goesOn: (character: number) => boolean): number {
  let end = from + 1;
  while (end < script.length && goesOn(script.charCodeAt(end))) end += 1;
  return end;
}

/** A byte order mark is one too: it may stand before everything. */
function isSpace(character: number): boolean {
  if (character <= 0x7f) return character === 0x20 || (character >= 0x09 && character <= 0x0d);
  return space.test(String.fromCharCode(character));
}

/** Letters of every script; what else lies beyond ASCII ends nothing and begins nothing, so it may be one as well. */
function isWord(character: number): boolean {
  if (character > 0x7f) return !isSpace(character);
  const isDigit = character >= 0x30 && character <= 0x39;
  const isLetter = (character | 0x20) >= 0x61 && (character | 0x20) <= 0x7a;
  return isDigit || isLetter || character === 0x5f;
}

function isInLine(character: number): boolean {
  return character !== 0x0a && character !== 0x0d;
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
