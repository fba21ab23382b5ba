import { App, LogLevel, type Logger as BoltLogger } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';

import { passBy } from '../domain/fault-point.ts';
import { answerEverything } from './answer-everything.ts';
import { createHttpMode, type HttpModeSettings } from './http-mode.ts';
import { createSeldom } from './seldom.ts';
import { createSocketMode, type SocketModeSettings } from './socket-mode.ts';
import type { Transport } from './transport.ts';

/** How Slack is reached, and how it reaches us. */
export interface SlackConnection {
  botToken: string;
  /** Base of the Web API, ends in `/api/`; undefined means Slack's own. */
  apiUrl: string | undefined;
  transport: SocketModeSettings | HttpModeSettings;
  now: () => number;
  log: Logger;
}

/** The two ways to Slack: Bolt's for people's clicks, and a client of its own for background messages. */
export interface Slack {
  app: App;
  outboxClient: WebClient;
  teamId: string;
  botUserId: string;
  /** True while what a person does can reach us: over a socket, or at the listening server. */
  isConnected(): boolean;
  start(): Promise<void>;
  /** Takes nothing new, waits up to 3 s for what was taken, and lets go. */
  stop(): Promise<void>;
}

const callTimeoutMs = 8_000;
/** A click waits for nobody: two quick tries, then a clear error. */
const listenerRetry = { retries: 2, factor: 1.5, minTimeout: 200, maxTimeout: 1_000 };

/** Checks the token, and builds both clients and the one transport that is configured; nothing is taken before `start`. */
export async function connectSlack(connection: SlackConnection): Promise<Slack> {
  const { botToken, apiUrl, now, log } = connection;
  const logger = boltLogger(log);
  const seldom = createSeldom(now);
  const base = apiUrl && { slackApiUrl: apiUrl };
  const app = new App({
    token: botToken,
    receiver: noReceiver,
    clientOptions: { timeout: callTimeoutMs, retryConfig: listenerRetry, logger, ...base },
    logger,
    deferInitialization: true,
  });
  await app.init();
  const identity = await app.client.auth.test();
  const outboxClient = new WebClient(botToken, {
    ...base,
    timeout: 10_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger,
  });
  const answering = answerEverything(app, { log, seldom, reach: passBy });
  const transport = createTransport(connection, logger, seldom);
  return {
    app,
    outboxClient,
    teamId: identity.team_id ?? '',
    botUserId: identity.user_id ?? '',
    isConnected: () => transport.isConnected(),
    start: async () => await transport.start(answering.app),
    stop: async () => await transport.stop(answering.settled),
  };
}

function createTransport(
  { transport, apiUrl, now, log }: SlackConnection,
  logger: BoltLogger,
  seldom: ReturnType<typeof createSeldom>,
): Transport {
  return transport.by === 'socket'
    ? createSocketMode(transport, { apiUrl, logger })
    : createHttpMode(transport, { now, log, seldom });
}

/** The transport hands requests to the app itself, so the app needs no receiver of its own. */
const noReceiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
};

/** Slack's libraries log through ours; their debug lines hold whole bodies and are dropped. */
function boltLogger(log: Logger): BoltLogger {
  const words = (parts: unknown[]): string =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: (...parts) => log.debug(words(parts)),
    warn: (...parts) => log.warn(words(parts)),
    error: (...parts) => log.error(words(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
