import { statSync } from 'node:fs';

import { checkFile } from './check-file.ts';
import { type Client, Database } from './driver.ts';
import { inOneSentence } from './in-one-sentence.ts';
import { countPending } from './migrate.ts';
import { StoreRefused } from './refused.ts';

/** How long a reader waits while the bot closes or opens the file. */
const waitMs = 2_000;

/**
 * Opens a database for reading alone, also while the bot runs on it: readers and the writer do not disturb each other,
 * and the bot's own lock is left alone. Throws `StoreRefused` with one sentence.
 */
export function openReadOnly(file: string, migrationsFolder: string): Client {
  const { client, pending } = openToInspect(file, migrationsFolder);
  if (pending === 0) return client;
  client.close();
  throw new StoreRefused(
    `${file} was written by an older version; start this one once, which brings it up to date`,
  );
}

/** The same for a database that may be older than this program: with how many migrations it lacks. */
export function openToInspect(file: string, migrationsFolder: string): { client: Client; pending: number } {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new StoreRefused(`there is no database ${file}; name it with DATABASE_URL=file:PATH`);
  try {
    checkFile(file);
    const client = new Database(file, { readonly: true, timeout: waitMs });
    try {
      return { client, pending: countPending({ client, file }, migrationsFolder) };
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (error) {
    throw inOneSentence(`the database ${file} cannot be read`, error);
  }
}
