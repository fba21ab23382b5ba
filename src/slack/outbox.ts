import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { createPacedLane, type PacedLane } from '../domain/paced-lane.ts';
import type { Store, StoredMessage } from '../store/store.ts';
import { deliver, type OutboxClient } from './deliver.ts';

/** How fast background messages go out, in milliseconds; Slack allows about one post a second and channel. */
export interface Pace {
  betweenPosts: number;
  betweenEdits: number;
  /** Least time between two edits of one card. */
  betweenEditsOfOneCard: number;
  /** How long what happens is gathered before it is told together. */
  betweenTellings: number;
}

/** What Slack's limits leave room for. */
export const slackPace: Pace = {
  betweenPosts: 1_100,
  betweenEdits: 1_300,
  betweenEditsOfOneCard: 3_000,
  betweenTellings: 400,
};

/** What the outbox is built with. */
export interface OutboxNeeds {
  store: Store;
  /** A client of its own: no retries, rate limits rejected, so that no modal ever waits behind a post. */
  client: OutboxClient;
  /** Epoch milliseconds that go on evenly: a clock that is set back must not put off what is to be said. */
  now: () => number;
  log: Pick<Logger, 'warn' | 'error'>;
  pace: Pace;
}

/** Sends wanted messages until stopped. */
export interface Outbox {
  /** Looks for wanted messages now. */
  wake(): void;
  stop(): Promise<void>;
}

const tickMs = 1_000;
const batchSize = 200;

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Starts sending: channels side by side, each message after the one before it. */
export function startOutbox(needs: OutboxNeeds): Outbox {
  const { pace, now: elapsed } = needs;
  const edits = createPacedLane({ atOnce: 4, betweenMs: pace.betweenEdits, elapsed, pause });
  const channels = new Map<string, PacedLane>();
  const posts = (channel: string): PacedLane => {
    const lane =
      channels.get(channel) ?? createPacedLane({ atOnce: 1, betweenMs: pace.betweenPosts, elapsed, pause });
    channels.set(channel, lane);
    return lane;
  };
  const inFlight = new Map<number, Promise<void>>();
  const state = { stopped: false, looking: Promise.resolve(), again: false, isNew: true };

  const send = async (message: StoredMessage): Promise<void> => {
    try {
      const lane = message.ts === null ? posts(message.channel) : edits;
      await lane.schedule(async () => (state.stopped ? undefined : await deliver(needs, message)));
    } catch (error) {
      needs.log.error({ error, message: message.key }, 'a message could not be sent; it stays wanted');
    }
  };
  const look = async (): Promise<void> => {
    if (state.isNew) await needs.store.endPauses();
    state.isNew = false;
    const wanted = await needs.store.undelivered(needs.now(), batchSize);
    for (const message of wanted) {
      if (inFlight.has(message.id) || state.stopped) continue;
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
      await look().catch((error: unknown) =>
        needs.log.error({ error }, 'could not look for messages to send'),
      );
    });
  };
  const timer = setInterval(wake, tickMs);
  wake();
  return {
    wake,
    stop: async () => {
      state.stopped = true;
      clearInterval(timer);
      await state.looking;
      for (const lane of [edits, ...channels.values()]) lane.stop();
      await Promise.all(inFlight.values());
    },
  };
}
