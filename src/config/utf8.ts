import { basename } from 'node:path';

const newline = 0x0a;

/** The text of a file that people write, or one sentence with the line on which it stops being text in UTF-8. Never throws. */
export function readUtf8(
  bytes: Uint8Array,
  file: string,
): { ok: true; text: string } | { ok: false; fault: string } {
  const text = decode(bytes);
  if (text !== null) return { ok: true, text };
  const line = firstUnreadableLine(bytes);
  return {
    ok: false,
    fault: `${basename(file)}:${line}:1 this line is no text in UTF-8; save the file as UTF-8`,
  };
}

/** Null where it is no text: other encodings, and what no editor writes. */
function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The byte of a newline is never part of another character. */
function firstUnreadableLine(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(newline, from);
    if (decode(bytes.subarray(from, end === -1 ? undefined : end)) === null) return line;
    if (end === -1) break;
    from = end + 1;
  }
  return 1;
}
