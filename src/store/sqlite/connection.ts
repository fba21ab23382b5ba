import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';

import { StoreUnavailable } from '../unavailable.ts';
import { whenFree } from './busy.ts';
import { type Client, Database } from './driver.ts';
import { identify, inWords, refuseLostFile } from './trouble.ts';

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

/** Told once why nothing can be written, and once, with null, that it can be again. */
export type ReportTrouble = (trouble: StoreUnavailable | null) => void;

/** Opens the file with every commit durable. Its ways reject with `StoreUnavailable` while the disk or a lock is in the way. */
export function connect(
  file: string,
  patienceMs: number,
  report: ReportTrouble = () => undefined,
): Connection {
  const client = new Database(file, { timeout: 0 });
  try {
    configure(client, file);
  } catch (error) {
    client.close();
    throw error;
  }
  // Made once: building better-sqlite3's transaction wrapper anew costs as much as a statement.
  const transaction = client.transaction((work: () => unknown) => work());
  const opened = identify(file);
  const watch = watchFor(report);
  const use = async <T>(work: () => T): Promise<T> =>
    await whenFree(file, patienceMs, work).catch((error: unknown) => {
      throw inWords(file, error);
    });
  const whole = async <T>(kind: 'immediate' | 'exclusive', work: () => T): Promise<T> =>
    await watch(
      async () =>
        await use(() => {
          if (file !== ':memory:') refuseLostFile(file, opened);
          return transaction[kind](work) as T;
        }),
    );
  return {
    file,
    client,
    database: drizzle(client),
    read: use,
    write: async (work) => await whole('immediate', work),
    exclusive: async (work) => await whole('exclusive', work),
  };
}

/** On a full disk small things may still find room between large ones: so long nothing may fail until it is over. */
const calmMs = 2_000;

/** Reports trouble when it comes, changes and goes; what fails again and again in the same way says nothing new. */
function watchFor(report: ReportTrouble): <T>(work: () => Promise<T>) => Promise<T> {
  let reason: string | null = null;
  let calm: NodeJS.Timeout | null = null;
  const itIsOver = (): void => {
    [reason, calm] = [null, null];
    report(null);
  };
  return async (work) => {
    try {
      const result = await work();
      if (reason !== null) calm ??= setTimeout(itIsOver, calmMs).unref();
      return result;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (calm) clearTimeout(calm);
      calm = null;
      if (error.reason !== reason) report(error);
      ({ reason } = error);
      throw error;
    }
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
