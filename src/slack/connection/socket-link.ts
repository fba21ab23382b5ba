import { setTimeout as delay } from 'node:timers/promises';

import { type Logger as BoltLogger, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from 'pino';

import { judgeFailure } from '../failure.ts';
import type { AnsweringApp } from './answer-everything.ts';
import type { Seldom } from './seldom.ts';

/** What one way to Slack over a websocket is kept up with. */
export interface SocketLinkNeeds {
  appToken: string;
  /** Base of the Web API, ends in `/api/`; undefined means Slack's own. */
  apiUrl: string | undefined;
  logger: BoltLogger;
  log: Pick<Logger, 'warn'>;
  seldom: Seldom;
}

/** One websocket at a time, for ever. */
export interface SocketLink {
  isUp(): boolean;
  /** Why the last try to connect failed, in words; null where it did not. */
  problem(): string | null;
  /** Connects, and connects anew whenever it must, until stopped; resolves with the first try, null when it succeeded. */
  start(answering: AnsweringApp): Promise<string | null>;
  stop(): Promise<void>;
}

/** A connection that came about; in an object, for a promise of a promise would be waited for to its end. */
interface Connected {
  ended: Promise<void>;
}

const callTimeoutMs = 8_000;
const connectLimitMs = 15_000;
/** A silent connection is given up after this long, and its peer is asked a third of it. */
const pongLimitMs = 3_000;
const firstPauseMs = 250;
const longestPauseMs = 30_000;
/** A connection that lived shorter than this counts as one more failure: a refusal must not become a hot loop. */
const shortLifeMs = 2_000;

/**
 * Keeps one websocket to Slack. Each is a client of its own that never reconnects by itself: Slack's library waits 5 s
 * before it does, gives up for good after some errors, and has no limit for a connection that is never answered.
 */
export function createSocketLink(needs: SocketLinkNeeds): SocketLink {
  const stopping = new AbortController();
  const state: { receiver: SocketModeReceiver | null; problem: string | null; failures: number } = {
    receiver: null,
    problem: null,
    failures: 0,
  };
  let running: Promise<void> = Promise.resolve();

  const connect = async (answering: AnsweringApp): Promise<Connected | null> => {
    const receiver = createReceiver(needs);
    receiver.init(answering.app);
    const ended = untilItEnds(receiver, answering);
    try {
      await startInTime(receiver);
      if (stopping.signal.aborted) throw new Error('stopped');
      Object.assign(state, { receiver, problem: null });
      return { ended };
    } catch (error) {
      close(receiver);
      const failure = judgeFailure(error);
      state.problem = failure.kind === 'unclear' ? failure.words : wordsOf(failure);
      return null;
    }
  };
  const keep = async (answering: AnsweringApp, first: Promise<Connected | null>): Promise<void> => {
    let connected = first;
    while (!stopping.signal.aborted) {
      const connection = await connected;
      const since = performance.now();
      if (connection) await Promise.race([connection.ended, aborted(stopping.signal)]);
      else needs.seldom(`socket ${state.problem}`, () => warn(needs, state.problem));
      state.failures = connection && performance.now() - since > shortLifeMs ? 0 : state.failures + 1;
      await pause(state.failures, stopping.signal);
      if (!stopping.signal.aborted) connected = connect(answering);
    }
  };
  return {
    isUp: () => state.receiver?.client.websocket?.isActive() ?? false,
    problem: () => state.problem,
    start: async (answering) => {
      const first = connect(answering);
      running = keep(answering, first);
      await first;
      return state.problem;
    },
    stop: async () => {
      stopping.abort();
      if (state.receiver) close(state.receiver);
      await running;
    },
  };
}

function warn({ log }: SocketLinkNeeds, problem: string | null): void {
  log.warn({ error: problem }, 'no websocket to Slack; it is tried again, at least twice a minute');
}

function wordsOf(failure: Exclude<ReturnType<typeof judgeFailure>, { kind: 'unclear' }>): string {
  return failure.kind === 'limited' ? 'Slack limits how often it may be connected to' : failure.code;
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  if (failures === 0) return;
  const milliseconds = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 10));
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function startInTime(receiver: SocketModeReceiver): Promise<void> {
  const done = new AbortController();
  const late = delay(connectLimitMs, undefined, { signal: done.signal }).then(
    () => Promise.reject(new Error(`no websocket within ${connectLimitMs / 1_000} s`)),
    () => undefined,
  );
  try {
    await Promise.race([receiver.start(), late]);
  } finally {
    done.abort();
  }
}

/**
 * Resolves when the connection is over, or when Slack asks for another one: what is being worked on is then answered
 * over the old connection, which is closed after that, while the next one opens.
 */
async function untilItEnds(receiver: SocketModeReceiver, { settled }: AnsweringApp): Promise<void> {
  const { client } = receiver;
  await new Promise<void>((resolve) => {
    client.once('disconnected', () => resolve());
    const listeners = client.listeners('ws_message');
    client.removeAllListeners('ws_message');
    client.on('ws_message', (data: unknown, isBinary: unknown) => {
      if (!asksToLeave(data)) return listeners.forEach((listen) => listen.call(client, data, isBinary));
      resolve();
      void settled().then(() => close(receiver));
    });
  });
}

function asksToLeave(data: unknown): boolean {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return false;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && 'type' in frame && frame.type === 'disconnect';
  } catch {
    return false;
  }
}

/** Twice: the first asks the peer to close, the second cuts whatever did not answer. */
function close({ client }: SocketModeReceiver): void {
  client.disconnect().catch(() => undefined);
  setTimeout(() => client.websocket?.disconnect(), closeLimitMs).unref();
}

const closeLimitMs = 500;

function createReceiver({ appToken, apiUrl, logger }: SocketLinkNeeds): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    clientPingTimeout: pongLimitMs,
    installerOptions: {
      clientOptions: {
        timeout: callTimeoutMs,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        logger,
        ...(apiUrl && { slackApiUrl: apiUrl }),
      },
    },
  } as ConstructorParameters<typeof SocketModeReceiver>[0]);
}
