import { stripHidden } from '../domain/quote.ts';

/** Takes a stream of text apart from what only a terminal understands. */
export interface PlainOutput {
  push(chunk: string): string;
  /** What was held back at the end. */
  flush(): string;
}

/** Colours, cursor moves, titles and links of a terminal, whole. */
const sequence = new RegExp(
  [
    String.raw`(?:\x1B\[|\x9B)[0-?]*[ -/]*[@-~]`,
    String.raw`(?:\x1B[\]PX^_]|[\x90\x98\x9D-\x9F])[^\x07\x1B\x9C\n]*(?:\x07|\x9C|\x1B\\)`,
    String.raw`\x1B[ -/]*[0-OQ-WYZ\\\x60-~]`,
  ].join('|'),
  'g',
);
/** One that may go on in the next chunk. A newline ends each: what is never closed hides no more than its line. */
const unfinished = new RegExp(String.raw`(?:\x1B|[\x90\x98\x9B\x9D-\x9F])[^\x07\x9C\n]*$`);
const longestSequence = 4_096;

/** Text without sequences of a terminal, controls and marks of direction, and with plain line ends. */
export function stripTerminal(text: string): string {
  return stripHidden(text.replaceAll(sequence, '')).replaceAll('\r\n', '\n');
}

/** Does the same for text that comes in chunks, whatever is cut where. */
export function createPlainOutput(): PlainOutput {
  let held = '';
  return {
    push: (chunk) => {
      const text = (held + chunk).replaceAll(sequence, '');
      const begun = unfinished.exec(text)?.[0] ?? (text.endsWith('\r') ? '\r' : '');
      held = begun.length > longestSequence ? '' : begun;
      return stripTerminal(held === '' ? text : text.slice(0, -held.length));
    },
    flush: () => {
      const rest = stripTerminal(held);
      held = '';
      return rest;
    },
  };
}
