import { randomBytes } from 'node:crypto';
import { copyFileSync, chmodSync, existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { checkFile } from './check-file.ts';
import { type Connection, connect } from './connection.ts';
import { makeDirectory, removeDatabase, syncToDisk } from './durable-files.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { markRestored, type Settled } from './mark-restored.ts';
import { migrate } from './migrate.ts';
import { keepAside, readHighestNumber } from './present-database.ts';
import { lockForThisProcess } from './process-lock.ts';
import { StoreRefused } from './refused.ts';
import { checkLog, checkPages, type Holdings } from './verify-file.ts';

/** What is put back, and where. */
export interface Restore {
  file: string;
  copy: string;
  migrationsFolder: string;
  /** Epoch milliseconds. */
  now: number;
}

/** What a restore did. */
export interface Restored {
  holdings: Holdings;
  /** When the copy was made, epoch milliseconds. */
  copiedAt: number;
  settled: Settled[];
  /** Where the database that stood there before lies now; null where there was none. */
  asideAs: string | null;
}

const patienceMs = 2_000;

/**
 * Puts a copy in the place of the database. The copy is proven and settled beside it first, under a name of its own;
 * what stood there is kept under another name; only then one rename makes the change. Killed at any moment, the old
 * database or the new one is there, whole. Throws `StoreRefused` with one sentence and nothing changed.
 */
export async function restoreFile(restore: Restore): Promise<Restored> {
  const { copy, now } = restore;
  refuseWrongCopy(copy, restore.file);
  try {
    const file = realFile(restore.file);
    const lock = lockForThisProcess(file, { pid: process.pid, startedAt: now });
    try {
      return await replace({ ...restore, file });
    } finally {
      lock.release();
    }
  } catch (error) {
    throw inOneSentence(`${copy} cannot be restored`, error);
  }
}

function refuseWrongCopy(copy: string, file: string): void {
  if (!statSync(copy, { throwIfNoEntry: false })?.isFile())
    throw new StoreRefused(`there is no file ${copy}`);
  if (existsSync(file) && realpathSync(copy) === realpathSync(file))
    throw new StoreRefused(`${copy} is the database itself, not a copy of it`);
  const log = statSync(`${copy}-wal`, { throwIfNoEntry: false });
  if (log && log.size > 0)
    throw new StoreRefused(
      `${copy} has a write-ahead log beside it, so it is no copy that \`backup\` made: part of it may be missing`,
    );
}

/** The lock belongs to the file itself, whichever name it is called by. */
function realFile(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  makeDirectory(dirname(file));
  return join(realpathSync(dirname(file)), basename(file));
}

async function replace({ file, copy, migrationsFolder, now }: Restore): Promise<Restored> {
  const coming = `${file}.restoring`;
  removeDatabase(coming);
  try {
    copyFileSync(copy, coming);
    chmodSync(coming, 0o600);
    const proven = await proveComing(coming, { copy, migrationsFolder });
    const copiedAt = proven.copiedAt ?? proven.holdings.lastAt ?? statSync(copy).mtimeMs;
    const highestNumber = Math.max(proven.highestNumber, readHighestNumber(file));
    const settled = await settleComing(coming, { copiedAt, restoredAt: now, highestNumber });
    syncToDisk(coming);
    const asideAs = keepAside(file, now);
    renameSync(coming, file);
    syncToDisk(dirname(file));
    return { holdings: proven.holdings, copiedAt, settled, asideAs };
  } catch (error) {
    removeDatabase(coming);
    throw error;
  }
}

interface Proven {
  holdings: Holdings;
  copiedAt: number | null;
  highestNumber: number;
}

/** Sound pages first, then today's tables, then the chain: an older copy has none before it is brought up to date. */
async function proveComing(
  coming: string,
  { copy, migrationsFolder }: Pick<Restore, 'copy' | 'migrationsFolder'>,
): Promise<Proven> {
  try {
    checkFile(coming);
    const connection = connect(coming, patienceMs);
    try {
      refuseEmpty(connection, coming);
      checkPages(connection.client, coming, migrationsFolder);
      await migrate(connection, migrationsFolder);
      const holdings = checkLog(connection.client, coming);
      return { holdings, copiedAt: readCopiedAt(connection), highestNumber: readHighestNumber(coming) };
    } finally {
      connection.client.close();
    }
  } catch (error) {
    // People know the copy by the name they gave, not by that of our working file.
    if (!(error instanceof StoreRefused)) throw error;
    throw new StoreRefused(error.message.replaceAll(coming, copy), { cause: error });
  }
}

/** An empty file is a database without tables to SQLite; a copy has them. */
function refuseEmpty({ client }: Connection, coming: string): void {
  const tables = client.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (tables === 0)
    throw new StoreRefused(`${coming} is empty, so it is no copy that \`backup\` made: name another file`);
}

function readCopiedAt({ client }: Connection): number | null {
  const value = client.prepare<[], string>("SELECT value FROM meta WHERE key = 'copied_at'").pluck().get();
  return value === undefined ? null : Number(value);
}

async function settleComing(
  coming: string,
  moment: { copiedAt: number; restoredAt: number; highestNumber: number },
): Promise<Settled[]> {
  const connection = connect(coming, patienceMs);
  try {
    const settled = await markRestored(connection, {
      ...moment,
      installation: randomBytes(8).toString('hex'),
    });
    connection.client.prepare("DELETE FROM meta WHERE key = 'copied_at'").run();
    // One file, so that one rename puts it in place; opening it the next time turns the log on again.
    connection.client.pragma('journal_mode = DELETE');
    return settled;
  } finally {
    connection.client.close();
  }
}
