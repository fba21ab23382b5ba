import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { passBy } from '../../src/domain/fault-point.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { type Outbox, startOutbox } from '../../src/slack/outbox/outbox.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { card, create, line } from '../contract/store-samples.ts';
import { sendAll, testPace } from '../helpers/speaking-bot.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let slack: LocalSlack;
let store: Store;
let outbox: Outbox | null;
/** What Slack shows, and since when it was wanted. */
let said: [string, number][];

beforeEach(async () => {
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [{ id: 'C0DEPLOY', name: 'deploy' }],
  });
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  [said, outbox] = [[], null];
});
afterEach(async () => {
  await outbox?.stop();
  await store.close();
  await slack.close();
});

function speak(): void {
  outbox = startOutbox({
    store,
    now: Date.now,
    log,
    client: new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } }),
    pace: testPace,
    reach: passBy,
    adminChannel: () => null,
    gate: sendAll,
    said: ({ kind, wantedAt }) => said.push([kind, wantedAt]),
  });
}

test('what waits for Slack is counted from the first thing that Slack did not show, not from the latest', async () => {
  const number = await create(store);
  await store.tell(number, 1, [card(number, 'asks'), line(number, 1)], 2_000);
  await store.tell(number, 2, [card(number, 'runs')], 3_000);
  speak();
  await slack.until(() => said.length === 2, 5_000);
  expect(said).toEqual([
    ['card', 2_000],
    ['thread', 2_000],
  ]);
  await outbox?.stop();
  await store.tell(number, 3, [card(number, 'waits')], 7_000);
  await store.tell(number, 4, [card(number, 'done')], 9_000);
  speak();
  await slack.until(() => said.length === 3, 5_000);
  expect(said.at(-1)).toEqual(['card', 7_000]);
});
