import { Writable } from 'node:stream';

import type { App } from '@slack/bolt';
import { pino } from 'pino';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import type { Examined } from '../../src/slack/bot.ts';
import { connectSlack, type Slack } from '../../src/slack/connection/connect.ts';
import { listen } from '../../src/slack/listen.ts';
import { startApp, type TestApp } from './app.ts';
import { buildEnvironment } from './build.ts';

/** The bot's Slack room on the use-cases and a database in memory, in front of the stand-in. */
export interface SlackApp {
  slack: LocalSlack;
  connection: Slack;
  app: TestApp;
  /** What can be chosen; may be changed. */
  catalog: { name: string; description: string }[];
  /** Names of everything that reached Bolt. */
  reached: string[];
  /** Where Slack's requests go; '' in Socket Mode. */
  url: string;
  log(): { msg: string; [key: string]: unknown }[];
  stop(): Promise<void>;
}

/** The signing secret of every test. */
export const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';

const catalog = [
  { name: 'shop@2', description: 'a page', about: { author: 'U0ANA', parts: ['release'] } },
  { name: 'ladder@1', description: 'a ladder', about: { author: 'U0ANA', parts: ['ladder'] } },
];

/** Starts it over one of the transports; `now` is what requests are judged by. */
export async function startSlackApp(options: {
  by: 'http' | 'socket';
  now?: () => number;
  more?: (app: App) => void;
  environment?: Environment;
  /** Answers 429 as Slack does. */
  rateLimits?: boolean;
  /** So many further channels, `C0FLEET0` and so on. */
  channels?: number;
  scopes?: string[];
  catalog?: { name: string; description: string }[];
  examine?: () => Promise<Examined[]>;
}): Promise<SlackApp> {
  const slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    signingSecret,
    people: [
      { id: 'U0ANA', name: 'ana' },
      { id: 'U0BEN', name: 'ben' },
      { id: 'U0CAT', name: 'cat' },
    ],
    channels: [
      { id: 'C0SHOP', name: 'shop' },
      { id: 'C0ADMIN', name: 'admin' },
      ...Array.from({ length: options.channels ?? 0 }, (_, index) => ({
        id: `C0FLEET${index}`,
        name: `fleet-${index}`,
      })),
    ],
    ...(options.rateLimits && { rateLimits: true }),
    ...(options.scopes && { scopes: options.scopes }),
    usergroups: [{ id: 'S0ADM', handle: 'admins', users: ['U0BEN', 'U0CAT'] }],
  });
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });
  const log = pino({ base: null, serializers: { error: String } }, sink);
  const connection = await connectSlack({
    botToken: 'xoxb-1',
    apiUrl: slack.apiUrl,
    now: options.now ?? Date.now,
    goesOnWithout: false,
    log,
    transport:
      options.by === 'http'
        ? { by: 'http', signingSecret, host: '127.0.0.1', port: 0 }
        : { by: 'socket', appToken: 'xapp-1' },
  });
  const app = await startApp([options.environment ?? buildEnvironment()]);
  const reached: string[] = [];
  connection.app.use(async ({ body, next }) => {
    reached.push('type' in body ? String(body.type) : 'command');
    await next();
  });
  options.more?.(connection.app);
  const { examine, catalog: offered = catalog } = options;
  listen(connection.app, { app, listCatalog: async () => offered, ...(examine && { examine }), log });
  await connection.start();
  const read = () => lines.map((line) => JSON.parse(line) as { msg: string; slackUrl?: string });
  const url = read().findLast(({ slackUrl }) => slackUrl !== undefined)?.slackUrl ?? '';
  if (url === '') await slack.until(() => slack.connections() === 2);
  else await slack.setRequestUrl(url);
  return {
    slack,
    connection,
    app,
    catalog,
    reached,
    url,
    log: read,
    stop: async () => {
      await connection.stop();
      await slack.close();
      await app.store.close();
    },
  };
}
