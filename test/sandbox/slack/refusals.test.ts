import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { JsonObject } from '../../../src/sandbox/slack/json.ts';
import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startWorkspace } from './bolt-app.ts';

const long = (length: number): string => 'x'.repeat(length);
const plain = (length: number): JsonObject => ({ type: 'plain_text', text: long(length) });
const mrkdwn = (length: number): JsonObject => ({ type: 'mrkdwn', text: long(length) });
const section = (more: JsonObject = {}): JsonObject => ({ type: 'section', text: mrkdwn(1), ...more });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('what the Web API refuses', () => {
  let slack: LocalSlack;
  let client: WebClient;
  beforeAll(async () => {
    slack = await startWorkspace();
    client = new WebClient('xoxb-test', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  });
  afterAll(async () => await slack.close());

  const post = async (more: Record<string, unknown>): Promise<unknown> =>
    await client.apiCall('chat.postMessage', { channel: 'C0DEPLOY', text: 'words', ...more });
  const refusal = (error: string) => ({ data: { ok: false, error } });

  test('faults of blocks come back with their places', async () => {
    const answer = post({ blocks: [{ type: 'header', text: plain(151) }] });
    await expect(answer).rejects.toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: {
          messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
        },
      },
    });
    expect(slack.channel('C0DEPLOY').messages()).toEqual([]);
  });

  test('12,000 characters of block text are taken, one more is not', async () => {
    const sections = times(4, () => section({ text: mrkdwn(3_000) }));
    await expect(post({ blocks: sections })).resolves.toMatchObject({ ok: true });
    await expect(post({ blocks: [...sections, section()] })).rejects.toMatchObject(
      refusal('msg_blocks_too_long'),
    );
  });

  test('a view of more than 250 kB is refused, though each of its parts is small enough', async () => {
    const wide = { type: 'section', fields: times(10, () => mrkdwn(2_000)) };
    const publish = async (count: number): Promise<unknown> =>
      await client.apiCall('views.publish', {
        user_id: 'U0ANA',
        view: { type: 'home', blocks: times(count, () => wide) },
      });
    await expect(publish(12)).resolves.toMatchObject({ ok: true });
    await expect(publish(13)).rejects.toMatchObject(refusal('view_too_large'));
  });

  test('a post keeps the first 40,000 characters of its text', async () => {
    const { ts } = await client.chat.postMessage({ channel: 'C0DEPLOY', text: long(40_001) });
    const found = slack
      .channel('C0DEPLOY')
      .messages()
      .find((message) => message.ts === ts);
    expect(found?.text).toHaveLength(40_000);
  });

  test('an edit takes 4,000 characters of text, and not one more', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: 'C0DEPLOY', text: 'words' });
    const edit = { channel: 'C0DEPLOY', ts };
    await expect(client.chat.update({ ...edit, text: long(4_000) })).resolves.toMatchObject({ ok: true });
    await expect(client.chat.update({ ...edit, text: long(4_001) })).rejects.toMatchObject(
      refusal('msg_too_long'),
    );
  });

  test.each([
    ['an unknown channel', { channel: 'C0NONE' }, 'channel_not_found'],
    ['a channel the bot is not in', { channel: 'C0CLOSED' }, 'not_in_channel'],
    ['no words at all', { text: '' }, 'no_text'],
    ['a thread that is not there', { thread_ts: '1.000001' }, 'thread_not_found'],
    [
      'metadata with a capital letter',
      { metadata: { event_type: 'Card', event_payload: {} } },
      'invalid_metadata_format',
    ],
  ])('a post is refused for %s', async (_what, more, error) => {
    await expect(post(more)).rejects.toMatchObject(refusal(error));
  });

  test('an archived channel takes neither posts nor edits', async () => {
    const own = await startWorkspace();
    const other = new WebClient('xoxb-test', { slackApiUrl: own.apiUrl, retryConfig: { retries: 0 } });
    const { ts = '' } = await other.chat.postMessage({ channel: 'C0DEPLOY', text: 'words' });
    own.archive('C0DEPLOY');
    await expect(other.chat.postMessage({ channel: 'C0DEPLOY', text: 'more' })).rejects.toMatchObject(
      refusal('is_archived'),
    );
    await expect(other.chat.update({ channel: 'C0DEPLOY', ts, text: 'more' })).rejects.toMatchObject(
      refusal('is_inactive'),
    );
    await own.close();
  });

  test('a wrong token and an unknown method are told apart', async () => {
    const stranger = new WebClient('xoxb-wrong', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
    await expect(stranger.auth.test()).rejects.toMatchObject(refusal('invalid_auth'));
    await expect(client.apiCall('chat.postMesage')).rejects.toMatchObject(refusal('unknown_method'));
  });
});
