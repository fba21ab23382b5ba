import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { pingsOf } from '../../../src/sandbox/slack/pings.ts';
import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startWorkspace } from './bolt-app.ts';

const channel = 'C0DEPLOY';

describe('a file', () => {
  let slack: LocalSlack;
  let client: WebClient;
  beforeEach(async () => {
    slack = await startWorkspace();
    client = new WebClient('xoxb-test', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  });
  afterEach(async () => await slack.close());

  test('that the real client uploads stands whole in the thread it was meant for', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'the card' });
    const content = 'line one\nline two\n';
    await client.filesUploadV2({
      channel_id: channel,
      thread_ts: ts,
      filename: 'install.log',
      content,
      initial_comment: 'the log',
    });
    const [root] = slack.channel(channel).messages();
    const [reply] = root?.thread ?? [];
    expect(reply?.text).toBe('the log');
    const { file } = await client.files.info({ file: reply?.files[0] ?? '' });
    expect(file).toMatchObject({ name: 'install.log', size: content.length, channels: [channel] });
  });

  test('is refused when it was never announced, never came, or came in another length', async () => {
    await expect(client.files.completeUploadExternal({ files: [{ id: 'F0NONE' }] })).rejects.toMatchObject({
      data: { error: 'file_not_found' },
    });
    const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
      filename: 'a',
      length: 5,
    });
    await expect(client.files.completeUploadExternal({ files: [{ id }] })).rejects.toMatchObject({
      data: { error: 'file_not_found' },
    });
    expect((await fetch(url, { method: 'POST', body: 'four' })).status).toBe(400);
    expect((await fetch(url, { method: 'POST', body: 'fives' })).status).toBe(200);
    expect((await client.files.completeUploadExternal({ files: [{ id }] })).ok).toBe(true);
  });
});

test.each(['@here now', 'say "@here"', '*@channel*', '(@everyone)'])(
  '%j in unguarded words would notify',
  (text) => {
    const pings = pingsOf({ text: '', blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] });
    expect(pings).toHaveLength(1);
  },
);

test.each(['mail@here.example', '`@here`'])('%j notifies nobody', (text) => {
  expect(pingsOf({ text: '', blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })).toEqual([]);
});
