import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { outgoingFile } from '../../src/slack/outbox/outgoing.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { type SpeakingBot, startSpeakingBot } from '../helpers/speaking-bot.ts';

let bot: SpeakingBot | null = null;
let directory = '';

async function start(scopes?: string[]): Promise<{ bot: SpeakingBot; deployment: number }> {
  directory = mkdtempSync(join(tmpdir(), 'll-files-'));
  bot = await startSpeakingBot({ file: join(directory, 'bot.db'), ...(scopes && { scopes }) });
  const deployment = await bot.request('C0SHOP');
  await bot.settles(deployment, 'waiting for approval');
  return { bot, deployment };
}

afterEach(async () => {
  await bot?.close();
  bot = null;
  removeLater(directory);
});

const bytes = Buffer.from('first line\nlast line\n');
const picture = { filename: 'log.txt', title: 'What web-1 printed', altText: 'two lines', bytes };

async function want(speaking: SpeakingBot, deployment: number, name = 'one'): Promise<void> {
  const place = { name, deployment, channel: 'C0SHOP', threadOf: `card:${deployment}` };
  await speaking.store().tell(deployment, 0, [outgoingFile(place, picture)], Date.now());
}

/** Names of the files that stand in threads of the channel, in order. */
const standing = ({ slack }: SpeakingBot): string[] =>
  slack
    .channel('C0SHOP')
    .messages()
    .flatMap(({ thread }) => thread.flatMap(({ files, text }) => (files.length > 0 ? [text] : [])));

test('all that a failed task printed comes as one file after the line of its failure, and its last lines stand there too', async () => {
  const { bot: speaking, deployment } = await start();
  const place = { deployment, attempt: 1, task: 2, run: 1 };
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index + 1}`);
  await speaking.store().keepOutput(place, lines.join('\n'));
  const message = 'step install ended with exit code 1';
  await speaking.happens(
    deployment,
    { type: 'queued', behind: null },
    { type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence: 1 },
    { type: 'server_started', server: 'web-1' },
    { type: 'task_intended', task: 2, run: 1, fence: 1 },
    {
      type: 'task_ended',
      task: 2,
      run: 1,
      state: 'error',
      exitCode: 1,
      message,
      lastLines: lines.slice(-20),
      readBack: null,
      durationMs: 5,
    },
    { type: 'server_ended', server: 'web-1', state: 'error', message, to: null },
  );
  await speaking.settles(deployment, 'running');
  await expect.poll(() => standing(speaking)).toEqual(['web-1: all that step install printed']);
  const thread = speaking.cards(deployment)[0]?.thread ?? [];
  const at = thread.findIndex(({ text }) => text.includes('*web-1* failed'));
  const [file] = thread.findLast(({ files }) => files.length > 0)?.files ?? [];
  expect(thread.findIndex(({ files }) => files.length > 0)).toBeGreaterThan(at);
  const rowOf = async (key: string) => (await speaking.store().message(key))?.id ?? 0;
  // Rows of a thread are sent in their order.
  expect(await rowOf(`file:log:${deployment}:1:2:1`)).toBeGreaterThan(await rowOf(`thread:${deployment}:7`));
  expect(JSON.stringify(thread[at]?.blocks)).toContain('line 500');
  expect(speaking.slack.file(file ?? '')?.bytes.toString()).toBe(lines.join('\n'));
  expect(speaking.slack.file(file ?? '')?.name).toBe(`${deployment}-web-1-step-install.txt`);
});

const calls = ({ slack }: SpeakingBot, name: string) =>
  slack.calls().filter(({ method }) => method === `files.${name}`);

async function isDelivered(speaking: SpeakingBot): Promise<void> {
  await expect
    .poll(async () => (await speaking.store().message('file:one'))?.state, { timeout: 5_000 })
    .toBe('delivered');
}

test('a file comes once into the thread of its card, with its bytes, and these are let go', async () => {
  const { bot: speaking, deployment } = await start();
  await want(speaking, deployment);
  await want(speaking, deployment);
  await isDelivered(speaking);
  expect(standing(speaking)).toEqual(['What web-1 printed']);
  const [upload] = calls(speaking, 'getUploadURLExternal');
  expect(upload?.arguments).toMatchObject({
    filename: 'log.txt',
    length: String(bytes.length),
    alt_txt: 'two lines',
  });
  expect(await speaking.store().file('file:one')).toMatchObject({ bytes: null });
});

test.each(['drop-reply', '503', 'html-reply'] as const)(
  'whether a file stands after %s is looked up by its name before it is shown again',
  async (how) => {
    const { bot: speaking, deployment } = await start();
    speaking.slack.fail({ method: 'files.completeUploadExternal', how });
    await want(speaking, deployment);
    await isDelivered(speaking);
    expect(standing(speaking)).toEqual(['What web-1 printed']);
    expect(calls(speaking, 'getUploadURLExternal')).toHaveLength(1);
    expect(speaking.slack.calls().some(({ method }) => method === 'conversations.replies')).toBe(true);
  },
);

test('a process that died while it showed a file leaves one file, not two', async () => {
  const { bot: speaking, deployment } = await start();
  speaking.slack.fail({ method: 'files.completeUploadExternal', how: 'silent-reply' });
  await want(speaking, deployment);
  await expect.poll(() => standing(speaking)).toHaveLength(1);
  await speaking.stop();
  await speaking.start();
  await isDelivered(speaking);
  expect(standing(speaking)).toEqual(['What web-1 printed']);
});

test('without the scope for files every word is said, the log says what is missing, and the doctor is not alarmed', async () => {
  const { bot: speaking, deployment } = await start(['chat:write', 'channels:history', 'groups:history']);
  await want(speaking, deployment);
  await expect.poll(async () => (await speaking.store().message('file:one'))?.state).toBe('dead');
  await speaking.happens(deployment, { type: 'queued', behind: null });
  await speaking.settles(deployment, 'waiting for the environment');
  expect(speaking.said(deployment)).toEqual([`thread:${deployment}:1`, `thread:${deployment}:2`]);
  expect(speaking.log().filter(({ words }) => words.includes('files:write'))).toHaveLength(1);
  expect(await speaking.store().undeliveredByChannel()).toEqual([]);
  expect(speaking.outbox().trouble()).toBeNull();
});

test('while the address for bytes is shut, the thread goes on, and the file comes later', async () => {
  const { bot: speaking, deployment } = await start();
  const open = speaking.slack.fail({ method: 'files.getUploadURLExternal', how: 'reset', times: Infinity });
  await want(speaking, deployment);
  await speaking.happens(deployment, { type: 'queued', behind: null });
  await expect.poll(() => speaking.said(deployment)).toContain(`thread:${deployment}:2`);
  expect(standing(speaking)).toEqual([]);
  open();
  await isDelivered(speaking);
  expect(standing(speaking)).toEqual(['What web-1 printed']);
});
