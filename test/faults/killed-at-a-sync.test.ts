import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import {
  countedInstall,
  expectEachInstalledOnce,
  expectNothingTorn,
  expectThreadOnceAndInOrder,
  expectTrueRecord,
  requestShop2,
  untilDone,
} from '../helpers/facts-of-a-run.ts';
import { hasProgram } from '../helpers/has-program.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const everySync = process.env['FAULTS'] === 'all';
const present = hasProgram('strace', 'nothing can kill the bot at the moment of a sync');
/** A handful over opening, approval, balancer, step, the end and its last words. */
const someSyncs = [2, 9, 23, 38, 50];
let stage: Stage;

afterEach(async () => await stage.close());

describe.skipIf(!present)('the real process, killed at the N-th sync to the disk (needs strace)', () => {
  if (everySync)
    test(
      'every N until no kill strikes: a new process goes on, and the record is true',
      { timeout: 7_200_000 },
      async () => {
        let at = 1;
        // How many syncs a deployment has depends on how much is told together: three in a row must have been too few.
        for (let spared = 0; spared < 3; at += 1) {
          spared = (await killAtSync(at)) ? 0 : spared + 1;
          await stage.close();
        }
        expect(at).toBeGreaterThan(Math.max(...someSyncs));
      },
    );
  else
    test.each(someSyncs)(
      'N = %i: a new process goes on, and the record is true',
      { timeout: 240_000 },
      async (at) => {
        expect(await killAtSync(at)).toBe(true);
      },
    );
});

/** One deployment whose bot is killed at its N-th sync, counted from its start; false when it had fewer. */
async function killAtSync(at: number): Promise<boolean> {
  try {
    return await deployAndKill(at);
  } catch (error) {
    throw new Error(`killed at sync ${at}: ${String(error)}`, { cause: error });
  }
}

async function deployAndKill(at: number): Promise<boolean> {
  stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    files: { 'install.sh': countedInstall(0.1) },
  });
  await stage.startBot();
  await requestShop2(stage);
  await stage.stopBot();

  // The bot opens a known database, is approved, deploys, tells the end, and falls silent.
  await stage.startBot({ under: strace(at) }).catch(() => undefined);
  await approve();
  const wasKilled = await Promise.race([untilKilled(), untilDone(stage).then(() => false)]);
  await expectNothingTorn(stage);
  if (wasKilled) {
    await stage.startBot();
    await approve();
  }
  await untilDone(stage);
  await expectEachInstalledOnce(stage);
  expectThreadOnceAndInOrder(stage);
  await stage.stopBot();
  await expectTrueRecord(stage);
  return wasKilled;
}

/** Node syncs nothing but SQLite's files, all on its first thread: without -f only that one is traced, and no step. */
function strace(at: number): string[] {
  const syncs = 'fsync,fdatasync';
  const kill = `inject=${syncs}:signal=SIGKILL:when=${at}`;
  return ['strace', '-D', '-o', join(stage.directory, 'syncs'), '-e', `trace=${syncs}`, '-e', kill];
}

/** As a person does it who sees the button; a press that a dying bot never heard is made again. */
async function approve(): Promise<void> {
  while (stage.isRunning() && stage.card().text.includes('waiting for approval')) {
    await stage.slack
      .person('U0BEN')
      .press(stage.card(), 'Approve')
      .catch(() => undefined);
    await delay(100);
  }
}

async function untilKilled(): Promise<true> {
  expect(await stage.botEnd()).toEqual({ code: null, signal: 'SIGKILL' });
  return true;
}
