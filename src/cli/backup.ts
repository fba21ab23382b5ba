import { backupFile } from '../store/sqlite/backup-file.ts';
import type { CommonOptions } from './common-options.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { readSettings } from './read-settings.ts';

/** `backup FILE`: a proven copy of the database, also while the bot runs. Exit code 1 says why there is none. */
export async function runBackup(copy: string, { format }: CommonOptions): Promise<number> {
  const settings = readSettings();
  if (!settings) return 2;
  const file = settings.databaseFile;
  const done = await backupFile({ file, copy, migrationsFolder, now: Date.now() });
  const { bytes, deployments, events, lastHash } = done;
  const lastEventAt = done.lastAt === null ? null : new Date(done.lastAt).toISOString();
  if (format === 'json') {
    const shown = { file: copy, bytes, deployments, events, lastEventAt, lastHash };
    process.stdout.write(`${JSON.stringify(shown)}\n`);
    return 0;
  }
  const last = lastEventAt === null ? 'none yet' : `the last at ${lastEventAt}, hash ${lastHash}`;
  process.stdout.write(
    `${copy}: ${bytes} bytes, ${deployments} deployments, ${events} events, ${last}. Checked: pages, migrations, chain.\n`,
  );
  return 0;
}
