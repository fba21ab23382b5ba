import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { passBy } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { tellBatches } from '../../src/slack/batch/batch-messages.ts';
import { startOutbox } from '../../src/slack/outbox/outbox.ts';
import { startTelling } from '../../src/slack/outbox/telling.ts';
import { backupFile } from '../../src/store/sqlite/backup-file.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { attemptEnded, attemptStarted, change, create, requested } from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { nameless, sendAll, testPace } from '../helpers/speaking-bot.ts';

const plan = buildPlan(buildEnvironment());
const hash = planHash(plan);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const migrationsFolder = 'migrations';
/** A machine that does much else at the same time. */
const slowMs = 20_000;
let directory: string;
let slack: LocalSlack;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'll-batch-killed-'));
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [
      { id: 'C0SHOP', name: 'shop' },
      { id: 'C0BANK', name: 'bank' },
    ],
  });
});
afterEach(async () => {
  await slack.close();
  removeLater(directory);
});

type Post = WebClient['chat']['postMessage'];

/** The part that speaks; what is posted goes through a gate that may never open. */
function speak(store: Store, gate: (post: Post) => Post) {
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  client.chat.postMessage = gate(client.chat.postMessage.bind(client.chat));
  const needs = { store, now: Date.now, log, reach: passBy };
  const outbox = startOutbox({ ...needs, client, pace: testPace, adminChannel: () => null, gate: sendAll });
  const companions = [tellBatches({ store, now: Date.now })];
  const telling = startTelling({ ...needs, nameOf: nameless, companions, breathMs: 0 }, outbox);
  return { telling, outbox };
}

const said = (channel: string, kind: string) =>
  slack
    .channel(channel)
    .messages()
    .filter(({ metadata }) => JSON.stringify(metadata ?? '').includes(`${kind}:`));

/** Two deployments of one batch whose hour has come, in two channels. */
async function batchOfTwo(store: Store): Promise<[number, number]> {
  const startsAt = Date.now() - 60_000;
  const row = { plan, planHash: hash, startsAt, at: startsAt - 60_000 };
  const events: [ReturnType<typeof requested>] = [requested({ planHash: hash, startsAt })];
  const one = await create(store, { ...row, environment: 'shop', channel: 'C0SHOP', events });
  const batch = await store.batchOf(one);
  const joins = { batch: batch?.id ?? 0, version: batch?.version ?? 0 };
  const two = await create(store, { ...row, environment: 'bank', channel: 'C0BANK', events, joins });
  return [one, two];
}

const endOf = async (store: Store, number: number) =>
  await store.commit(change(number, [attemptStarted(), attemptEnded()], { at: Date.now() }));

const channels = ['C0SHOP', 'C0BANK'];
const both = () => channels.map((channel) => said(channel, 'minutes').length);

/** Dies the moment the first minutes are to be posted, or were: nothing after it is done, and the disk stays as it was then. */
async function dieAt(point: 'before' | 'after' | null, file: string, copy: string): Promise<void> {
  const store = await openSqliteStore({ file, migrationsFolder });
  const dying = { reached: false, giveUp: (): void => undefined };
  const death = new Promise<never>((_, reject) => {
    dying.giveUp = () => reject(new Error('the process is gone'));
  });
  death.catch(() => undefined);
  const { telling, outbox } = speak(store, (post) => async (options) => {
    const isMinutes = JSON.stringify(options?.metadata ?? '').includes('minutes:');
    const answer = dying.reached || (isMinutes && point === 'before') ? null : await post(options);
    dying.reached ||= isMinutes && point !== null;
    return answer === null || dying.reached ? await death : answer;
  });
  const [one, two] = await batchOfTwo(store);
  await endOf(store, one);
  await slack.until(() => channels.every((channel) => said(channel, 'batch').length === 1), slowMs);
  await slack.until(() => said('C0SHOP', 'card').some(({ text }) => text.includes('done')), slowMs);
  if (point === null) {
    await telling.stop();
    dying.reached = true;
  }
  await endOf(store, two);
  if (point !== null) await slack.until(() => dying.reached, slowMs);
  await backupFile({ file, copy, migrationsFolder, now: Date.now() });
  const stopping = outbox.stop();
  dying.giveUp();
  await stopping;
  if (point !== null) await telling.stop();
  await store.close();
}

test.each([
  ['before anything is told', null],
  ['before they are sent', 'before' as const],
  ['after they were sent', 'after' as const],
])(
  'a process that dies when the last of a batch has ended, %s, leaves one list and one set of minutes in each channel',
  async (_, point) => {
    const [file, copy] = [join(directory, 'x.db'), join(directory, 'copy.db')];
    await dieAt(point, file, copy);
    const store = await openSqliteStore({ file: copy, migrationsFolder });
    const { telling, outbox } = speak(store, (post) => post);
    await slack.until(() => both().every((count) => count > 0), slowMs);
    await expect.poll(async () => (await store.undeliveredByChannel()).length, { timeout: slowMs }).toBe(0);
    expect(both()).toEqual([1, 1]);
    expect(channels.map((channel) => said(channel, 'batch').length)).toEqual([1, 1]);
    expect(channels.map((channel) => said(channel, 'card').length)).toEqual([1, 1]);
    await telling.stop();
    await outbox.stop();
    await store.close();
  },
);
