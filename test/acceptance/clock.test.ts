import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { openReadOnly } from '../../src/store/sqlite/open-read-only.ts';
import { countedInstall, gatedInstall, installsOf, openGate } from '../helpers/facts-of-a-run.ts';
import { createFakeClock, type FakeClock, hasFaketime } from '../helpers/faketime.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const hour = 3_600;
const day = 24 * hour;
/** Several ticks of every loop: long enough for anything that would begin wrongly. */
const aWhileMs = 4_000;
let stage: Stage;
let clock: FakeClock;

const servers = ['web-1', 'web-2'];

async function setUp(install: string): Promise<void> {
  stage = await setStage({
    onThisMachine: true,
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    files: { 'install.sh': install },
  });
  clock = createFakeClock(stage.directory);
  await stage.startBot(clock);
}

/** Ana asks for it, Ben approves it. */
async function approved(when: string): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types(`/deploy shop@2 to shop-production ${when}`, { channel });
  const form = await ana.modal();
  await form.type('Reason', 'at its hour');
  await form.submit();
  await stage.cardSays('waiting for approval');
  await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
}

/** How often each thing happened, and when by the clock of the process. */
function events(type: string): number[] {
  const client = openReadOnly(join(stage.directory, 'data', 'lamplighter.db'), 'migrations');
  const rows = client.prepare<[string], { at: number }>('SELECT at FROM events WHERE type = ?').all(type);
  client.close();
  return rows.map(({ at }) => at);
}

const installs = (): string[] => servers.map((name) => installsOf(stage.fleet.directory, name));

const onceEach = ['shop@2\n', 'shop@2\n'];
const done = async (): Promise<void> => await stage.cardSays('done, 2 of 2 servers', 120_000);

describe.skipIf(!hasFaketime())('the real process, whose clock is set (needs faketime)', () => {
  afterEach(async () => await stage.close());

  test(
    'a jump over the hour starts it once, and the same hour does not start it again',
    { timeout: 240_000 },
    async () => {
      await setUp(countedInstall(0.1));
      await approved('in 2 hours');
      await stage.cardSays('scheduled');
      clock.set(2 * hour + 60);
      await done();
      const [asked = 0] = events('requested');
      const [began = 0] = events('queued');
      expect(began - asked).toBeGreaterThanOrEqual(2 * hour * 1_000);
      clock.set(0);
      await delay(aWhileMs);
      clock.set(2 * hour + 60);
      await delay(aWhileMs);
      expect(events('queued')).toEqual([began]);
      expect(events('attempt_started')).toHaveLength(1);
      expect(installs()).toEqual(onceEach);
    },
  );

  test(
    'a jump back lets it wait for its hour, and what is said meanwhile is still heard',
    { timeout: 240_000 },
    async () => {
      await setUp(countedInstall(0.1));
      await approved('in 2 hours');
      await stage.cardSays('scheduled');
      clock.set(-6 * hour);
      await delay(aWhileMs);
      expect(events('queued')).toEqual([]);
      await stage.slack.person('U0ANA').press(stage.card(), 'Cancel');
      await stage.cardSays('cancelled');
      clock.set(2 * hour + 60);
      await delay(aWhileMs);
      expect(events('queued')).toEqual([]);
      expect(installs()).toEqual(['', '']);
    },
  );

  test(
    'asleep over the hour and longer than the grace, it asks once, and starts once when a person says so',
    { timeout: 240_000 },
    async () => {
      await setUp(countedInstall(0.1));
      await approved('in 2 hours');
      await stage.cardSays('scheduled');
      stage.signalBot('SIGSTOP');
      clock.set(4 * hour);
      stage.signalBot('SIGCONT');
      await stage.cardSays('waiting for an answer');
      await delay(aWhileMs);
      expect(events('question_asked')).toHaveLength(1);
      expect(installs()).toEqual(['', '']);
      await stage.slack.person('U0BEN').press(stage.card(), 'Start now');
      await done();
      expect(events('queued')).toHaveLength(1);
      expect(installs()).toEqual(onceEach);
    },
  );

  test(
    'killed meanwhile and 30 days ahead, it starts in its hour, not at once and not twice',
    { timeout: 240_000 },
    async () => {
      await setUp(countedInstall(0.1));
      await approved('in 720 hours');
      await stage.cardSays('scheduled');
      await delay(aWhileMs);
      expect(events('queued')).toEqual([]);
      await stage.killBot();
      clock.set(30 * day - 600);
      await stage.startBot(clock);
      await delay(aWhileMs);
      expect(events('queued')).toEqual([]);
      clock.set(30 * day + 60);
      await done();
      await stage.killBot();
      await stage.startBot(clock);
      await delay(aWhileMs);
      expect(events('queued')).toHaveLength(1);
      expect(installs()).toEqual(onceEach);
    },
  );

  test.each([
    ['back', -2 * hour],
    ['forward', 2 * hour],
  ])(
    'killed during a step, and the clock set %s: it goes on at once, and no step runs twice',
    { timeout: 240_000 },
    async (_way, seconds) => {
      await setUp(gatedInstall());
      await approved('now');
      await expect.poll(() => installs()[0], { timeout: 60_000 }).toBe('shop@2\n');
      await stage.killBot();
      clock.set(seconds);
      await stage.startBot(clock);
      for (const server of servers) openGate(stage, server);
      await done();
      expect(installs()).toEqual(onceEach);
      expect(events('attempt_resumed')).toHaveLength(1);
    },
  );
});
