import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

import { afterEach, describe, expect, test } from 'vitest';

import {
  beginShop2,
  countedInstall,
  expectEachInstalledOnce,
  expectNothingTorn,
  expectThreadOnceAndInOrder,
  expectTrueRecord,
  installsOf,
  pressOnceThere,
  requestShop2,
  threadText,
  untilDone,
} from '../helpers/facts-of-a-run.ts';
import { hasProgram } from '../helpers/has-program.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const present = hasProgram('prlimit', 'nothing can take files away from a running bot');
let stage: Stage;

const set = async (): Promise<void> => {
  stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    files: { 'install.sh': countedInstall(0.1) },
  });
};

/** Lets the shell change something and then become the bot. */
const shell = (line: string): { under: string[] } => ({ under: ['bash', '-c', line, 'bash'] });

/** Leaves the running bot this many more files to open. */
function leaveFiles(more: number): void {
  const open = new Set(readdirSync(`/proc/${stage.botPid()}/fd`).map(Number));
  let limit = 3;
  for (let free = 0; free < more; limit += 1) if (!open.has(limit)) free += 1;
  limitFiles(limit);
}

function limitFiles(limit: number): void {
  execFileSync('prlimit', ['--pid', String(stage.botPid()), `--nofile=${limit}:4096`]);
}

afterEach(async () => await stage.close());

describe('with too few files to open', { timeout: 240_000 }, () => {
  test('it does not start, and says so in one sentence with exit code 1', async () => {
    await set();
    const refused = await stage.startBot(shell('ulimit -n 24; exec "$@"')).then(() => '', String);
    expect(refused).toMatch(/^Error: the bot did not start: EMFILE: too many open files[^\n]*\n$/);
    expect(await stage.botEnd()).toEqual({ code: 1, signal: null });
  });

  test.skipIf(!present).each([2, 4])(
    '%i left while it runs: it lives on, touches no server, names the limit, and once there are more it deploys',
    async (more) => {
      await set();
      await stage.startBot();
      await requestShop2(stage);
      leaveFiles(more);
      await pressOnceThere(stage, 'Approve');
      await stage.slack.until(() => threadText(stage).includes('raise the limit of open files'), 60_000);
      await stage.cardSays('failed');
      expect(installsOf(stage.fleet.directory, 'web-1')).toBe('');
      await expectNothingTorn(stage);
      expect(stage.isRunning()).toBe(true);

      limitFiles(4_096);
      await pressOnceThere(stage, 'Deploy the remaining 2');
      await stage.cardSays('done, 2 of 2 servers', 90_000);
      await expectEachInstalledOnce(stage);
    },
  );
});

describe('with nobody who takes its log', { timeout: 240_000 }, () => {
  test.each([
    ['standard error is closed', 'exec "$@" 2>&-'],
    ['whoever read standard error is gone', 'exec "$@" 2> >(true)'],
    ['the disk of the log is full', 'exec "$@" 2>/dev/full'],
  ])('%s: it deploys, and ends with exit code 0', async (_, line) => {
    await set();
    await stage.startBot({ ...shell(line), isSilent: true });
    await beginShop2(stage);
    await untilDone(stage);
    await expectEachInstalledOnce(stage);
    expectThreadOnceAndInOrder(stage);
    expect(await stage.stopBot()).toBe(0);
    await expectTrueRecord(stage);
  });
});
