import type { Settled } from '../store/sqlite/mark-restored.ts';
import { type Restored, restoreFile } from '../store/sqlite/restore-file.ts';
import type { CommonOptions } from './common-options.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { readSettings } from './read-settings.ts';

/** `restore FILE`: puts a copy in the place of the database. Exit code 1 says why nothing was changed. */
export async function runRestore(copy: string, { format }: CommonOptions): Promise<number> {
  const settings = readSettings();
  if (!settings) return 2;
  const file = settings.databaseFile;
  const done = await restoreFile({ file, copy, migrationsFolder, now: Date.now() });
  const shown = {
    file,
    copiedAt: iso(done.copiedAt),
    keptAs: done.asideAs,
    unfinished: done.settled.map(toShown),
  };
  process.stdout.write(format === 'json' ? `${JSON.stringify(shown)}\n` : asText(file, done));
  return 0;
}

function toShown({ number, title, environment, before, after, startsAt }: Settled) {
  return { number, title, environment, before, after, startsAt: startsAt === null ? null : iso(startsAt) };
}

function asText(file: string, { holdings, copiedAt, settled, asideAs }: Restored): string {
  const lines = [
    `${file} is the copy made at ${iso(copiedAt)}: ${holdings.deployments} deployments, ${holdings.events} events.`,
    asideAs === null
      ? 'There was no database before.'
      : `The database that stood there is kept as ${asideAs}.`,
    ...settled.map(sayOne),
    'What happened after the copy was made is not in it. Nothing of the past runs by itself when the bot starts.',
  ];
  return `${lines.join('\n')}\n`;
}

function sayOne({ number, title, environment, before, after, startsAt }: Settled): string {
  const what = `#${number} ${title} → ${environment}`;
  if (after === 'waiting' && startsAt !== null)
    return `${what}: asks whether it is still wanted, as it may have been cancelled after the copy was made; without an answer until ${iso(startsAt)} it does not start`;
  if (before !== after) return `${what}: was ${before}, is ${after}`;
  return `${what}: ${after}`;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
