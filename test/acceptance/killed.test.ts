import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment.ts';
import { findHaproxy } from '../../src/sandbox/fleet/haproxy.ts';
import { startLoad } from '../../src/sandbox/fleet/start-load.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
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

/** What a server that is in service must serve: the new revision as soon as its install was begun. */
function expectedRevision(name: string): string {
  return existsSync(join(stage.fleet.directory, name, 'installs')) ? 'shop@2' : 'shop@1';
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
          files: { 'install.sh': readFileSync('test/fixtures/slow-install.sh', 'utf8') },
        });
        const dice = createDice(seed);
        await stage.startBot();
        const load = startLoad({ url: stage.fleet.url, requestsPerSecond: 50 });
        const ana = stage.slack.person('U0ANA');
        await ana.types('/deploy shop@2 to shop-production', { channel });
        const form = await ana.modal();
        await form.type('Reason', 'killed on the way');
        await form.submit();
        await stage.cardSays('waiting for approval');
        await stage.slack.person('U0BEN').press(stage.card(), 'Approve');

        for (let kills = 0; kills < 6; kills += 1) {
          await delay(dice(longestLifeMs));
          await stage.killBot();
          const torn = (await stage.fleet.status()).filter(
            ({ name, revision, balancer }) => balancer === 'UP' && revision !== expectedRevision(name),
          );
          expect(torn, 'in service while unfinished').toEqual([]);
          await stage.startBot();
        }
        await stage.cardSays('done, 3 of 3 servers', 90_000);
        await stage.slack.until(
          () => stage.card().thread.some(({ text }) => text.includes('Attempt 1 in')),
          30_000,
        );

        for (const { name, revision, balancer } of await stage.fleet.status()) {
          expect({ name, revision, balancer }).toEqual({ name, revision: 'shop@2', balancer: 'UP' });
          expect(
            readFileSync(join(stage.fleet.directory, name, 'installs'), 'utf8'),
            `installs of ${name}`,
          ).toBe('shop@2\n');
        }
        const lines = stage.card().thread.map(({ metadata }) => JSON.stringify(metadata));
        expect(new Set(lines).size).toBe(lines.length);
        expect(stage.slack.channel(channel).messages()).toHaveLength(1);
        expect((await load.stop()).failures).toEqual([]);
        await stage.stopBot();

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
      },
    );
  },
);
