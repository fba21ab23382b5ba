import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { buildChild, makeFolder, migrationsFolder, start } from './child-process.ts';

const withoutStrace = spawnSync('strace', ['-V']).status !== 0;
if (withoutStrace) {
  const sentence =
    'the Debian package strace is missing: nothing can count how often commits are synced to the disk';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
}

describe('a commit that was answered', () => {
  let child: ReturnType<typeof buildChild>;
  let place: ReturnType<typeof makeFolder>;
  beforeAll(() => {
    child = buildChild('durability');
  });
  afterAll(() => child.remove());
  beforeEach(() => {
    place = makeFolder();
  });
  afterEach(() => place.remove());

  it('is there after the process was killed at any moment, and nothing is half there', async () => {
    const file = join(place.folder, 'lamplighter.db');
    for (const lines of [1, 7, 60, 350, 900]) {
      const running = start(process.execPath, [child.script, 'commit', file, migrationsFolder]);
      await running.printed(lines);
      running.process.kill('SIGKILL');
      await running.ended;

      const [number = 0, last = 0] = (
        running
          .output()
          .match(/^\d+ \d+(?=\n)/gm)
          ?.at(-1) ?? ''
      )
        .split(' ')
        .map(Number);
      const store = await openSqliteStore({ file, migrationsFolder });
      const versions = (await store.eventsAfter(number, 0)).map(({ version }) => version);
      const summary = await store.summary(number);
      await store.close();
      expect(last).toBeGreaterThan(lines);
      expect(versions.length).toBeGreaterThanOrEqual(last);
      expect(versions).toEqual(versions.map((_version, at) => at + 1));
      expect(summary?.version).toBe(versions.length);
    }
  });

  it.skipIf(withoutStrace)('was synced to the disk', async () => {
    const commits = 200;
    const counts = join(place.folder, 'counts');
    const file = join(place.folder, 'lamplighter.db');
    const traced = ['-c', '-f', '-e', 'trace=fsync,fdatasync', '-o', counts, process.execPath];
    const run = [child.script, 'commit', file, migrationsFolder, String(commits)];
    expect(await start('strace', [...traced, ...run]).ended).toMatchObject({ code: 0 });
    const syncs = readFileSync(counts, 'utf8')
      .split('\n')
      .filter((row) => /\b(fsync|fdatasync)$/.test(row))
      .reduce((sum, row) => sum + Number(row.trim().split(/\s+/)[3]), 0);
    expect(syncs).toBeGreaterThanOrEqual(commits);
    // Not every sync belongs to a commit, so look that commits cause most of them.
    expect(syncs).toBeLessThan(commits * 1.5);
  });
});
