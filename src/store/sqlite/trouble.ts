import { statSync } from 'node:fs';

import { StoreUnavailable } from '../unavailable.ts';
import { Database } from './driver.ts';

/** What the disk refused as a `StoreUnavailable` that says so in one sentence; anything else as it was. */
export function inWords(file: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const trouble = troubles.find(({ codes }) => codes.test(error.code));
  if (!trouble) return error;
  const { reason, wayOut } = trouble;
  return new StoreUnavailable(
    reason,
    `${file} cannot be written: ${reason} (${error.message}, ${error.code}); ${wayOut}`,
    error,
  );
}

const troubles = [
  {
    codes: /^SQLITE_FULL/,
    reason: 'its disk is full',
    wayOut: 'make room on it, and the bot goes on by itself',
  },
  {
    codes: /^SQLITE_READONLY/,
    reason: 'its disk is read-only',
    wayOut: 'make it writable again, and the bot goes on by itself',
  },
  {
    codes: /^SQLITE_(IOERR|CANTOPEN)/,
    reason: 'its disk fails',
    wayOut:
      "look into the system's log, at mount options and at the file size limit (ulimit -f); the bot goes on by itself",
  },
  {
    codes: /^SQLITE_(CORRUPT|NOTADB)/,
    reason: 'it is damaged',
    wayOut: 'stop the bot, keep the file, and restore a backup',
  },
];

/** Which file a name stands for now; null where nothing has it. */
export function identify(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : null;
}

/** Throws `StoreUnavailable` when the opened file has lost its name: what is written to it then nobody ever finds again. */
export function refuseLostFile(file: string, opened: string | null): void {
  const now = identify(file);
  if (now === opened) return;
  const what = now === null ? 'was removed or moved away' : 'was replaced by another file';
  throw new StoreUnavailable(
    `its file ${what}`,
    `${file} ${what} while the bot has it open, and nothing is written to it any more; ` +
      'move it back, or stop the bot and restore a backup',
  );
}
