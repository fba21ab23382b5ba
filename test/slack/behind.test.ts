import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { tellWhatHappened } from '../../src/slack/outbox/teller.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { change, create, type Events, requested } from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';
import { nameless, takeAll } from '../helpers/speaking-bot.ts';

const plan = buildPlan(buildEnvironment());
const hash = planHash(plan);

let store: Store;
let number: number;
beforeEach(async () => {
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  const events: Events = [requested({ planHash: hash })];
  number = await create(store, { environment: 'shop', plan, planHash: hash, events });
});
afterEach(async () => await store.close());

const tell = async () =>
  await tellWhatHappened({ store, now: () => 1_000, log: { error: console.error }, nameOf: nameless });
const wanted = async () => (await store.undelivered(1e15, 100)).map(({ key }) => key);
const slackTakes = async () => await takeAll(store);
const happens = async (...events: Events) => void (await store.commit(change(number, events)));
const wordsOf = async (key: string) =>
  (JSON.parse((await store.message(key))?.payload ?? '{}') as { text: string }).text;

describe('a thread that Slack is slow to take', () => {
  test('gets no further line while one is on its way, and what happened meanwhile is told together afterwards', async () => {
    await tell();
    await slackTakes();
    await happens({ type: 'approved', by: 'U0BEN', roles: ['promotion_admin'], planHash: hash });
    await tell();
    await happens({ type: 'queued', behind: null });
    await tell();
    await happens({ type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence: 1 });
    await tell();
    const line = `thread:${number}:2`;
    expect((await wanted()).filter((key) => key.startsWith('thread'))).toEqual([line]);
    await slackTakes();
    await tell();
    expect((await wanted()).filter((key) => key.startsWith('thread'))).toEqual([`thread:${number}:3`]);
    expect(await wordsOf(line)).not.toContain('Attempt 1 began');
    expect(await wordsOf(`thread:${number}:3`)).toContain('Attempt 1 began');
    await slackTakes();
    await tell();
    expect(await store.untold(10)).toEqual([]);
  });

  test('has a card that keeps up all the same', async () => {
    await tell();
    await happens({ type: 'approved', by: 'U0BEN', roles: ['promotion_admin'], planHash: hash });
    await happens({ type: 'queued', behind: null });
    await happens({ type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence: 1 });
    await tell();
    expect(await wordsOf(`card:${number}`)).toContain('running');
    expect((await store.untold(10)).map(({ isBehind }) => isBehind)).toEqual([true]);
  });
});
