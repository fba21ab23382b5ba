import { closeSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** What SQLite may lay beside a database. */
export const companions = ['-wal', '-shm', '-journal'] as const;

/** Brings a file's or a directory's content to the disk. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Gives a file a second name that nothing had before, durably; false where something has that name. */
export function linkDurably(file: string, name: string): boolean {
  try {
    linkSync(file, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  syncToDisk(dirname(name));
  return true;
}

/** Removes a database that is nobody's yet, with all that lies beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', ...companions]) rmSync(`${file}${suffix}`, { force: true });
}
