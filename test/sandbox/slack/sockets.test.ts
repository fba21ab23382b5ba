import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startWorkspace } from './bolt-app.ts';

let slack: LocalSlack;
beforeEach(async () => {
  slack = await startWorkspace();
});
afterEach(async () => await slack.close());

const openUrl = async (): Promise<string> => {
  const client = new WebClient('xapp-test', { slackApiUrl: slack.apiUrl });
  return (await client.apps.connections.open()).url ?? '';
};

test('several sockets take turns, and a ticket opens only one', async () => {
  const heard: string[] = [];
  const connect = async (name: string, url: string): Promise<void> => {
    const socket = new WebSocket(url);
    socket.on('message', (data) => {
      const { envelope_id: id } = JSON.parse((data as Buffer).toString('utf8')) as { envelope_id?: string };
      if (id === undefined) return;
      heard.push(name);
      socket.send(JSON.stringify({ envelope_id: id }));
    });
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  };
  const url = await openUrl();
  await connect('first', url);
  await connect('second', await openUrl());
  await expect(connect('third', url)).rejects.toThrow('socket hang up');
  expect(slack.connections()).toBe(2);
  const ana = slack.person('U0ANA');
  for (let count = 0; count < 4; count += 1) await ana.types('/say', { channel: 'C0DEPLOY' });
  expect(heard).toEqual(['first', 'second', 'first', 'second']);
});
