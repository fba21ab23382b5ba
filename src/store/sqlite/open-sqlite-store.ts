import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Store } from '../store.ts';
import { assembleStore, settlerAfterDeath } from './assemble-store.ts';
import { whenFree } from './busy.ts';
import { checkFile } from './check-file.ts';
import { checkUnfinished } from './check-unfinished.ts';
import { type Connection, connect, type ReportTrouble } from './connection.ts';
import { makeDirectory } from './durable-files.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { migrate } from './migrate.ts';
import { createPrivately, lockForThisProcess, type ProcessLock } from './process-lock.ts';
import { StoreRefused } from './refused.ts';

/** What a store is opened with. */
export interface SqliteStoreOptions {
  /** Path of the database, made with its directory if it is not there; `:memory:` for tests. */
  file: string;
  migrationsFolder: string;
  now?: () => number;
  /** How long a file that another program has locked is waited for, in milliseconds. */
  patienceMs?: number;
  reportTrouble?: ReportTrouble;
}

/** Less than what Slack waits for an answer: people are told that nothing can be written, and not only that it takes long. */
const patienceForSlackMs = 2_000;

/**
 * Opens the product's memory for this process alone, brings its tables up to date, and settles what a dead process
 * left: its leases are stale, and what it was sending is unknown. Throws `StoreRefused` with one sentence.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { now = Date.now, patienceMs = patienceForSlackMs, migrationsFolder } = options;
  const { file, lock } = holdFile(options.file, { pid: process.pid, startedAt: now() });
  try {
    if (lock?.hasLostDatabase)
      throw new StoreRefused(
        `${file} is missing or empty, and a database stood there before: restore a backup; to begin anew with nothing, delete ${file}.lock`,
      );
    const connection = await whenFree(file, patienceMs, () =>
      openSound(file, patienceMs, options.reportTrouble),
    );
    try {
      await migrate(connection, migrationsFolder);
      checkUnfinished(connection);
      await connection.write(settlerAfterDeath(connection));
    } catch (error) {
      connection.client.close();
      throw error;
    }
    return assembleStore(connection, now, () => lock?.release());
  } catch (error) {
    lock?.release();
    throw inOneSentence(`the database ${file} cannot be opened`, error);
  }
}

function holdFile(
  file: string,
  me: { pid: number; startedAt: number },
): { file: string; lock: ProcessLock | null } {
  if (file === ':memory:') return { file, lock: null };
  try {
    makeDirectory(dirname(file));
    createPrivately(file);
    // Two names of one file must meet at one lock.
    return { file, lock: lockForThisProcess(realpathSync(file), me) };
  } catch (error) {
    throw inOneSentence(`the database ${file} cannot be opened`, error);
  }
}

function openSound(file: string, patienceMs: number, report?: ReportTrouble): Connection {
  if (file !== ':memory:') checkFile(file);
  return connect(file, patienceMs, report);
}
