import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import type { Fault } from '../../src/sandbox/slack/faults.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { type SpeakingBot, startSpeakingBot, wholeRun } from '../helpers/speaking-bot.ts';
import { timesTold } from '../helpers/told-servers.ts';

let bot: SpeakingBot;
const directory = mkdtempSync(join(tmpdir(), 'll-unwell-'));
let files = 0;
const start = async (more: Partial<Parameters<typeof startSpeakingBot>[0]> = {}): Promise<SpeakingBot> => {
  files += 1;
  bot = await startSpeakingBot({ file: join(directory, `${files}.db`), ...more });
  return bot;
};
afterEach(async () => {
  await bot.close();
  removeLater(directory);
});

const [approved] = wholeRun;
const cancelled = { type: 'cancelled', by: 'U0ANA' } as const;
/** Everything that happens, each told for itself: the thread is long enough to be brought out of order. */
async function runs(number: number, pauseMs = 5): Promise<void> {
  for (const event of wholeRun) {
    await bot.happens(number, event);
    await delay(pauseMs);
  }
}
const versions = (keys: string[]): number[] => keys.map((key) => Number(/^thread:\d+:(\d+)$/.exec(key)?.[1]));
const ascending = (numbers: number[]): number[] =>
  [...new Set(numbers)].toSorted((left, right) => left - right);

const labels = (blocks: { type?: unknown; elements?: unknown }[]): string[] =>
  blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements }) => (elements as { text: { text: string } }[]).map(({ text }) => text.text));

/** Each thing that happened stands in the thread once and in order, under one card that shows the end. */
async function everythingIsTold(number: number): Promise<void> {
  await bot.settles(number, 'done, 4 of 4 servers');
  expect(bot.cards(number)).toHaveLength(1);
  const told = versions(bot.said(number));
  expect(told.length).toBeGreaterThan(0);
  expect(told).toEqual(ascending(told));
  const lines = bot.cards(number)[0]?.thread.map(({ text }) => text) ?? [];
  const count = (words: string): number => lines.join('\n').split(words).length - 1;
  const once = ['Requested by', 'Approved by', 'Attempt 1 in'];
  expect(once.map((words) => [words, count(words)])).toEqual(once.map((words) => [words, 1]));
  const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
  const said = lines.join('\n');
  expect(servers.map((name) => [name, timesTold(said, name)])).toEqual(servers.map((name) => [name, 1]));
}

describe('whatever Slack answers,', () => {
  const faults: [string, Pick<Fault, 'how' | 'error' | 'retryAfter'>][] = [
    ['HTTP 500', { how: '500' }],
    ['HTTP 502', { how: '502' }],
    ['HTTP 503', { how: '503' }],
    ["a proxy's page", { how: 'html' }],
    ["a proxy's page after it was done", { how: 'html-reply' }],
    ['internal_error', { how: 'refused', error: 'internal_error' }],
    ['fatal_error after it was done', { how: 'refused-reply', error: 'fatal_error' }],
    ['a hang-up', { how: 'drop-request' }],
    ['a hang-up after it was done', { how: 'drop-reply' }],
    ['a reset', { how: 'reset' }],
    ['a reset after it was done', { how: 'reset-reply' }],
    ['nothing at all', { how: 'silent' }],
    ['nothing at all after it was done', { how: 'silent-reply' }],
    ['429', { how: 'ratelimited', retryAfter: 1 }],
    ['429 without a time', { how: 'ratelimited', retryAfter: null }],
  ];
  test.each(faults)('%s makes no message stand twice, be missing or come in disorder', async (_, fault) => {
    const { slack } = await start();
    for (const method of [
      'chat.postMessage',
      'chat.update',
      'conversations.history',
      'conversations.replies',
    ])
      slack.fail({ method, times: 2, ...fault });
    const number = await bot.request('C0SHOP');
    await runs(number);
    await everythingIsTold(number);
    expect(bot.log().filter(({ level }) => level === 'error')).toEqual([]);
    expect(bot.outbox().trouble()).toBeNull();
  });
});

/** The calls of a method since a moment. */
const calls = (method: string, since = 0) =>
  bot.slack.calls().filter((call) => call.method === method && call.at >= since);
const errors = () => bot.log().filter(({ level }) => level === 'error');

