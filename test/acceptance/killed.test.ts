import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { findHaproxy } from '../../src/sandbox/fleet/haproxy.ts';
import { startLoad } from '../../src/sandbox/fleet/start-load.ts';
import {
  beginShop2,
  countedInstall,
  expectEachInstalledOnce,
  expectNothingTorn,
  expectThreadOnceAndInOrder,
  expectTrueRecord,
  untilDone,
} from '../helpers/facts-of-a-run.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 3);
const longestLifeMs = 1_500;
const present = hasSshd() && findHaproxy() !== null;
let stage: Stage;

/** A number below `limit` that is the same for the same seed, so that a failing round can be played again. */
function createDice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe.skipIf(!present)(
  'the real process, killed at random moments (needs openssh-server and haproxy)',
  () => {
    afterEach(async () => await stage.close());

    test.each(Array.from({ length: rounds }, (_, round) => round + Number(process.env['KILL_SEED'] ?? 1)))(
      'seed %i: the record is true, no step ran twice, nothing unfinished is in service, each line stands once',
      { timeout: 180_000 },
      async (seed) => {
        stage = await setStage({
          clusters: [
            { name: 'north', servers: ['web-1', 'web-2'] },
            { name: 'south', servers: ['web-3'] },
          ],
          files: { 'install.sh': countedInstall(0.4) },
        });
        const dice = createDice(seed);
        await stage.startBot();
        const load = startLoad({ url: stage.fleet.url, requestsPerSecond: 50 });
        await beginShop2(stage);

        for (let kills = 0; kills < 6; kills += 1) {
          await delay(dice(longestLifeMs));
          await stage.killBot();
          await expectNothingTorn(stage);
          await stage.startBot();
        }
        await untilDone(stage);
        await expectEachInstalledOnce(stage);
        expectThreadOnceAndInOrder(stage);
        expect((await load.stop()).failures).toEqual([]);
        await stage.stopBot();
        await expectTrueRecord(stage);
      },
    );
  },
);
