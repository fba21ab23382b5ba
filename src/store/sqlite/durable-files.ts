import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync } from 'node:fs';
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
    if (isThere(error)) return false;
    throw error;
  }
  syncToDisk(dirname(name));
  return true;
}

/**
 * Makes a directory for this user alone, and those above it that are missing. A step at a time: asked for all at once,
 * Node tries for ever where the system answers as `/proc` does.
 */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Removes a database that is nobody's yet, with all that lies beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', ...companions]) rmSync(`${file}${suffix}`, { force: true });
}
