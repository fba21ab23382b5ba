import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { Database } from './driver.ts';
import { linkDurably, removeDatabase, syncToDisk } from './durable-files.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { openReadOnly } from './open-read-only.ts';
import { StoreRefused } from './refused.ts';
import { checkLog, checkPages, type Holdings } from './verify-file.ts';

/** What is copied, and where to. */
export interface Backup {
  file: string;
  copy: string;
  migrationsFolder: string;
  /** Epoch milliseconds. */
  now: number;
}

/** More pages than any database has: the copy is made in one go, which no writer can make begin anew. */
const allPages = 1_000_000_000;

/**
 * Copies a database while the bot runs on it, and proves the copy: pages, migrations, log. The name `copy` appears only
 * when what it names is proven and on the disk. Throws `StoreRefused` with one sentence, and leaves nothing behind then.
 */
export async function backupFile(backup: Backup): Promise<Holdings & { bytes: number }> {
  const { file, copy, migrationsFolder } = backup;
  if (existsSync(copy))
    throw new StoreRefused(`${copy} is there already, and a backup overwrites nothing; name another file`);
  const partial = `${copy}.partial`;
  const source = openReadOnly(file, migrationsFolder);
  try {
    removeDatabase(partial);
    closeSync(openSync(partial, 'wx', 0o600));
    await source.backup(partial, { progress: () => allPages });
    const holdings = prove(partial, backup);
    syncToDisk(partial);
    if (!linkDurably(partial, copy)) throw new StoreRefused(`${copy} has come into being meanwhile`);
    rmSync(partial);
    syncToDisk(dirname(resolve(copy)));
    return { ...holdings, bytes: statSync(copy).size };
  } catch (error) {
    removeDatabase(partial);
    throw inOneSentence(`the backup ${copy} cannot be made`, error);
  } finally {
    source.close();
  }
}

/** The copy says when it was made, and is one file: no write-ahead log has to be carried along with it. */
function prove(partial: string, { migrationsFolder, now }: Backup): Holdings {
  const client = new Database(partial);
  try {
    client.pragma('journal_mode = DELETE');
    client.pragma('synchronous = FULL');
    client.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('copied_at', ?)").run(String(now));
    checkPages(client, partial, migrationsFolder);
    return checkLog(client, partial);
  } finally {
    client.close();
  }
}
