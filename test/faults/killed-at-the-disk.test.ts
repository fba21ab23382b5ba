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

/** Where SQLite meets the disk, all on Node's first thread. */
interface Moment {
  name: string;
  calls: string;
  /** A handful over opening, approval, balancer, step, and the end. */
  some: number[];
  /** From one N to the next where all are tried; a commit is several writes. */
  stride: number;
}

const moments: Moment[] = [
  // What was committed stands, and nothing that follows from it was done.
  { name: 'sync', calls: 'fsync,fdatasync', some: [2, 9, 23, 38, 50], stride: 1 },
  // What was done since the last commit was not written down.
  { name: 'write', calls: 'pwrite64', some: [20, 90, 150, 160, 230], stride: 3 },
];
const tryAll = process.env['FAULTS'] === 'all';
const present = hasProgram('strace', 'nothing can kill the bot at the moment of a write');
let stage: Stage;

afterEach(async () => await stage.close());

describe.skipIf(!present).each(moments)(
  'the real process, killed at the N-th $name to the disk (needs strace)',
  ({ calls, some, stride }) => {
    if (tryAll)
      test(
        'until no kill strikes: a new process goes on, and the record is true',
        { timeout: 7_200_000 },
        async () => {
          let at = 1;
          // How many there are depends on how much is told together: three in a row must have been too few.
          for (let spared = 0; spared < 3; at += stride) {
            spared = (await killAt(calls, at)) ? 0 : spared + 1;
            await stage.close();
          }
          expect(at).toBeGreaterThan(Math.max(...some));
        },
      );
    else
      test.each(some)(
        'N = %i: a new process goes on, and the record is true',
        { timeout: 240_000 },
        async (at) => {
          expect(await killAt(calls, at)).toBe(true);
        },
      );
  },
);

/** One deployment whose bot is killed at the N-th of these calls, counted from its start; false when it had fewer. */
async function killAt(calls: string, at: number): Promise<boolean> {
  try {
    return await deployAndKill(calls, at);
  } catch (error) {
    throw new Error(`killed at ${calls} ${at}: ${String(error)}`, { cause: error });
  }
}

async function deployAndKill(calls: string, at: number): Promise<boolean> {
  stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    files: { 'install.sh': countedInstall(0.6) },
  });
  await stage.startBot();
  await requestShop2(stage);
  await stage.stopBot();

  // The bot opens a known database, is approved, deploys, tells the end, and falls silent.
  await stage.startBot({ under: strace(calls, at) }).catch(() => undefined);
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

/** Without -f only the first thread is traced, and no step. */
function strace(calls: string, at: number): string[] {
  const kill = `inject=${calls}:signal=SIGKILL:when=${at}`;
  return ['strace', '-D', '-o', join(stage.directory, 'calls'), '-e', `trace=${calls}`, '-e', kill];
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
