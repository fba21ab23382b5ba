import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openReadOnly } from '../../src/store/sqlite/open-read-only.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { checkLog, checkPages } from '../../src/store/sqlite/verify-file.ts';
import { change, create, reminded } from '../contract/store-samples.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { runCli } from '../helpers/run-cli.ts';

const withoutStrace = spawnSync('strace', ['-V']).status !== 0;
if (withoutStrace) {
  const sentence = 'the Debian package strace is missing: nothing can kill a backup at each of its calls';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-killed-'));
});
afterEach(() => removeLater(directory));

/** A database of one deployment with so many events, and its copy made before the last of them. */
async function makeDatabase(): Promise<void> {
  const store = await openSqliteStore({ file: join(directory, 'x.db'), migrationsFolder: 'migrations' });
  const number = await create(store);
  await store.commit(change(number, [reminded]));
  await store.close();
}

const calls = 'fsync,fdatasync,rename,link,unlink,ftruncate';

/** Runs a command that is killed when it makes its nth call that changes the disk; false where it makes fewer. */
function killedAt(nth: number, cwd: string, words: string[]): boolean {
  const kill = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`];
  const inject = ['-e', `inject=${calls}:signal=SIGKILL:when=${nth}`];
  const run = [process.execPath, resolve('dist/main.js'), ...words];
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: 'file:x.db' };
  const { status } = spawnSync('strace', [...kill, ...inject, ...run], { cwd, env });
  return status !== 0;
}

function eventsIn(file: string): number {
  const client = openReadOnly(file, 'migrations');
  checkPages(client, file, 'migrations');
  const { events } = checkLog(client, file);
  client.close();
  return events;
}

describe.skipIf(withoutStrace)('killed at any call that changes the disk', () => {
  it('a backup is there whole or not at all, and can be made again', async () => {
    await makeDatabase();
    const copy = join(directory, 'copy.db');
    let moments = 0;
    for (let nth = 1; killedAt(nth, directory, ['backup', 'copy.db']); nth += 1) {
      moments += 1;
      if (existsSync(copy)) expect(eventsIn(copy)).toBe(2);
      rmSync(copy, { force: true });
    }
    expect(moments).toBeGreaterThan(4);
    expect(eventsIn(copy)).toBe(2);
    expect(readdirSync(directory).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('a restore leaves the old database or the new one, whole, and the other one under its name', async () => {
    await makeDatabase();
    const env = { DATABASE_URL: 'file:x.db' };
    expect(await runCli(['backup', 'copy.db'], { cwd: directory, env })).toMatchObject({ code: 0 });
    const store = await openSqliteStore({ file: join(directory, 'x.db'), migrationsFolder: 'migrations' });
    for (let count = 0; count < 5; count += 1) await store.commit(change(1, [reminded]));
    await store.close();
    const outcomes: number[] = [];
    for (let nth = 1; ; nth += 1) {
      const stage = join(directory, `stage-${nth}`);
      mkdirSync(stage);
      copyFileSync(join(directory, 'x.db'), join(stage, 'x.db'));
      const wasKilled = killedAt(nth, stage, ['restore', join(directory, 'copy.db')]);
      const events = eventsIn(join(stage, 'x.db'));
      // Seven: the old one. Three: the copy's two, and the event that says that it was restored.
      expect([3, 7]).toContain(events);
      outcomes.push(events);
      const aside = readdirSync(stage).find((name) => name.includes('.before-restore-'));
      if (events === 3) expect(eventsIn(join(stage, aside ?? ''))).toBe(7);
      expect((statSync(join(stage, 'x.db')).mode & 0o777).toString(8)).toBe('600');
      if (!wasKilled) break;
      // Whatever the killed one left, the next one comes through.
      const again = await runCli(['restore', join(directory, 'copy.db')], { cwd: stage, env });
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(eventsIn(join(stage, 'x.db'))).toBe(3);
    }
    expect(outcomes.at(-1)).toBe(3);
    expect(outcomes.length).toBeGreaterThan(8);
    expect(outcomes).toContain(7);
  });
});

describe('a disk that is full', () => {
  it('refuses a backup in one sentence, and nothing of it stays', async () => {
    await makeDatabase();
    const command = `ulimit -f 128; exec ${process.execPath} ${resolve('dist/main.js')} backup copy.db`;
    const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: 'file:x.db' };
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: directory, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^the backup copy\.db cannot be made: [^\n]+\n$/),
    ]);
    expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual([]);
  });
});
