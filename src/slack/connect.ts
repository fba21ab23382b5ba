import { App, LogLevel, type Logger as BoltLogger, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';

/** How Slack is reached. */
export interface SlackConnection {
  botToken: string;
  appToken: string;
  /** Base of the Web API, ends in `/api/`; undefined means Slack's own. */
  apiUrl: string | undefined;
  log: Logger;
}

/** The two ways to Slack: Bolt's for people's clicks, and a client of its own for background messages. */
export interface Slack {
  app: App;
  outboxClient: WebClient;
  teamId: string;
  botUserId: string;
  /** True while at least one of the two sockets is connected. */
  isConnected(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const callTimeoutMs = 8_000;
/** A click waits for nobody: two quick tries, then a clear error. */
const listenerRetry = { retries: 2, factor: 1.5, minTimeout: 200, maxTimeout: 1_000 };
/** Connecting goes on for ever, at least twice a minute. */
const receiverRetry = { forever: true, factor: 1.5, minTimeout: 500, maxTimeout: 30_000 };
const pingTimeoutMs = 3_000;

/** Checks the token and builds both clients and two Socket Mode receivers, so that a refresh of one loses nothing. */
export async function connectSlack(connection: SlackConnection): Promise<Slack> {
  const { botToken, apiUrl, log } = connection;
  const logger = boltLogger(log);
  const clientOptions = {
    timeout: callTimeoutMs,
    retryConfig: listenerRetry,
    logger,
    ...(apiUrl && { slackApiUrl: apiUrl }),
  };
  const receivers = [createReceiver(connection, logger), createReceiver(connection, logger)] as const;
  const app = new App({
    token: botToken,
    receiver: receivers[0],
    clientOptions,
    logger,
    deferInitialization: true,
  });
  await app.init();
  receivers[1].init(app);
  const identity = await app.client.auth.test();
  const outboxClient = new WebClient(botToken, {
    ...(apiUrl && { slackApiUrl: apiUrl }),
    timeout: 10_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger,
  });
  return {
    app,
    outboxClient,
    teamId: identity.team_id ?? '',
    botUserId: identity.user_id ?? '',
    isConnected: () => receivers.some((receiver) => receiver.client.websocket?.isActive() ?? false),
    start: async () => {
      await Promise.all(receivers.map(async (receiver) => await receiver.start()));
    },
    stop: async () => {
      await Promise.allSettled(receivers.map(async (receiver) => await receiver.client.disconnect()));
    },
  };
}

function createReceiver({ appToken, apiUrl }: SlackConnection, logger: BoltLogger): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken,
    logger,
    clientPingTimeout: pingTimeoutMs,
    installerOptions: {
      clientOptions: {
        timeout: callTimeoutMs,
        retryConfig: receiverRetry,
        logger,
        ...(apiUrl && { slackApiUrl: apiUrl }),
      },
    },
  } as ConstructorParameters<typeof SocketModeReceiver>[0]);
}

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
