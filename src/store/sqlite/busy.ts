import { setTimeout as sleep } from 'node:timers/promises';

import { StoreUnavailable } from '../unavailable.ts';
import { Database } from './driver.ts';

/** True when another connection holds the file for the moment. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/**
 * Does the work again while the file is busy, letting everything else go on in between; throws `StoreUnavailable` when
 * that has taken too long. SQLite itself must not wait: it would hold up the whole process each time.
 */
export async function whenFree<T>(file: string, patienceMs: number, work: () => T): Promise<T> {
  const givesUpAt = performance.now() + patienceMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= givesUpAt) throw lockedTooLong(file, patienceMs, error);
    }
    await sleep(pauseMs);
  }
}

function lockedTooLong(file: string, patienceMs: number, cause: unknown): StoreUnavailable {
  return new StoreUnavailable(
    'another program keeps it locked',
    `${file} has been locked by another program for ${patienceMs / 1000} s, and nothing was written; ` +
      'end whatever else has the file open, such as a sqlite3 shell or a copy that is being made',
    cause,
  );
}
