import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { Reach } from '../../domain/fault-point.ts';
import { createPacedLane, type PacedLane } from '../../domain/paced-lane.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import { createSeldom } from '../connection/seldom.ts';
import type { NoticeGate } from '../notices/notice-gate.ts';
import { deliver } from './deliver.ts';
import type { DeliveryPace } from './delivery.ts';
import { createHolds, isFile, pacedPlace, placesOf } from './holds.ts';
import type { OutboxClient } from './outbox-client.ts';
import { createRefusedBlocks } from './refused-blocks.ts';
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
  /** Epoch milliseconds that go on evenly: a clock that is set back must not put off what is to be said. */
  now: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  reach: Reach;
  pace: Pace;
  /** Judges direct messages at the moment of sending. */
  gate: NoticeGate;
  /** Where administrators are told that a channel is told nothing; null: nowhere. */
  adminChannel: () => string | null;
  /** Is told that Slack shows a message that was wanted since then (epoch milliseconds); absent: nobody is. */
  said?: (message: { kind: string; wantedAt: number }) => void;
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
const notSent = 'a message could not be sent; it stays wanted';

/** Starts sending: channels side by side, each message after the one before it. */
export function startOutbox(options: OutboxNeeds): Outbox {
  const holds = createHolds();
  const seldom = createSeldom(options.now);
  const troubles = createTroubles({ ...options, holds });
  const needs = { ...options, holds, seldom, troubles, refusedBlocks: createRefusedBlocks(options) };
  const { store, now, log } = needs;
  const limits = createLimits(options);
  const inFlight = new Map<number, Promise<void>>();
  /** Keys of messages whose fate could not be written down: their rows may say `sending` for ever. */
  const unwritten = new Set<string>();
  const state = { stopped: false, looking: Promise.resolve(), again: false, isNew: true };
  const isHeld = (message: StoredMessage): boolean =>
    holds.until([pacedPlace(message), ...placesOf(message)]) > now();

  /** False where not even its fate could be written down. */
  const send = async (message: StoredMessage): Promise<boolean> => {
    const work = async (): Promise<void> =>
      state.stopped || isHeld(message) ? undefined : await deliver(needs, message);
    const failed = await failureOf(limits.schedule(message, work));
    if (failed === null) return true;
    unwritten.add(message.key);
    if (!state.stopped)
      log.error({ ...failed, message: message.key, deployment: message.deployment }, notSent);
    return false;
  };
  const look = async (): Promise<void> => {
    if (state.isNew) await store.endPauses();
    state.isNew = false;
    await settleUnwritten(store, unwritten);
    for (const message of await store.undelivered(now(), batchSize)) {
      if (inFlight.has(message.id) || state.stopped) continue;
      // What came since its channel was found closed must not stand in the way of other channels.
      const until = holds.until(placesOf(message));
      if (until > now()) await store.tryNext(message.channel, until);
      if (isHeld(message)) continue;
      // After a failure the next look is the clock's: at once, it would fail again and again.
      const sending = send(message).then((wasWritten) => {
        inFlight.delete(message.id);
        if (wasWritten) wake();
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
      limits.stop();
      await Promise.all(inFlight.values());
    },
  };
}

async function failureOf(work: Promise<void>): Promise<{ error: unknown } | null> {
  return await work.then(
    () => null,
    (error: unknown) => ({ error }),
  );
}

interface Limits {
  /** Runs the work when Slack's limits leave room for this message. */
  schedule(message: StoredMessage, work: () => Promise<void>): Promise<void>;
  /** Nothing waits any more: what is left sees for itself that all is over, and its rows stay wanted. */
  stop(): void;
}

function createLimits({ pace, now: elapsed }: Pick<OutboxNeeds, 'pace' | 'now'>): Limits {
  const edits = createPacedLane({ atOnce: 4, betweenMs: pace.betweenEdits, elapsed, pause });
  // A megabyte that is slow must not keep the words of its channel waiting.
  const uploads = createPacedLane({ atOnce: 2, betweenMs: pace.betweenPosts, elapsed, pause });
  const channels = new Map<string, PacedLane>();
  const posts = (channel: string): PacedLane => {
    const lane =
      channels.get(channel) ?? createPacedLane({ atOnce: 1, betweenMs: pace.betweenPosts, elapsed, pause });
    channels.set(channel, lane);
    return lane;
  };
  return {
    schedule: async (message, work) => {
      if (isFile(message.key)) return await uploads.schedule(work);
      await (message.ts === null ? posts(message.channel) : edits).schedule(work);
    },
    stop: () => {
      for (const lane of [edits, uploads, ...channels.values()]) lane.stop();
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
