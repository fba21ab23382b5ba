import { App, LogLevel, type Logger as BoltLogger } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';

import { passBy } from '../../domain/fault-point.ts';
import { judgeFailure } from '../failure.ts';
import { answerEverything } from './answer-everything.ts';
import { createHttpMode, type HttpModeSettings } from './http-mode.ts';
import { type ObservedCall, observedFetch } from './observed-fetch.ts';
import { createSeldom, type Seldom } from './seldom.ts';
import { createSocketMode, type SocketModeSettings } from './socket-mode.ts';
import type { Transport } from './transport.ts';

/** How Slack is reached, and how it reaches us. */
export interface SlackConnection {
  botToken: string;
  /** Base of the Web API, ends in `/api/`; undefined means Slack's own. */
  apiUrl: string | undefined;
  transport: SocketModeSettings | HttpModeSettings;
  /** Deployments are under way that must be brought to their end, be it without Slack. */
  goesOnWithout: boolean;
  now: () => number;
  log: Logger;
  /** Absent: nobody counts. */
  observe?: SlackObserver;
}

/** Who counts what goes on between Slack and us. */
export interface SlackObserver {
  called(call: ObservedCall): void;
  /** What a person did was acknowledged. */
  answered(act: { kind: string; seconds: number }): void;
}

/** The ways to Slack: Bolt's for people's clicks, one for look-ups, and a client of its own for background messages. */
export interface Slack {
  app: App;
  outboxClient: WebClient;
  /** For who people are; a limit there never keeps a form from opening. */
  lookUpClient: WebClient;
  /** The bot's own workspace. Rejects while Slack does not say. */
  teamId(): Promise<string>;
  /** Its address, ends in `/`; null while Slack does not say. */
  workspaceUrl(): Promise<string | null>;
  /** Why nothing that a person does reaches us now, in words; null: it does. */
  problem(): string | null;
  start(): Promise<void>;
  /** Takes nothing new, waits up to 3 s for what was taken, and lets go. */
  stop(): Promise<void>;
}

const callTimeoutMs = 8_000;
const betweenAsksMs = 15_000;
/** A click waits for nobody: two quick tries, then a clear error. */
const listenerRetry = { retries: 2, factor: 1.5, minTimeout: 200, maxTimeout: 1_000 };

/**
 * Checks the token, and builds the clients and the one transport that is configured; nothing is taken before `start`.
 * Rejects where Slack refuses the token; where it gives no answer, the bot goes on and asks again when it must know.
 */
export async function connectSlack(connection: SlackConnection): Promise<Slack> {
  const { botToken, apiUrl, now, log, observe } = connection;
  const seldom = createSeldom(now);
  const logger = boltLogger(log, seldom);
  const options = {
    ...(apiUrl && { slackApiUrl: apiUrl }),
    fetch: observedFetch((call) => observe?.called(call)),
    rejectRateLimitedCalls: true,
    logger,
  };
  const patient = { ...options, timeout: callTimeoutMs, retryConfig: listenerRetry };
  const lookUpClient = new WebClient(botToken, patient);
  const identity = createIdentity(lookUpClient);
  await identity.ask().catch((error: unknown) => judgeStart(connection, error));
  // A bot that started without Slack must not need somebody's click to find out that Slack is back.
  const asking = setInterval(() => void identity.ask().catch(() => undefined), betweenAsksMs).unref();
  const app = new App({
    authorize: async () => ({ botToken }),
    receiver: noReceiver,
    clientOptions: patient,
    logger,
  });
  const outboxClient = new WebClient(botToken, { ...options, timeout: 10_000, retryConfig: { retries: 0 } });
  const answering = answerEverything(app, {
    now,
    log,
    seldom,
    reach: passBy,
    answered: (act) => observe?.answered(act),
  });
  const transport = createTransport(connection, { logger, seldom });
  return {
    app,
    outboxClient,
    lookUpClient,
    teamId: async () => (await identity.ask()).teamId,
    workspaceUrl: async () =>
      await identity.ask().then(
        ({ url }) => url,
        () => null,
      ),
    problem: () => transport.problem() ?? identity.problem(),
    start: async () => await transport.start(answering),
    stop: async () => {
      clearInterval(asking);
      await transport.stop();
    },
  };
}

interface Workspace {
  teamId: string;
  url: string | null;
}

interface Identity {
  /** The workspace of the token: Slack is asked until it said so once. */
  ask(): Promise<Workspace>;
  problem(): string | null;
}

function createIdentity(client: WebClient): Identity {
  let known: Workspace | null = null;
  let problem = 'Slack has not said yet which workspace the bot token is of';
  return {
    ask: async () => {
      try {
        if (known !== null) return known;
        const { team_id: teamId = '', url = null } = await client.auth.test();
        known = { teamId, url };
        return known;
      } catch (error) {
        const failure = judgeFailure(error);
        if (failure.kind === 'place') problem = refusedToken(failure.code);
        throw error;
      }
    },
    problem: () => (known === null ? problem : null),
  };
}

const refusedToken = (code: string): string => `Slack does not take SLACK_BOT_TOKEN: ${code}`;

/** A refused token ends a start, unless servers are half done; silence never does. */
function judgeStart({ goesOnWithout, log }: SlackConnection, error: unknown): void {
  const failure = judgeFailure(error);
  if (failure.kind === 'place' && !goesOnWithout)
    throw new Error(refusedToken(failure.code), { cause: error });
  log.error({ error }, 'Slack does not say who we are: Lamplighter starts without it, and goes on asking');
}

function createTransport(
  { transport, apiUrl, goesOnWithout, now, log }: SlackConnection,
  { logger, seldom }: { logger: BoltLogger; seldom: Seldom },
): Transport {
  return transport.by === 'socket'
    ? createSocketMode(transport, { apiUrl, goesOnWithout, logger, log, seldom })
    : createHttpMode(transport, { now, log, seldom });
}

/** The transport hands requests to the app itself, so the app needs no receiver of its own. */
const noReceiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
};

/**
 * Slack's libraries log through ours, each line at most once an hour: an outage would fill the log. Their debug lines
 * hold whole bodies and are dropped.
 */
function boltLogger(log: Logger, seldom: Seldom): BoltLogger {
  const words = (parts: unknown[]): string =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  const write = (level: 'warn' | 'error', parts: unknown[]): void =>
    seldom(words(parts), () => log[level](words(parts)));
  return {
    debug: () => undefined,
    info: (...parts) => log.debug(words(parts)),
    warn: (...parts) => write('warn', parts),
    error: (...parts) => write('error', parts),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
