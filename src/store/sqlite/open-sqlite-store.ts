import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

import { and, eq, isNotNull } from 'drizzle-orm';

import type { Store } from '../store.ts';
import { whenFree } from './busy.ts';
import { deploymentWrites } from './changes.ts';
import { checkFile } from './check-file.ts';
import { checkUnfinished } from './check-unfinished.ts';
import { type Connection, connect, type ReportTrouble } from './connection.ts';
import { deploymentReads } from './deployments.ts';
import { dueMethods } from './due.ts';
import { factMethods, nameInstallation } from './facts.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { inboxMethods } from './inbox.ts';
import { leaseMethods } from './leases.ts';
import { lockMethods } from './locks.ts';
import { logHeadMethods } from './log-head.ts';
import { messageMethods } from './messages.ts';
import { migrate } from './migrate.ts';
import { createPrivately, lockForThisProcess, type ProcessLock } from './process-lock.ts';
import { StoreRefused } from './refused.ts';
import { leases, messages, notSaid } from './schema.ts';

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
      await connection.write(() => settle(connection));
    } catch (error) {
      connection.client.close();
      throw error;
    }
    return assemble(connection, lock, now);
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
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
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

/** What a process that died left behind: nobody else can be alive here. */
function settle(connection: Connection): void {
  nameInstallation(connection, randomBytes(8).toString('hex'));
  const { database } = connection;
  database.update(leases).set({ heartbeatAt: 0 }).where(isNotNull(leases.holder)).run();
  database
    .update(messages)
    .set({ state: 'unknown', saidDigest: null })
    .where(and(notSaid(), eq(messages.state, 'sending')))
    .run();
  // Whatever Slack refused is tried at once: a new start is often what mends it.
  database.update(messages).set({ notBefore: 0 }).where(notSaid()).run();
}

function assemble(connection: Connection, lock: ProcessLock | null, now: () => number): Store {
  const listeners = new Set<() => void>();
  // In a turn of its own: a listener that fails must not make a change look refused that is written.
  const committed = (): void => {
    for (const listener of listeners) queueMicrotask(listener);
  };
  const { saveAnswer, ...inbox } = inboxMethods(connection, now);
  const { changeDue, ...due } = dueMethods(connection);
  const { isLocked, closeIfOpen, meetLock, ...locks } = lockMethods(connection, committed);
  return {
    ...factMethods(connection),
    ...deploymentReads(connection),
    ...deploymentWrites(connection, { changeDue, saveAnswer, isLocked, closeIfOpen, meetLock }, committed),
    ...leaseMethods(connection),
    ...locks,
    ...due,
    ...messageMethods(connection, committed),
    ...logHeadMethods(connection),
    ...inbox,
    onCommit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      connection.client.close();
      lock?.release();
    },
  };
}
