import Bottleneck from 'bottleneck';
import type { Logger } from 'pino';

import type { Reach } from '../domain/fault-point.ts';
import type { Store, StoredMessage } from '../store/store.ts';
import { deliver } from './deliver.ts';
import type { DeliveryPace, OutboxClient } from './delivery.ts';
import { createHolds, pacedPlace, placesOf } from './holds.ts';
import { createSeldom } from './seldom.ts';
import { createTroubles } from './trouble.ts';
import { settleUnwritten } from './unwritten.ts';

/** How fast background messages go out, in milliseconds; Slack allows about one post a second and channel. */
export interface Pace extends DeliveryPace {
  betweenPosts: number;
  betweenEdits: number;
  /** How long what happens is gathered before it is told together. */
  betweenTellings: number;
  /** How often is looked for what is due, besides when something happens. */
  betweenLooks: number;
}

/** What Slack's limits leave room for. */
export const slackPace: Pace = {
  betweenPosts: 1_100,
  betweenEdits: 1_300,
  betweenEditsOfOneCard: 3_000,
  betweenTellings: 400,
  betweenLooks: 1_000,
  firstRetry: 1_000,
  longestRetry: 30_000,
  betweenTriesOfRefused: 60_000,
  betweenTriesOfDead: 3_600_000,
};

/** What the outbox is built with. */
export interface OutboxNeeds {
  store: Store;
  /** A client of its own: no retries, rate limits rejected, so that no modal ever waits behind a post. */
  client: OutboxClient;
  now: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  reach: Reach;
  pace: Pace;
  /** Where administrators are told that a channel is told nothing; null: nowhere. */
  adminChannel: () => string | null;
}

/** Sends wanted messages until stopped. */
export interface Outbox {
  /** Looks for wanted messages now. */
  wake(): void;
  /** What keeps Slack from being told, in one sentence with the way out; null while all is well. */
  trouble(): string | null;
  stop(): Promise<void>;
}

const batchSize = 200;
const channelTimeoutMs = 6 * 3_600_000;

/** Starts sending: channels side by side, each message after the one before it. */
export function startOutbox(options: OutboxNeeds): Outbox {
  const holds = createHolds();
  const seldom = createSeldom(options.now);
  const needs = { ...options, holds, seldom, troubles: createTroubles({ ...options, holds }) };
  const { store, now, log } = needs;
  const limits = createLimits(options.pace);
  const inFlight = new Map<number, Promise<void>>();
  /** Keys of messages whose fate could not be written down: their rows may say `sending` for ever. */
  const unwritten = new Set<string>();
  const state = { stopped: false, looking: Promise.resolve(), again: false };
  const isHeld = (message: StoredMessage): boolean =>
    holds.until([pacedPlace(message), ...placesOf(message)]) > now();

  const send = async (message: StoredMessage): Promise<void> => {
    try {
      await limits.schedule(message, async () => {
        if (!state.stopped && !isHeld(message)) await deliver(needs, message);
      });
    } catch (error) {
      unwritten.add(message.key);
      if (!state.stopped)
        log.error({ error, message: message.key }, 'a message could not be sent; it stays wanted');
    }
  };
  const look = async (): Promise<void> => {
    await settleUnwritten(store, unwritten);
    for (const message of await store.undelivered(now(), batchSize)) {
      if (inFlight.has(message.id) || state.stopped) continue;
      // What came since its channel was found closed must not stand in the way of other channels.
      const until = holds.until(placesOf(message));
      if (until > now()) await store.tryNext(message.channel, until);
      if (isHeld(message)) continue;
      const sending = send(message).finally(() => {
        inFlight.delete(message.id);
        wake();
      });
      inFlight.set(message.id, sending);
    }
  };
  const wake = (): void => {
    if (state.stopped || state.again) return;
    state.again = true;
    state.looking = state.looking.then(async () => {
      state.again = false;
      await look().catch((error: unknown) => log.error({ error }, 'could not look for messages to send'));
    });
  };
  const timer = setInterval(wake, options.pace.betweenLooks);
  wake();
  return {
    wake,
    trouble: () => needs.troubles.sentence(),
    stop: async () => {
      state.stopped = true;
      clearInterval(timer);
      await state.looking;
      await limits.stop();
      await Promise.all(inFlight.values());
    },
  };
}

interface Limits {
  /** Runs the work when Slack's limits leave room for this message. */
  schedule(message: StoredMessage, work: () => Promise<void>): Promise<void>;
  /** Forgets what still waits; its rows stay wanted. */
  stop(): Promise<void>;
}

function createLimits(pace: Pace): Limits {
  const posts = new Bottleneck.Group({
    maxConcurrent: 1,
    minTime: pace.betweenPosts,
    timeout: channelTimeoutMs,
  });
  const edits = new Bottleneck({ maxConcurrent: 4, minTime: pace.betweenEdits });
  return {
    schedule: async (message, work) =>
      await (message.ts === null ? posts.key(message.channel) : edits).schedule(work),
    stop: async () => {
      const all = [edits, ...posts.limiters().map(({ limiter }) => limiter)];
      await Promise.all(all.map(async (limiter) => await limiter.stop({ dropWaitingJobs: true })));
    },
  };
}
