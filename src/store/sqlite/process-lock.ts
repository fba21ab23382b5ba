import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

import { isBusy } from './busy.ts';
import { type Client, Database } from './driver.ts';
import { StoreRefused } from './refused.ts';

/** Holds a database for this process; the operating system lets go of it at any death. */
export interface ProcessLock {
  /** A database stood here at an earlier start, and now there is none, or an empty file. */
  hasLostDatabase: boolean;
  release(): void;
}

/** Who holds a database: shown to whoever is refused. */
export interface ProcessName {
  pid: number;
  /** Epoch milliseconds. */
  startedAt: number;
}

/** How long two that start at once wait for each other's name, in milliseconds. */
const busyTimeoutMs = 100;

/**
 * Holds `<file>.lock` until it is released or the process dies. Throws `StoreRefused` when another process,
 * or another store of this one, holds it.
 */
export function lockForThisProcess(file: string, me: ProcessName): ProcessLock {
  const lockFile = `${file}.lock`;
  createPrivately(lockFile);
  const client = new Database(lockFile, { timeout: busyTimeoutMs });
  try {
    hold(client, file, me);
  } catch (error) {
    client.close();
    throw error;
  }
  const hasLostDatabase = isEmpty(file) && client.pragma('user_version', { simple: true }) === 1;
  return { hasLostDatabase, release: () => client.close() };
}

/**
 * A held write transaction keeps every other writer out and still lets the refused one read who holds it.
 * The name has to be committed first, which lets go for an instant: so hold again, and look whose name stands there.
 */
function hold(client: Client, file: string, me: ProcessName): void {
  for (let tries = 0; tries < 100; tries++) {
    try {
      client.exec('BEGIN IMMEDIATE');
      client.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, startedAt INTEGER NOT NULL)');
      const held = readHolder(client);
      if (held?.pid === me.pid && held.startedAt === me.startedAt) return;
      client.exec('DELETE FROM holder');
      client.prepare('INSERT INTO holder VALUES (?, ?)').run(me.pid, me.startedAt);
      if (!isEmpty(file)) client.pragma('user_version = 1');
      client.exec('COMMIT');
    } catch (error) {
      if (client.inTransaction) client.exec('ROLLBACK');
      if (!isBusy(error)) throw notALock(file, error);
      throw new StoreRefused(refusal(client, file), { cause: error });
    }
  }
  throw new StoreRefused(`several Lamplighters start on ${file} at once; start only one`);
}

/** True for a file that is not there, or holds nothing. */
function isEmpty(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function readHolder(client: Client): ProcessName | undefined {
  return client.prepare<[], ProcessName>('SELECT pid, startedAt FROM holder').get();
}

function refusal(client: Client, file: string): string {
  const found = whoHolds(client);
  const who = found
    ? `another Lamplighter (process ${found.pid}, since ${new Date(found.startedAt).toISOString()})`
    : 'another Lamplighter';
  return `${who} runs on ${file}; stop it first`;
}

function whoHolds(client: Client): ProcessName | null {
  try {
    return readHolder(client) ?? null;
  } catch {
    // It is starting at this very moment and has not written its name yet.
    return null;
  }
}

function notALock(file: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  return new StoreRefused(
    `${file}.lock cannot be used (${error.message}); if no Lamplighter runs on ${file}, delete that lock file`,
    { cause: error },
  );
}

/**
 * Makes an empty file that only its owner can read, or closes an existing one to others. Never opens one that exists:
 * closing it again would silently drop the locks that this process holds on it.
 */
export function createPrivately(file: string): void {
  if (createNew(file)) return;
  const found = statSync(file);
  if (!found.isFile())
    throw new StoreRefused(`the database ${file} cannot be opened: it is a directory or a device`);
  if ((found.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

function createNew(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
