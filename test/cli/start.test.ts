import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { removeLater } from '../helpers/remove-later.ts';

let slack: LocalSlack;
let taken: Server;
const directory = mkdtempSync(join(tmpdir(), 'll-start-'));
beforeAll(async () => {
  slack = await startSlack({ botToken: 'xoxb-1', appToken: 'xapp-1', people: [], channels: [] });
  taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  await slack.close();
  taken.close();
  removeLater(directory);
});

/** Runs `start` until it ends by itself. */
async function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'start'], {
    env: {
      PATH: process.env['PATH'],
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'secret-1',
      SLACK_API_URL: slack.apiUrl,
      SLACK_HTTP_HOST: '127.0.0.1',
      LAMPLIGHTER_CONFIG: resolve('examples/config/opcon-rules.yaml'),
      DATABASE_URL: `file:${join(directory, 'lamplighter.db')}`,
      LOG_FORMAT: 'json',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((ended) => child.once('exit', ended));
  return { code, said };
}

test.each(['PORT', 'HTTP_PORT'])(
  'a %s that is taken is one sentence, and the process ends with exit code 1',
  async (name) => {
    const port = String((taken.address() as AddressInfo).port);
    const { code, said } = await start({ PORT: '0', HTTP_PORT: '0', [name]: port });
    expect(said).toContain(`${name} ${port} on 127.0.0.1 cannot be listened on`);
    expect(code).toBe(1);
  },
);

test.each([
  ['SLACK_BOT_TOKEN', 'xoxb-wrong', {}],
  ['SLACK_APP_TOKEN', 'xapp-wrong', { SLACK_SIGNING_SECRET: '' }],
])(
  'a %s that Slack refuses is one sentence, and the process ends with exit code 1',
  async (name, value, more) => {
    const { code, said } = await start({ PORT: '0', HTTP_PORT: '0', ...more, [name]: value });
    expect(said).toContain(`Slack does not take ${name}: invalid_auth`);
    expect(code).toBe(1);
  },
);
