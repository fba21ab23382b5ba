import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import { safeWord } from '../../domain/revision.ts';

/** Where the backups of an environment lie. */
export function backupDirectory(dataDirectory: string, environment: string): string {
  if (!safeWord.test(environment)) throw new Error(`${environment} cannot be the name of a directory`);
  return join(dataDirectory, 'backups', environment);
}

/** Whether a path leads to a backup that this program made for an environment. */
export function isBackupPath(directory: string, path: string): boolean {
  const name = relative(directory, path);
  return name.endsWith('.vql') && !name.includes(sep) && !name.startsWith('..');
}

/** Whether a whole backup lies there; half of one has another name. */
export async function hasBackup(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** Writes a backup that only its owner may read: it is there as a whole, also after a loss of power, or not at all. */
export async function writeBackup(path: string, content: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const beside = join(directory, `.new-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
