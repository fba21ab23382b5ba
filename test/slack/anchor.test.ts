import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { type Anchoring, startAnchoring } from '../../src/slack/outbox/anchor.ts';
import { type Outbox, startOutbox } from '../../src/slack/outbox/outbox.ts';
import { tellWhatHappened } from '../../src/slack/outbox/teller.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import {
  attemptEnded,
  attemptStarted,
  change,
  create,
  reminded,
  requested,
} from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';
import { nameless, sendAll, testPace } from '../helpers/speaking-bot.ts';

const plan = buildPlan(buildEnvironment());
const hash = planHash(plan);
const hour = 3_600_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: 0 };
const now = (): number => Date.now() + clock.now;
let slack: LocalSlack;
let store: Store;
let outbox: Outbox;
let number: number;
const running: Anchoring[] = [];
beforeEach(async () => {
  clock.now = 0;
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [
      { id: 'C0ADMIN', name: 'admin' },
      { id: 'C0DEPLOY', name: 'deploy' },
    ],
  });
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  outbox = startOutbox({
    store,
    now,
    log,
    client,
    pace: testPace,
    reach: passBy,
    adminChannel: () => null,
    gate: sendAll,
  });
  const events: [DeploymentEvent] = [requested({ planHash: hash })];
  number = await create(store, { environment: 'shop', plan, planHash: hash, events });
});
afterEach(async () => {
  for (const anchoring of running.splice(0)) await anchoring.stop();
  await outbox.stop();
  await store.close();
  await slack.close();
});

/** A bot's life until it is stopped. */
const anchorOnce = async (channel: string | null = 'C0ADMIN'): Promise<Anchoring> => {
  const anchoring = startAnchoring({ store, now, log, channel: () => channel }, outbox);
  running.push(anchoring);
  await new Promise((done) => setTimeout(done, 50));
  outbox.wake();
  return anchoring;
};
const anchors = (): string[] =>
  slack
    .channel('C0ADMIN')
    .messages()
    .map(({ text }) => /^The log stands at `(.+?)`/.exec(text)?.[1] ?? text);
const head = async (): Promise<string> => {
  const found = await store.logHead();
  return `${found?.seq}:${found?.hash.slice(0, 32)}`;
};

describe('the head of the log in the channel of the administrators', () => {
  test('is posted when something new happened, and at most once an hour', async () => {
    await anchorOnce();
    await slack.until(() => anchors().length === 1, 5_000);
    const first = await head();
    await store.commit(change(number, [reminded]));
    await anchorOnce();
    expect(anchors()).toEqual([first]);
    expect(await store.message(`anchor:${await head()}`)).toBeNull();
    clock.now += hour + 1;
    await anchorOnce();
    await slack.until(() => anchors().length === 2, 5_000);
    clock.now += hour + 1;
    await anchorOnce();
    expect(anchors()).toEqual([first, await head()]);
  });

  test('is there when the bot has stopped, however short ago the last one was', async () => {
    const anchoring = await anchorOnce();
    await store.commit(change(number, [reminded]));
    await anchoring.stop();
    expect(anchors().at(-1)).toBe(await head());
    expect(anchors()).toHaveLength(2);
    await anchoring.stop();
    expect(anchors()).toHaveLength(2);
  });

  test('is not posted where no such channel is configured', async () => {
    const anchoring = await anchorOnce(null);
    await anchoring.stop();
    expect(await store.newestMessageAt('anchor:')).toBeNull();
  });
});

test('the end of an attempt stands in the thread with its place in the log', async () => {
  const servers = plan.environment.clusters.flatMap((cluster) => cluster.servers.map(({ name }) => name));
  await store.commit(change(number, [{ type: 'queued', behind: null }]));
  await store.commit(change(number, [{ ...attemptStarted(), servers } as DeploymentEvent]));
  await store.commit(change(number, [attemptEnded()]));
  await tellWhatHappened({ store, now, log, nameOf: nameless });
  outbox.wake();
  const blocks = () =>
    slack
      .channel('C0DEPLOY')
      .messages()
      .flatMap(({ thread }) => thread.map((line) => JSON.stringify(line.blocks)));
  const place = await head();
  await slack.until(() => blocks().some((text) => text.includes(place)), 5_000);
  expect(blocks().filter((text) => text.includes('log `'))).toHaveLength(1);
  expect(blocks().at(-1)).toContain(`log \`${place}\``);
});
