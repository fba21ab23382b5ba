import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type Database from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';

import { offerChainHash } from './chain.ts';
import type { Connection } from './connection.ts';
import { StoreRefused } from './refused.ts';

interface Migration {
  /** The file's name without `.sql`. */
  name: string;
  /** When it was generated: its place in the order, epoch milliseconds. */
  madeAt: number;
  hash: string;
  statements: string[];
}

interface Applied {
  hash: string;
  madeAt: number;
}

/**
 * Brings the tables up to date, all or nothing. Throws `StoreRefused` for migrations that were edited, skipped or
 * dated into the past, and for a database that a newer program wrote: drizzle's own migrator passes over all of these.
 */
export async function migrate({ client, file, exclusive }: Connection, folder: string): Promise<void> {
  const migrations = readMigrations(folder);
  // A table is changed by building it anew, which its references must not stop; SQLite takes this pragma only outside.
  client.pragma('foreign_keys = OFF');
  offerChainHash(client);
  await exclusive(() => {
    client.exec(
      'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric)',
    );
    const applied = readApplied(client);
    const open = pending(migrations, applied, file);
    for (const migration of open) apply(client, migration);
    if (open.length > 0 && client.pragma('foreign_key_check', { simple: true }) !== undefined)
      throw new StoreRefused(
        `the migrations of ${file} would leave rows that refer to nothing; nothing was changed`,
      );
  });
  client.pragma('foreign_keys = ON');
}

/** How many migrations of the folder a database still lacks. Throws `StoreRefused` for one that this program may not touch. */
export function countPending({ client, file }: Pick<Connection, 'client' | 'file'>, folder: string): number {
  return pending(readMigrations(folder), readApplied(client), file).length;
}

function readApplied(client: Database.Database): Applied[] {
  return client
    .prepare<[], Applied>('SELECT hash, created_at AS madeAt FROM __drizzle_migrations ORDER BY created_at')
    .all();
}

function apply(client: Database.Database, { statements, hash, madeAt }: Migration): void {
  for (const statement of statements) client.exec(statement);
  client.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)').run(hash, madeAt);
}

/** What is still to be applied, once it is sure that what was applied is what stands in the folder. */
function pending(migrations: Migration[], applied: Applied[], file: string): Migration[] {
  const newest = migrations.at(-1);
  const latest = applied.at(-1);
  for (const { madeAt, hash } of applied) {
    const known = migrations.find((migration) => migration.madeAt === madeAt);
    if (!known) {
      const age = newest && madeAt > newest.madeAt ? 'newer than this program' : 'not of this program';
      throw new StoreRefused(
        `${file} is ${age}: a migration of ${new Date(madeAt).toISOString()} was applied that this program ` +
          'does not have; start the version that wrote it, or restore a backup made before it',
      );
    }
    if (known.hash !== hash)
      throw new StoreRefused(
        `migration ${known.name} was edited after it was applied to ${file}; put its file back as it was`,
      );
  }
  const open = migrations.filter(({ madeAt }) => !applied.some((done) => done.madeAt === madeAt));
  const late = open.find(({ madeAt }) => latest && madeAt < latest.madeAt);
  if (late)
    throw new StoreRefused(
      `migration ${late.name} was never applied to ${file}, though later ones were; generate it anew so that it comes last`,
    );
  return open;
}

function readMigrations(folder: string): Migration[] {
  const names = readNames(folder);
  const strangers = readdirSync(folder).filter(
    (entry) => entry.endsWith('.sql') && !names.includes(entry.slice(0, -'.sql'.length)),
  );
  if (strangers.length > 0)
    throw new StoreRefused(`${join(folder, strangers.join(', '))} stands in no journal and would be skipped`);
  const migrations = readFiles(folder).map((read, at) => ({
    name: names[at] ?? String(at),
    madeAt: read.folderMillis,
    hash: read.hash,
    statements: read.sql,
  }));
  const late = migrations.find(({ madeAt }, at) => madeAt <= (migrations[at - 1]?.madeAt ?? 0));
  if (late)
    throw new StoreRefused(
      `migration ${late.name} is dated before the one it follows; generate it anew so that it comes last`,
    );
  return migrations;
}

function readNames(folder: string): string[] {
  const journalFile = join(folder, 'meta', '_journal.json');
  try {
    const journal = JSON.parse(readFileSync(journalFile, 'utf8')) as { entries: { tag: string }[] };
    return journal.entries.map(({ tag }) => tag);
  } catch (error) {
    throw new StoreRefused(
      `${journalFile} cannot be read; it belongs to the program and lists its migrations`,
      {
        cause: error,
      },
    );
  }
}

function readFiles(folder: string): ReturnType<typeof readMigrationFiles> {
  try {
    return readMigrationFiles({ migrationsFolder: folder });
  } catch (error) {
    throw new StoreRefused(`${folder} lacks a migration that its journal names`, { cause: error });
  }
}
