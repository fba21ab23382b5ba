import { StoreUnavailable } from '../unavailable.ts';
import { Database } from './driver.ts';
import { StoreRefused } from './refused.ts';

/** What the disk or another program refused as a `StoreRefused` that begins with what could not be done; bugs stay bugs. */
export function inOneSentence(what: string, error: unknown): unknown {
  if (error instanceof StoreUnavailable) return new StoreRefused(error.message, { cause: error });
  if (error instanceof StoreRefused || !(error instanceof Error)) return error;
  const fromDisk = error instanceof Database.SqliteError || 'syscall' in error;
  return fromDisk ? new StoreRefused(`${what}: ${error.message}`, { cause: error }) : error;
}
