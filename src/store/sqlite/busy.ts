import { setTimeout as sleep } from 'node:timers/promises';

import { Database } from './driver.ts';

/** How long one attempt may block the whole process, in milliseconds: Slack's three seconds go on meanwhile. */
export const busyTimeoutMs = 100;

/** True when another connection holds the file for the moment. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** Another program kept the file locked for longer than anybody should wait. Nothing was written. */
export class StoreBusy extends Error {
  override name = 'StoreBusy';
}

/** Does the work again while the file is busy, letting everything else go on in between; throws `StoreBusy` at last. */
export async function whenFree<T>(file: string, patienceMs: number, work: () => T): Promise<T> {
  const givesUpAt = performance.now() + patienceMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= givesUpAt)
        throw new StoreBusy(
          `${file} has been locked by another program for ${patienceMs / 1000} s, and nothing was written; ` +
            'end whatever else has the file open, such as a sqlite3 shell or a copy that is being made',
          { cause: error },
        );
    }
    await sleep(pauseMs);
  }
}
