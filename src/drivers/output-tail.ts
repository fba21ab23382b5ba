import { StringDecoder } from 'node:string_decoder';

import type { createRedactor } from './redact.ts';

/** The last lines of what a step printed: bounded, and without a secret. */
export interface OutputTail {
  push(chunk: Buffer): void;
  /** The last lines, oldest first; ends the collection. */
  finish(): string[];
}

const maxLineLength = 400;

/** Keeps the last `lineCount` lines of an output of any length in bounded memory. */
export function collectTail(redactor: ReturnType<typeof createRedactor>, lineCount: number): OutputTail {
  const decoder = new StringDecoder('utf8');
  const lines: string[] = [];
  let open = '';
  const keep = (line: string): void => {
    lines.push(line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line);
    if (lines.length > lineCount) lines.shift();
  };
  const take = (text: string): void => {
    const parts = (open + text).split(/\r?\n/);
    open = (parts.pop() ?? '').slice(-4 * maxLineLength);
    for (const line of parts.slice(-lineCount)) keep(line);
  };
  return {
    push: (chunk) => take(redactor.push(decoder.write(chunk))),
    finish: () => {
      take(redactor.push(decoder.end()) + redactor.flush());
      if (open !== '') keep(open);
      open = '';
      return lines;
    },
  };
}
