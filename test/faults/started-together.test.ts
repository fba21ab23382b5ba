import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { botProcess } from '../helpers/bot-process.ts';
import {
  beginShop2,
  countedInstall,
  databaseOf,
  expectEachInstalledOnce,
  expectTrueRecord,
  untilDone,
} from '../helpers/facts-of-a-run.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const rounds = process.env['FAULTS'] === 'all' ? 20 : 4;
let stage: Stage;

afterEach(async () => await stage.close());

describe('two processes on one database, started at the very same moment', () => {
  test(
    'exactly one runs, the other says so in one sentence, and the database stays whole',
    { timeout: 900_000 },
    async () => {
      stage = await setStage({
        clusters: [
          { name: 'north', servers: ['web-1'] },
          { name: 'south', servers: ['web-2'] },
        ],
        onThisMachine: true,
        files: { 'install.sh': countedInstall(0.1) },
      });
      for (let round = 0; round < rounds; round += 1) {
        // Every other round there is no database yet: both would make it.
        if (round % 2 === 0) rmSync(dirname(databaseOf(stage)), { recursive: true, force: true });
        const how = { ...stage, apiUrl: stage.slack.apiUrl, by: 'socket' as const };
        const bots = [botProcess(how), botProcess(how)];
        const started = await Promise.all(
          bots.map(async (bot) => ({ bot, refusal: await bot.startBot().then(() => null, String) })),
        );
        const losers = started.filter(({ refusal }) => refusal !== null);
        expect(losers).toHaveLength(1);
        expect(losers[0]?.refusal).toMatch(
          /^Error: the bot did not start: [^\n]*another Lamplighter[^\n]* runs on [^\n]+; stop it first\n$/,
        );
        expect(await losers[0]?.bot.botEnd()).toEqual({ code: 1, signal: null });
        const winner = started.find(({ refusal }) => refusal === null);
        expect(await winner?.bot.stopBot()).toBe(0);
      }
      await stage.startBot();
      await beginShop2(stage);
      await untilDone(stage);
      await expectEachInstalledOnce(stage);
      await stage.stopBot();
      await expectTrueRecord(stage);
    },
  );
});
