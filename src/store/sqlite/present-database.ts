import { existsSync, renameSync } from 'node:fs';

import { Database } from './driver.ts';
import { companions, linkDurably } from './durable-files.ts';
import { StoreRefused } from './refused.ts';

/** The highest deployment number in a database; 0 where there is none that can be read. */
export function readHighestNumber(file: string): number {
  if (!existsSync(file)) return 0;
  try {
    const client = new Database(file, { readonly: true });
    try {
      const highest = "SELECT seq FROM sqlite_sequence WHERE name = 'deployments'";
      return client.prepare<[], number>(highest).pluck().get() ?? 0;
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return 0;
    throw error;
  }
}

/** How long a reader of the present database is waited for. */
const waitMs = 1_000;

/**
 * Keeps the present database under a second name, which alone it has once another takes its place; answers that name,
 * or null where there is none. Its write-ahead log is taken into it before, so that none is left beside what comes:
 * SQLite would play it into that. Throws `StoreRefused` while another program has the file open.
 */
export function keepAside(file: string, now: number): string | null {
  const name = `${file}.before-restore-${new Date(now).toISOString().replaceAll(':', '-')}`;
  if (!existsSync(file)) {
    moveCompanions(file, name);
    return null;
  }
  const isSound = takeInLog(file);
  if (!linkDurably(file, name)) throw new StoreRefused(`${name} is there already; restore again`);
  if (!isSound) moveCompanions(file, name);
  return name;
}

/** False where the database is damaged, which may be why it is replaced: its log can only be kept as it is. */
function takeInLog(file: string): boolean {
  try {
    const client = new Database(file, { timeout: waitMs });
    client.pragma('wal_checkpoint(TRUNCATE)');
    client.close();
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) return false;
    throw error;
  }
  if (companions.some((suffix) => existsSync(`${file}${suffix}`)))
    throw new StoreRefused(
      `another program has ${file} open; end it (a sqlite3 shell, an export) and restore again`,
    );
  return true;
}

function moveCompanions(file: string, name: string): void {
  for (const suffix of companions)
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${name}${suffix}`);
}
