import { statSync } from 'node:fs';

import Database from 'better-sqlite3';

import { checkFile } from './check-file.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { countPending } from './migrate.ts';
import { StoreRefused } from './refused.ts';

/** How long a reader waits while the bot closes or opens the file. */
const waitMs = 2_000;

/**
 * Opens a database for reading alone, also while the bot runs on it: readers and the writer do not disturb each other,
 * and the bot's own lock is left alone. Throws `StoreRefused` with one sentence.
 */
export function openReadOnly(file: string, migrationsFolder: string): Database.Database {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new StoreRefused(`there is no database ${file}; name it with DATABASE_URL=file:PATH`);
  try {
    checkFile(file);
    return openKnown(file, migrationsFolder);
  } catch (error) {
    throw inOneSentence(`the database ${file} cannot be read`, error);
  }
}

function openKnown(file: string, migrationsFolder: string): Database.Database {
  const client = new Database(file, { readonly: true, timeout: waitMs });
  try {
    if (countPending({ client, file }, migrationsFolder) > 0)
      throw new StoreRefused(
        `${file} was written by an older version; start this one once, which brings it up to date`,
      );
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}
