import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { passBy } from '../../src/domain/fault-point.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { type Outbox, startOutbox } from '../../src/slack/outbox/outbox.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreUnavailable } from '../../src/store/unavailable.ts';
import { card, create, line } from '../contract/store-samples.ts';
import { sendAll, testPace } from '../helpers/speaking-bot.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let slack: LocalSlack;
let store: Store;
let outbox: Outbox;
/** Which states of a delivery cannot be written for the moment. */
let refused: string[];
/** Which ones were refused so far. */
let failed: string[];
beforeEach(async () => {
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [{ id: 'C0DEPLOY', name: 'deploy' }],
  });
  [refused, failed] = [[], []];
  const real = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  store = {
    ...real,
    setDelivery: async (id, delivery) => {
      if (!refused.includes(delivery.state)) return await real.setDelivery(id, delivery);
      failed.push(delivery.state);
      throw new StoreUnavailable('its disk is full', 'x.db is full');
    },
  };
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  outbox = startOutbox({
    store,
    now: Date.now,
    log,
    client,
    pace: testPace,
    reach: passBy,
    adminChannel: () => null,
    gate: sendAll,
  });
});
afterEach(async () => {
  await outbox.stop();
  await store.close();
  await slack.close();
});

const posted = () => slack.channel('C0DEPLOY').messages();

test('a message that Slack took while the disk was full is not posted twice, and what follows it comes', async () => {
  const number = await create(store);
  refused = ['delivered', 'unknown'];
  await store.tell(number, 1, [card(number, 'asks'), line(number, 1)], 1_000);
  outbox.wake();
  await slack.until(() => failed.includes('delivered'), 5_000);
  expect(posted()).toHaveLength(1);
  expect(await store.message(`card:${number}`)).toMatchObject({ state: 'sending', ts: null });
  refused = [];
  outbox.wake();
  await slack.until(() => posted()[0]?.thread.length === 1, 5_000);
  expect(posted()).toHaveLength(1);
  expect(await store.message(`card:${number}`)).toMatchObject({ state: 'delivered', error: null });
});

test('a message that could not even be marked as on its way is not sent, and sent later', async () => {
  const number = await create(store);
  refused = ['sending'];
  await store.tell(number, 1, [card(number, 'asks')], 1_000);
  for (let turns = 0; turns < 5; turns += 1) {
    outbox.wake();
    await new Promise((done) => setTimeout(done, 20));
  }
  expect(posted()).toEqual([]);
  refused = [];
  outbox.wake();
  await slack.until(() => posted().length === 1, 5_000);
});
