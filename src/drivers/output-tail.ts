import { StringDecoder } from 'node:string_decoder';

import { collectExcerpt } from './output-excerpt.ts';
import { createPlainOutput } from './plain-output.ts';
import type { Redactor } from './redact.ts';

/** The last lines of what a step printed: bounded, without a secret, and without what only a terminal understands. */
export interface OutputTail {
  push(chunk: Buffer): void;
  /** The last lines, oldest first; ends the collection. */
  finish(): string[];
  /** After the end: all of it, or its first and its last part, at most 1 MB. */
  whole(): string;
}

const maxWholeBytes = 1_000_000;
const maxLineLength = 400;
const halfCharacter = /[\uD800-\uDBFF]$/;

/** Keeps the last `lineCount` lines of an output of any length in bounded memory. */
export function collectTail(redactor: Redactor, lineCount: number): OutputTail {
  const decoder = new StringDecoder('utf8');
  // Before secrets are looked for: a colour in the middle of one would hide it from us, and from no reader.
  const plain = createPlainOutput();
  const excerpt = collectExcerpt(maxWholeBytes);
  const lines: string[] = [];
  let open = '';
  const keep = (line: string): void => {
    // A progress bar writes over its own line: what stood there last is what a terminal would show.
    const shown = line.slice(line.trimEnd().lastIndexOf('\r') + 1).trimEnd();
    lines.push(
      shown.length > maxLineLength ? `${shown.slice(0, maxLineLength).replace(halfCharacter, '')}…` : shown,
    );
    if (lines.length > lineCount) lines.shift();
  };
  const take = (text: string): void => {
    excerpt.push(text);
    const parts = (open + text).split('\n');
    open = (parts.pop() ?? '').slice(-4 * maxLineLength);
    for (const line of parts.slice(-lineCount)) keep(line);
  };
  return {
    push: (chunk) => take(redactor.push(plain.push(decoder.write(chunk)))),
    finish: () => {
      take(redactor.push(plain.push(decoder.end()) + plain.flush()) + redactor.flush());
      if (open !== '') keep(open);
      open = '';
      return lines;
    },
    whole: () => excerpt.finish(),
  };
}
