import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';

import { busyTimeoutMs, whenFree } from './busy.ts';
import { type Client, Database } from './driver.ts';

/** An open database and the two ways in which the store's parts may use it. */
export interface Connection {
  file: string;
  client: Client;
  database: BetterSQLite3Database;
  /** Runs statements that only read. */
  read: <T>(work: () => T) => Promise<T>;
  /** Runs statements as one transaction: written whole and synced to the disk, or not at all. */
  write: <T>(work: () => T) => Promise<T>;
  /** The same with nobody else reading or writing, for changes of the tables themselves. */
  exclusive: <T>(work: () => T) => Promise<T>;
}

/** Opens the file with every commit durable. */
export function connect(file: string, patienceMs: number): Connection {
  const client = new Database(file, { timeout: busyTimeoutMs });
  try {
    configure(client, file);
  } catch (error) {
    client.close();
    throw error;
  }
  // Made once: building better-sqlite3's transaction wrapper anew costs as much as a statement.
  const transaction = client.transaction((work: () => unknown) => work());
  const whole = async <T>(kind: 'immediate' | 'exclusive', work: () => T): Promise<T> =>
    await whenFree(file, patienceMs, () => transaction[kind](work) as T);
  return {
    file,
    client,
    database: drizzle(client),
    read: async (work) => await whenFree(file, patienceMs, work),
    write: async (work) => await whole('immediate', work),
    exclusive: async (work) => await whole('exclusive', work),
  };
}

function configure(client: Client, file: string): void {
  const mode = client.pragma('journal_mode = WAL', { simple: true });
  if (file !== ':memory:' && mode !== 'wal')
    throw new Error(
      `the disk of ${file} does not allow SQLite's write-ahead log (journal mode ${String(mode)})`,
    );
  // After the journal mode and always in words: better-sqlite3 is built so that WAL otherwise means NORMAL,
  // which loses the last commits when the power goes.
  client.pragma('synchronous = FULL');
  client.pragma('foreign_keys = ON');
}
