import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { LogPlace } from '../../store/log-head.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import { context } from '../blocks.ts';
import type { Outbox } from './outbox.ts';

/** What anchoring is built with. */
export interface AnchorNeeds {
  store: Store;
  now: () => number;
  log: Pick<Logger, 'error'>;
  /** The channel of the administrators at the moment; null: there is none, and nothing is posted. */
  channel: () => string | null;
}

/** What keeps the head of the log in Slack, where whoever can write the database cannot change it. */
export interface Anchoring {
  /** Posts the head as it is now, waits for Slack to have it but not longer than 2 s, and stops. */
  stop(): Promise<void>;
}

const tickMs = 60_000;
const leastBetweenMs = 60 * 60_000;
const stopLimitMs = 2_000;
const prefix = 'anchor:';
/** Half of the hash, which nobody can hit on purpose either. */
const shownDigits = 32;

/** The place as `audit verify --anchor` takes it. */
export function sayPlace({ seq, hash }: LogPlace): string {
  return `${seq}:${hash.slice(0, shownDigits)}`;
}

/** Starts posting the head of the log: when something new happened, at most once an hour, and when the bot stops. */
export function startAnchoring(needs: AnchorNeeds, outbox: Pick<Outbox, 'wake'>): Anchoring {
  const anchorInTime = (): void => {
    anchor(needs, leastBetweenMs).catch((error: unknown) =>
      needs.log.error({ error }, 'the head of the log could not be anchored; it is tried again'),
    );
  };
  const timer = setInterval(anchorInTime, tickMs);
  anchorInTime();
  return {
    stop: async () => {
      clearInterval(timer);
      try {
        const key = await anchor(needs, 0);
        outbox.wake();
        if (key !== null) await delivered(needs, key);
      } catch (error) {
        needs.log.error({ error }, 'the head of the log could not be anchored before the stop');
      }
    },
  };
}

/** Wants the head in the channel unless it is there, or another is too young; answers its key when it is new. */
async function anchor({ store, now, channel }: AnchorNeeds, leastMs: number): Promise<string | null> {
  const [to, head] = [channel(), await store.logHead()];
  if (to === null || head === null) return null;
  const message = anchorMessage(head, to);
  if (await store.message(message.key)) return null;
  const newestAt = await store.newestMessageAt(prefix);
  if (newestAt !== null && now() - newestAt < leastMs) return null;
  await store.tell(head.deployment, 0, [message], now());
  return message.key;
}

/** Never edited: another head is another message. */
function anchorMessage(head: LogPlace, channel: string): OutgoingMessage {
  const place = sayPlace(head);
  const text = `The log stands at \`${place}\`. \`lamplighter audit verify --anchor ${place}\` proves that nothing up to it was changed or cut off.`;
  const payload = JSON.stringify({ text, blocks: [context(text)] });
  const digest = createHash('sha256').update(payload).digest('hex');
  const address = { key: `${prefix}${place}`, deployment: head.deployment, channel };
  return { ...address, threadOf: null, broadcast: false, payload, digest };
}

async function delivered({ store, now }: AnchorNeeds, key: string): Promise<void> {
  const givesUpAt = now() + stopLimitMs;
  while (now() < givesUpAt && (await store.message(key))?.state !== 'delivered') await delay(25);
}
