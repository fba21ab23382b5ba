import type { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startBolt, startWorkspace } from './bolt-app.ts';

const channel = 'C0DEPLOY';
const refusal = (error: string) => ({ data: { ok: false, error } });

describe('faults on demand', () => {
  let slack: LocalSlack;
  let client: WebClient;
  let stop: () => Promise<void>;
  let heard: string[];
  let responseUrl: string;
  let acknowledges: boolean;
  const start = async (more: Parameters<typeof startWorkspace>[0] = {}): Promise<void> => {
    slack = await startWorkspace({ ackTimeoutMs: 400, ...more });
    client = new WebClient('xoxb-test', {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });
    ({ stop } = await startBolt(slack, (app: App) => {
      app.command('/say', async ({ command, ack }) => {
        heard.push(command.text);
        responseUrl = command.response_url;
        if (acknowledges) await ack();
      });
    }));
  };
  beforeEach(() => {
    heard = [];
    acknowledges = true;
  });
  afterEach(async () => {
    await stop();
    await slack.close();
  });
  const post = async (text: string): Promise<unknown> => await client.chat.postMessage({ channel, text });
  const texts = (): string[] =>
    slack
      .channel(channel)
      .messages()
      .map(({ text }) => text);
  const say = async (text: string): Promise<boolean> =>
    (await slack.person('U0ANA').types(`/say ${text}`, { channel })).acknowledged;

  test('a call is answered 429 as often as told, and only in its channel', async () => {
    await start();
    slack.fail({ method: 'chat.postMessage', channel, times: 2, how: 'ratelimited', retryAfter: 7 });
    await expect(post('one')).rejects.toMatchObject({ retryAfter: 7 });
    await client.chat.postMessage({ channel: 'C0ONLYANA', text: 'elsewhere' });
    await expect(post('two')).rejects.toMatchObject({ retryAfter: 7 });
    await post('three');
    expect(texts()).toEqual(['three']);
  });

  test('a dropped reply leaves the message there, a dropped request does not', async () => {
    await start();
    slack.fail({ method: 'chat.postMessage', how: 'drop-reply' });
    await expect(post('kept')).rejects.toThrow('fetch failed');
    slack.fail({ method: 'chat.postMessage', how: 'drop-request' });
    await expect(post('lost')).rejects.toThrow('fetch failed');
    slack.fail({ method: 'chat.postMessage', how: '500' });
    await expect(post('lost too')).rejects.toMatchObject({ statusCode: 500 });
    expect(texts()).toEqual(['kept']);
  });

  test.each([
    ['502', { statusCode: 502 }, []],
    ['html', { data: { ok: false, error: expect.stringContaining('<html>') } }, []],
    ['refused', { data: { ok: false, error: 'fatal_error' } }, []],
    ['reset', { message: expect.stringContaining('fetch failed') }, []],
    ['html-reply', { data: { ok: false, error: expect.stringContaining('<html>') } }, ['said']],
    ['refused-reply', { data: { ok: false, error: 'fatal_error' } }, ['said']],
    ['reset-reply', { message: expect.stringContaining('fetch failed') }, ['said']],
  ] as const)(
    '%s answers so, and only the -reply faults leave the message there',
    async (how, answer, left) => {
      await start();
      slack.fail({ method: 'chat.postMessage', how, error: 'fatal_error' });
      await expect(post('said')).rejects.toMatchObject(answer);
      expect(texts()).toEqual(left);
    },
  );

  test.each([
    ['silent', []],
    ['silent-reply', ['said']],
  ] as const)('%s never answers', async (how, left) => {
    await start();
    slack.fail({ method: 'chat.postMessage', how });
    const hasty = new WebClient('xoxb-test', {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      timeout: 200,
    });
    await expect(hasty.chat.postMessage({ channel, text: 'said' })).rejects.toThrow('timeout');
    expect(texts()).toEqual(left);
  });

  test('an outage fails every call and every websocket until it is over', async () => {
    await start();
    const over = slack.outage('503');
    await expect(post('lost')).rejects.toMatchObject({ statusCode: 503 });
    await slack.until(() => slack.connections() === 0);
    over();
    await post('kept');
    expect(texts()).toEqual(['kept']);
  });

  test('a channel the bot is not in refuses it, and a message that is deleted is gone', async () => {
    await start();
    slack.removeBot(channel);
    await expect(post('lost')).rejects.toMatchObject(refusal('not_in_channel'));
    slack.inviteBot(channel);
    await post('kept');
    const ts = slack.channel(channel).messages()[0]?.ts ?? '';
    slack.deleteMessage({ channel, ts });
    await expect(client.chat.update({ channel, ts, text: 'other' })).rejects.toMatchObject(
      refusal('message_not_found'),
    );
  });

  test('metadata comes back when asked for, so that a dropped reply can be found again', async () => {
    await start();
    slack.fail({ method: 'chat.postMessage', how: 'drop-reply' });
    const metadata = { event_type: 'message_key', event_payload: { key: 'card-1' } };
    await expect(client.chat.postMessage({ channel, text: 'x', metadata })).rejects.toThrow('fetch failed');
    const { messages } = await client.conversations.history({ channel, include_all_metadata: true });
    expect(messages?.map((message) => message.metadata)).toEqual([metadata]);
    const without = await client.conversations.history({ channel });
    expect(without.messages?.[0]?.metadata).toBeUndefined();
  });

  test('the next envelope can be delivered three times', async () => {
    await start();
    slack.redeliverNext(3);
    expect(await say('once')).toBe(true);
    await say('again');
    expect(heard).toEqual(['once', 'once', 'once', 'again']);
  });

  test('two sockets share the envelopes, and a refresh of one loses nothing', async () => {
    await start();
    await say('before');
    slack.refresh();
    expect(slack.connections()).toBe(1);
    expect(await say('during')).toBe(true);
    await slack.until(() => slack.connections() === 2);
    slack.refresh('warning');
    expect(await say('after')).toBe(true);
    expect(heard).toEqual(['before', 'during', 'after']);
  });

  test('after every socket was cut the app comes back by itself', async () => {
    await start();
    slack.dropSockets();
    await slack.until(() => slack.connections() === 0);
    expect(await say('still here')).toBe(true);
  });

  test('a listener that acknowledges nothing leaves operation_timeout before the person', async () => {
    await start();
    acknowledges = false;
    expect(await say('hello')).toBe(false);
    expect(slack.person('U0ANA').ephemerals().at(-1)?.text).toContain('operation_timeout');
  });

  test('a revoked token is refused', async () => {
    await start();
    slack.revokeToken('bot');
    await expect(post('x')).rejects.toMatchObject(refusal('token_revoked'));
  });

  test('a response_url is good for five answers within half an hour', async () => {
    let clock = Date.UTC(2026, 0, 1);
    await start({ now: () => clock });
    const respond = async (): Promise<number> =>
      (
        await fetch(responseUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"text":"x"}',
        })
      ).status;
    await say('first');
    expect([await respond(), await respond(), await respond(), await respond(), await respond()]).toEqual([
      200, 200, 200, 200, 200,
    ]);
    expect(await respond()).toBe(404);
    await say('second');
    clock += 30 * 60_000 + 1;
    expect(await respond()).toBe(404);
    expect(slack.person('U0ANA').ephemerals()).toHaveLength(5);
  });

  test('with real rate limits a channel takes one post a second, and a workspace 50 edits a minute', async () => {
    let clock = Date.UTC(2026, 0, 1);
    await start({ now: () => clock, rateLimits: true });
    await post('one');
    await expect(post('too soon')).rejects.toMatchObject({ retryAfter: 1 });
    clock += 1_000;
    await post('two');
    const ts = slack.channel(channel).messages()[0]?.ts ?? '';
    const edit = async (): Promise<unknown> => await client.chat.update({ channel, ts, text: 'edited' });
    for (let count = 0; count < 50; count += 1) await edit();
    await expect(edit()).rejects.toMatchObject({ retryAfter: 60 });
    expect(texts()).toEqual(['edited', 'two']);
  });

  test('what never comes is named, with the last calls of the app', async () => {
    await start();
    await post('x');
    await expect(slack.until(() => false, 50)).rejects.toThrow(
      /did not come within 50 ms\. The last calls of the app: .*chat\.postMessage ok\./,
    );
  });
});
