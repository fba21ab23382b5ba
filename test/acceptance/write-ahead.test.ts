import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, expect, test } from 'vitest';

import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const withoutStrace = spawnSync('strace', ['-V']).status !== 0;
if (withoutStrace) {
  const sentence = 'the Debian package strace is missing: nothing can see when the disk has what';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
}

let stage: Stage;
afterEach(async () => await stage.close());

/** Writes down every write, sync and opening of the bot and of all that it starts, in their order. */
async function watch(file: string): Promise<() => Promise<string[]>> {
  const calls = ['-e', 'trace=pwrite64,fdatasync,fsync,openat', '-e', 'signal=none', '-s', '4200', '-y'];
  const strace = spawn('strace', ['-f', '-qq', '-o', file, ...calls, '-p', String(stage.botPid())]);
  await delay(500);
  return async () => {
    const gone = new Promise((done) => strace.once('exit', done));
    strace.kill('SIGINT');
    await gone;
    return readFileSync(file, 'latin1').split('\n');
  };
}

async function deploy(): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  await form.type('Reason', 'watched');
  await form.submit();
  await stage.cardSays('waiting for approval', 20_000);
  await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
  await stage.cardSays('done, 3 of 3 servers', 90_000);
}

/** The task that installs on a server, by the server's name. */
async function installTasks(): Promise<Map<string, number>> {
  const store = await openSqliteStore({
    file: join(stage.directory, 'data', 'lamplighter.db'),
    migrationsFolder: 'migrations',
  });
  const plan = await store.plan((await store.summary(1))?.planHash ?? '');
  await store.close();
  const installs = (plan?.tasks ?? []).filter(({ step }) => step === 'install');
  return new Map(installs.map(({ server, id }) => [server ?? '', id]));
}

/** Also where strace wrote its end on a line of its own, because something else was called meanwhile. */
const isSynced = (line: string): boolean =>
  /f(data)?sync\(.*-wal>\) += 0$|<\.\.\. f(data)?sync resumed>.* = 0$/.test(line);

test.skipIf(withoutStrace)(
  'what is done on a server was written down before, and the disk had it before it was done (needs strace)',
  { timeout: 180_000 },
  async () => {
    stage = await setStage({
      clusters: [
        { name: 'north', servers: ['web-1', 'web-2'] },
        { name: 'south', servers: ['web-3'] },
      ],
      onThisMachine: true,
      files: { 'install.sh': readFileSync('test/fixtures/slow-install.sh', 'utf8') },
    });
    await stage.startBot();
    const stopWatching = await watch(join(stage.directory, 'calls'));
    await deploy();
    const calls = await stopWatching();
    await stage.stopBot();

    const tasks = await installTasks();
    expect([...tasks.keys()]).toEqual(['web-1', 'web-2', 'web-3']);
    for (const [server, task] of tasks) {
      const intent = `{\\"type\\":\\"task_intended\\",\\"task\\":${task},\\"run\\":1`;
      const written = calls.findIndex((line) => line.includes('-wal>') && line.includes(intent));
      const synced = calls.findIndex((line, at) => at > written && isSynced(line));
      const done = calls.findIndex(
        (line) => line.includes(`/${server}/installs"`) && line.includes('O_APPEND'),
      );
      expect(written, `the intent on ${server}`).toBeGreaterThan(-1);
      expect(synced, `its sync, for ${server}`).toBeGreaterThan(written);
      expect(done, `the install on ${server}`).toBeGreaterThan(synced);
    }
  },
);