describe('a channel that Slack limits', () => {
  test('waits as long as Slack says, then has the newest card and every line; another one is told meanwhile', async () => {
    const { slack } = await start();
    const here = await bot.request('C0SHOP');
    const second = await bot.request('C0SHOP');
    const there = await bot.request('C0BANK');
    await bot.settles(here, 'waiting for approval');
    await bot.settles(second, 'waiting for approval');
    const sent = (since: number) =>
      [...calls('chat.update', since), ...calls('chat.postMessage', since)]
        .filter((call) => call.arguments['channel'] === 'C0SHOP')
        .toSorted((left, right) => left.at - right.at);
    for (const method of ['chat.update', 'chat.postMessage'])
      slack.fail({ method, channel: 'C0SHOP', how: 'ratelimited', retryAfter: 3 });
    const from = Date.now();
    await runs(here);
    await bot.slack.until(() => sent(from).length === 2);
    await bot.happens(second, cancelled);
    await runs(there);
    await everythingIsTold(there);
    expect(bot.cards(here)[0]?.text).toContain('waiting for approval');
    await everythingIsTold(here);
    await bot.settles(second, 'cancelled');
    expect(bot.cards(second)[0]?.text).toContain('cancelled');
    // One edit and one post met the limit; nothing else was sent there before the time that Slack said.
    const met = sent(from);
    expect(
      met
        .filter(({ error }) => error !== null)
        .map(({ method }) => method)
        .toSorted(),
    ).toEqual(['chat.postMessage', 'chat.update']);
    for (const limited of ['chat.postMessage', 'chat.update']) {
      const [at = 0, next = 0] = met.filter(({ method }) => method === limited).map((call) => call.at);
      // Slack counts whole seconds from its answer on.
      expect(next - at).toBeGreaterThanOrEqual(2_900);
    }
  });
});

describe('what was posted while nobody saw the answer', () => {
  test('is looked for also when looking is limited or fails first, and also far back in a long thread', async () => {
    const { slack } = await start();
    const number = await bot.request('C0SHOP');
    await bot.settles(number, 'waiting for approval');
    const { ts = '' } = bot.cards(number)[0] ?? {};
    for (let line = 0; line < 450; line += 1)
      slack.person('U0ANA').says('a word', { channel: 'C0SHOP', threadTs: ts });
    slack.fail({ method: 'chat.postMessage', how: 'drop-reply' });
    slack.fail({ method: 'conversations.replies', how: 'ratelimited', retryAfter: 1 });
    slack.fail({ method: 'conversations.replies', how: 'refused', error: 'internal_error' });
    await bot.happens(number, cancelled);
    await bot.settles(number, 'cancelled');
    const keys = bot.said(number).filter((key) => key !== 'undefined');
    expect(keys).toEqual(['thread:1:1', 'thread:1:2']);
    expect(calls('conversations.replies').filter(({ ok }) => ok)).toHaveLength(3);
  });

  test('is posted, perhaps twice, where the scopes to look are missing: the log says so, and nothing is lost', async () => {
    const { slack } = await start({ scopes: ['chat:write'] });
    slack.fail({ method: 'chat.postMessage', how: 'drop-request' });
    const number = await bot.request('C0SHOP');
    await bot.settles(number, 'waiting for approval');
    expect(bot.cards(number)).toHaveLength(1);
    const warnings = bot.log().filter(({ words }) => words.includes('perhaps twice'));
    expect(warnings).toHaveLength(1);
  });
});

describe('a channel that Slack refuses', () => {
  const refusals: [string, string, { break: () => void; mend: () => void }][] = [
    [
      'was archived',
      'Unarchive it',
      {
        break: () => bot.slack.archive('C0BANK'),
        mend: () => bot.slack.archive('C0BANK', false),
      },
    ],
    [
      'lost the bot',
      'Invite Lamplighter',
      { break: () => bot.slack.removeBot('C0BANK'), mend: () => bot.slack.inviteBot('C0BANK') },
    ],
  ];
  test.each(refusals)(
    'because it %s is told everything in order when it is back, and says why until then',
    async (_, wayOut, { break: breakIt, mend }) => {
      await start({ adminChannel: 'C0ADMIN' });
      const number = await bot.request('C0BANK');
      await bot.settles(number, 'waiting for approval');
      breakIt();
      const from = Date.now();
      await runs(number);
      await bot.slack.until(() => bot.outbox().trouble());
      await delay(1_000);
      expect(bot.outbox().trouble()).toContain('Channel C0BANK is told nothing');
      expect(bot.outbox().trouble()).toContain(wayOut);
      expect(errors()).toHaveLength(1);
      const admin = () => bot.slack.channel('C0ADMIN').messages();
      expect(admin().map(({ text }) => text)).toEqual([expect.stringContaining(wayOut)]);
      // One try of a post and one of an edit each 300 ms, however many messages wait.
      const tries = [...calls('chat.postMessage', from), ...calls('chat.update', from)];
      expect(tries.filter(({ arguments: given }) => given['channel'] === 'C0BANK').length).toBeLessThan(16);
      const other = await bot.request('C0SHOP');
      await bot.settles(other, 'waiting for approval');
      mend();
      await everythingIsTold(number);
      await bot.slack.until(() => admin()[0]?.text.includes('is told again'));
      expect(admin()).toHaveLength(1);
      expect(bot.outbox().trouble()).toBeNull();
      expect(errors()).toHaveLength(1);
    },
  );

  test('is tried at once by a process that starts, and administrators are not told twice of the same', async () => {
    await start({ adminChannel: 'C0ADMIN' });
    const number = await bot.request('C0SHOP');
    await bot.settles(number, 'waiting for approval');
    bot.slack.archive('C0SHOP');
    await bot.happens(number, cancelled);
    const admin = () => bot.slack.channel('C0ADMIN').messages();
    await bot.slack.until(() => admin().length === 1);
    await bot.stop();
    await bot.start();
    await bot.slack.until(() => bot.outbox().trouble());
    await delay(300);
    expect(admin()).toHaveLength(1);
    await bot.stop();
    bot.slack.archive('C0SHOP', false);
    await bot.start();
    await bot.settles(number, 'cancelled');
    expect(bot.said(number)).toEqual(['thread:1:1', 'thread:1:2']);
  });

  test('altogether, because the token is void, is told everything when it is valid again', async () => {
    await start({ adminChannel: 'C0ADMIN' });
    const here = await bot.request('C0SHOP');
    const there = await bot.request('C0BANK');
    await bot.settles(here, 'waiting for approval');
    bot.slack.revokeToken('bot');
    const from = Date.now();
    await runs(here);
    await runs(there);
    await bot.slack.until(() => bot.outbox().trouble()?.includes('SLACK_BOT_TOKEN'));
    await delay(900);
    expect(errors()).toHaveLength(1);
    expect(bot.slack.calls().filter(({ at }) => at >= from + 200).length).toBeLessThan(25);
    bot.slack.restoreToken('bot');
    await everythingIsTold(here);
    await everythingIsTold(there);
    expect(bot.outbox().trouble()).toBeNull();
  });

  test('for want of a scope is told of with the way out', async () => {
    await start({ scopes: [] });
    await bot.request('C0SHOP');
    await bot.slack.until(() => bot.outbox().trouble());
    expect(bot.outbox().trouble()).toContain('lacks a scope (missing_scope)');
    expect(errors()).toHaveLength(1);
  });
});

