import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { connect } from '../../../src/store/sqlite/connection.ts';
import { Database } from '../../../src/store/sqlite/driver.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { makeFolder, migrationsFolder, root } from './child-process.ts';

let place: ReturnType<typeof makeFolder>;
let file: string;
let folder: string;
beforeEach(() => {
  place = makeFolder();
  file = join(place.folder, 'lamplighter.db');
  folder = join(place.folder, 'migrations');
  cpSync(migrationsFolder, folder, { recursive: true });
});
afterEach(() => place.remove());

interface Entry {
  idx: number;
  version: string;
  when: number;
  tag: string;
  breakpoints: boolean;
}
const journalFile = () => join(folder, 'meta', '_journal.json');
const readEntries = () => (JSON.parse(readFileSync(journalFile(), 'utf8')) as { entries: Entry[] }).entries;
const writeEntries = (entries: Entry[]) =>
  writeFileSync(journalFile(), JSON.stringify({ version: '7', entries }));
/** Adds a migration dated so long after the last one. */
const add = (tag: string, afterMs: number, sql: string): void => {
  const entries = readEntries();
  const last = entries.at(-1)!;
  writeFileSync(join(folder, `${tag}.sql`), sql);
  writeEntries([...entries, { ...last, idx: last.idx + 1, when: last.when + afterMs, tag }]);
};
const open = async (): Promise<void> => {
  const store = await openSqliteStore({ file, migrationsFolder: folder });
  await store.close();
};
const tables = (): string[] => {
  const database = new Database(file, { readonly: true });
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  database.close();
  return names as string[];
};

describe('migrations', () => {
  it('make exactly the tables that the schema describes', () => {
    const generate = ['generate', '--dialect', 'sqlite', '--schema', 'src/store/sqlite/schema.ts'];
    const before = readdirSync(folder);
    const kit = join(root, 'node_modules/drizzle-kit/bin.cjs');
    const out = ['--out', relative(root, folder)];
    const said = execFileSync(process.execPath, [kit, ...generate, ...out], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(said).toContain('No schema changes');
    expect(readdirSync(folder)).toEqual(before);
  });

  it('are applied once, and later ones when they come', async () => {
    await open();
    await open();
    add(
      '0999_notes',
      1_000,
      'CREATE TABLE notes (words text);--> statement-breakpoint\nCREATE INDEX note ON notes (words);',
    );
    await open();
    await open();
    expect(tables()).toContain('notes');
  });

  it('are applied whole or not at all', async () => {
    add('0998_fine', 1_000, 'CREATE TABLE fine (words text);');
    add('0999_broken', 1_000, 'CREATE TABLE half (words text);--> statement-breakpoint\nCREATE TABL half;');
    await expect(open()).rejects.toThrow(/cannot be opened: near "TABL": syntax error/);
    expect(tables()).toEqual([]);
  });

  it('may build a table anew that others refer to, but leave no row that refers to nothing', async () => {
    await open();
    const database = new Database(file);
    database.exec(`INSERT INTO batches (id, zone, created_by, created_at) VALUES (1, 'UTC', 'U0ANA', 1)`);
    database.exec(`INSERT INTO plans VALUES ('h', '{}')`);
    database.exec(
      `INSERT INTO deployments VALUES (1, 1, 'ibex', 't', 'c', 'k', 'u', 1, 'queued', 1, 0, null, null, 'h', 1, 0, 1)`,
    );
    database.close();
    const anew = (rows: string) =>
      `CREATE TABLE new_plans AS SELECT * FROM plans ${rows};--> statement-breakpoint
       DROP TABLE plans;--> statement-breakpoint
       CREATE TABLE plans (hash text PRIMARY KEY NOT NULL, plan text NOT NULL);--> statement-breakpoint
       INSERT INTO plans SELECT * FROM new_plans;--> statement-breakpoint
       DROP TABLE new_plans;`;
    add('0998_anew', 1_000, anew(''));
    await open();
    add('0999_lossy', 1_000, anew('WHERE false'));
    await expect(open()).rejects.toThrow(/would leave rows that refer to nothing; nothing was changed$/);
  });

  it('that were edited after they were applied are refused', async () => {
    add('0999_notes', 1_000, 'CREATE TABLE notes (words text);');
    await open();
    appendFileSync(join(folder, '0999_notes.sql'), '\n-- a harmless comment');
    await expect(open()).rejects.toThrow(
      /^migration 0999_notes was edited after it was applied to \S+; put its file back as it was$/,
    );
  });

  it('that come late, dated before one that is applied, are refused instead of skipped', async () => {
    const newest = readEntries().at(-1)!;
    add('0999_notes', 2_000, 'CREATE TABLE notes (words text);');
    await open();
    const late = { ...newest, idx: newest.idx + 1, when: newest.when + 1_000, tag: '0998_late' };
    writeFileSync(join(folder, '0998_late.sql'), 'CREATE TABLE late (words text);');
    const entries = readEntries();
    writeEntries([...entries.slice(0, -1), late, entries.at(-1)!]);
    await expect(open()).rejects.toThrow(
      /^migration 0998_late was never applied to \S+, though later ones were; generate it anew so that it comes last$/,
    );
    writeEntries([...entries, late]);
    await expect(open()).rejects.toThrow(
      /^migration 0998_late is dated before the one it follows; generate it anew so that it comes last$/,
    );
  });

  it('that no journal names, or that are missing, are refused', async () => {
    writeFileSync(join(folder, '0998_forgotten.sql'), 'CREATE TABLE forgotten (words text);');
    await expect(open()).rejects.toThrow(/0998_forgotten\.sql stands in no journal and would be skipped$/);
    rmSync(join(folder, '0998_forgotten.sql'));
    add('0999_gone', 1_000, '');
    rmSync(join(folder, '0999_gone.sql'));
    await expect(open()).rejects.toThrow(/migrations lacks a migration that its journal names$/);
    rmSync(journalFile());
    await expect(open()).rejects.toThrow(/_journal\.json cannot be read/);
  });

  it('of a newer program keep an older one out, which changes nothing', async () => {
    const older = readEntries();
    add('0999_notes', 1_000, 'CREATE TABLE notes (words text);');
    await open();
    rmSync(join(folder, '0999_notes.sql'));
    writeEntries(older);
    const before = readFileSync(file);
    await expect(open()).rejects.toThrow(
      /^\S+ is newer than this program: a migration of \S+Z was applied that this program does not have; start the version/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('wait for each other when two come at once', async () => {
    const both = [connect(file, 3_000), connect(file, 3_000)];
    await Promise.all(both.map(async (connection) => await migrate(connection, folder)));
    for (const { client } of both) client.close();
    await open();
    expect(tables()).toContain('deployments');
  });
});
