import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../helpers/small-disk.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
let stage: Stage;
let disk: SmallDisk;

const readiness = async (): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${stage.healthUrl()}/readyz`);
  return { status: response.status, text: await response.text() };
};
const installsOf = (server: string): string => {
  const file = join(stage.fleet.directory, server, 'installs');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const lines = (): { level: number; msg: string }[] =>
  stage
    .botLog()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { level: number; msg: string });

async function requestAndApprove(): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  await form.type('Reason', 'the disk fills up on the way');
  await form.submit();
  await stage.cardSays('waiting for approval');
  await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
}

describe.skipIf(!canMount())(
  'the disk of the database fills up in the middle of a deployment (needs root)',
  () => {
    afterEach(async () => {
      disk.unmount();
      await stage.close();
    });

    test(
      'it is said, nothing begins unwritten, and with room again the deployment goes on by itself',
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
        disk = mountSmallDisk(join(stage.directory, 'data'), 8);
        await stage.startBot();
        await requestAndApprove();
        await stage.slack.until(() => installsOf('web-1') !== '', 30_000);
        disk.fill();

        for (let tries = 0; (await readiness()).status === 200 && tries < 200; tries += 1) await delay(50);
        expect(await readiness()).toEqual({
          status: 503,
          text: expect.stringMatching(
            /^\S+lamplighter\.db cannot be written: its disk is full \(.+\); make room on it, and the bot goes on by itself\n$/,
          ),
        });
        const ana = stage.slack.person('U0ANA');
        expect((await ana.types('/deploy cancel 1', { channel })).text).toBe(
          'Lamplighter cannot write to its database now: its disk is full. This was not taken, unless `/deploy list` shows it; tell whoever runs Lamplighter, and send it again after that.',
        );
        expect(JSON.stringify(await ana.types('/deploy list', { channel }))).toContain('#1');
        await delay(4_000);
        const before = ['web-1', 'web-2', 'web-3'].map(installsOf);
        await delay(2_000);
        expect(['web-1', 'web-2', 'web-3'].map(installsOf)).toEqual(before);
        expect(before[2]).toBe('');
        expect(stage.botLog().split('make room on it')).toHaveLength(2);

        disk.free();
        await stage.cardSays('done, 3 of 3 servers', 90_000);
        expect(await readiness()).toEqual({ status: 200, text: 'ok\n' });
        expect(lines().filter(({ msg }) => msg === 'the database can be written again')).toHaveLength(1);
        expect(['web-1', 'web-2', 'web-3'].map(installsOf)).toEqual(Array(3).fill('shop@2\n'));
        await stage.stopBot();
        await expectTrueRecord();
      },
    );
  },
);

async function expectTrueRecord(): Promise<void> {
  const store = await openSqliteStore({
    file: join(stage.directory, 'data', 'lamplighter.db'),
    migrationsFolder: 'migrations',
  });
  const events = await store.eventsAfter(1, 0);
  expect(foldDeployment(events)?.state).toBe('ok');
  const intents = events.flatMap(({ event }) => (event.type === 'task_intended' ? [event.task] : []));
  const ends = events.flatMap(({ event }) => (event.type === 'task_ended' ? [event.task] : []));
  expect(new Set(ends)).toEqual(new Set(intents));
  expect(ends).toHaveLength(new Set(ends).size);
  await store.close();
}