describe('a card that is gone', () => {
  test.each(['message_not_found', 'cant_update_message', 'edit_window_closed'])(
    'for an edit (%s) is posted anew, says so, and the thread goes on under it',
    async (error) => {
      const { slack } = await start();
      const number = await bot.request('C0SHOP');
      await bot.settles(number, 'waiting for approval');
      await slack.until(() => bot.said(number).length === 1);
      const [old] = bot.cards(number);
      if (error === 'message_not_found') slack.deleteMessage({ channel: 'C0SHOP', ts: old?.ts ?? '' });
      else slack.fail({ method: 'chat.update', how: 'refused', error });
      await bot.happens(number, approved);
      await slack.until(() => bot.log().some(({ words }) => words.includes('posted anew')));
      if (error === 'edit_window_closed') {
        await delay(100);
        expect(bot.cards(number)).toHaveLength(1);
        await bot.store().tryNext('C0SHOP', 0);
      }
      await slack.until(() => bot.cards(number).at(-1)?.ts !== old?.ts);
      await bot.happens(number, cancelled);
      await bot.settles(number, 'cancelled');
      const cards = bot.cards(number);
      expect(cards).toHaveLength(error === 'message_not_found' ? 1 : 2);
      const card = cards.at(-1);
      expect(card?.ts).not.toBe(old?.ts);
      expect(JSON.stringify(card?.blocks)).toContain('takes the place of an earlier one');
      expect(card?.thread.at(-1)?.text).toContain('Cancelled by');
    },
  );

  test('for its thread is posted anew as well, and a new card whose answer is lost does not stand twice', async () => {
    const { slack } = await start();
    const number = await bot.request('C0SHOP');
    await bot.settles(number, 'waiting for approval');
    slack.fail({ method: 'chat.update', times: 1, how: 'refused', error: 'cant_update_message' });
    slack.fail({ method: 'chat.postMessage', times: 2, how: 'drop-reply' });
    slack.fail({ method: 'conversations.history', times: 1, how: '503' });
    await bot.happens(number, cancelled);
    await bot.settles(number, 'cancelled');
    expect(bot.cards(number)).toHaveLength(2);
    expect(bot.said(number)).toEqual(['thread:1:1', 'thread:1:2']);
  });
});

test('a message that Slack takes in no form holds nothing up, is tried seldom, and comes when it is taken', async () => {
  const { slack } = await start();
  const number = await bot.request('C0SHOP');
  await bot.settles(number, 'waiting for approval');
  const lift = slack.fail({
    method: 'chat.update',
    times: Infinity,
    how: 'refused',
    error: 'invalid_blocks',
  });
  await runs(number);
  await slack.until(() => bot.said(number).length > 3 && errors().length > 0);
  expect(bot.cards(number)[0]?.text).toContain('waiting for approval');
  expect(errors()[0]?.words).toContain('refuses this message in every form');
  lift();
  await everythingIsTold(number);
});

describe('an outage from before the start of a run to after its end', () => {
  test.each(['503', 'silent', 'reset', 'html'] as const)(
    '(%s) leaves everything to be told when it is over, also to the process that starts meanwhile',
    async (how) => {
      const { slack } = await start();
      const number = await bot.request('C0SHOP');
      await bot.settles(number, 'waiting for approval');
      const over = slack.outage(how);
      await runs(number);
      await slack.until(() => calls('chat.update').some(({ ok }) => !ok));
      await bot.stop();
      await bot.start();
      await delay(500);
      over();
      await everythingIsTold(number);
      expect(labels(bot.cards(number)[0]?.blocks ?? [])).toEqual(['Details']);
    },
  );
});
