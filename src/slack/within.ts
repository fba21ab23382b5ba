import { setTimeout as delay } from 'node:timers/promises';

/** What this comes to, unless it takes longer: then it rejects, and whatever was begun goes on by itself. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = delay(milliseconds, undefined, { signal: done.signal }).then(() => {
    throw new Error(`Slack did not say within ${milliseconds} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    done.abort();
  }
}
