import { createHash } from 'node:crypto';

import type { Logger } from 'pino';

import type { OutgoingMessage, StoredMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import { sayToldAgain, sayUndelivered } from '../../wording/undelivered.ts';
import { type MessageContent, section } from '../blocks.ts';
import type { Failure } from '../failure.ts';
import { type Holds, placesOf } from './holds.ts';

/** What keeps Slack from being told, known from the first refusal to the first success after it. */
export interface Troubles {
  /** Slack refuses a place until a person mends something. */
  refused(message: StoredMessage, failure: Extract<Failure, { kind: 'place' }>): Promise<void>;
  /** Slack gives no clear answer. */
  unclear(words: string): void;
  /** Something was told here, so what kept it from that is over. */
  over(message: StoredMessage): Promise<void>;
  /** One sentence with the way out; null while all is well. */
  sentence(): string | null;
}

interface TroubleNeeds {
  store: Store;
  now: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  holds: Holds;
  /** Where administrators are told of it; null: nowhere. */
  adminChannel: () => string | null;
}

/** An outage shorter than this is Slack's daily life. */
const outageMs = 60_000;

/** No trouble is known yet: a process finds out anew, because it tries everything at its start. */
export function createTroubles(needs: TroubleNeeds): Troubles {
  const known = new Map<string, { channel: string; code: string }>();
  const toldSinceStart = new Set<string>();
  let outage: { since: number; words: string } | null = null;

  const end = (place: string): void => {
    needs.holds.release(place);
    if (known.delete(place)) needs.log.info({ place }, sayToldAgain(place));
  };

  return {
    refused: async (message, { code, reach }) => {
      const { channel } = message;
      const place = reach === 'channel' ? channel : '*';
      if (known.get(place)?.code === code) return;
      known.set(place, { channel, code });
      toldSinceStart.delete(channel);
      const sentence = sayUndelivered(channel, code);
      needs.log.error({ channel, error: code }, sentence);
      if (reach === 'channel') await tellAdministrators(needs, message, sentence);
    },
    unclear: (words) => {
      if (!outage)
        needs.log.warn({ error: words }, 'Slack gave no clear answer; it is looked up before the next try');
      outage = { since: outage?.since ?? needs.now(), words };
    },
    over: async (message) => {
      const ended = placesOf(message).filter((place) => known.has(place));
      const wide = outage !== null || ended.includes('*');
      outage = null;
      for (const place of ended) end(place);
      if (wide || ended.length > 0) await needs.store.tryNext(wide ? null : message.channel, 0);
      if (toldSinceStart.has(message.channel)) return;
      toldSinceStart.add(message.channel);
      await tellItIsOver(needs, message.channel);
    },
    sentence: () => {
      const [trouble] = known.values();
      if (trouble) return sayUndelivered(trouble.channel, trouble.code);
      if (outage === null || needs.now() - outage.since < outageMs) return null;
      return sayUndelivered('', outage.words);
    },
  };
}

const noteOf = (channel: string): string => `trouble:${channel}`;

/** One note for each channel, and a new one when it is refused again: a restart tells nobody twice of the same. */
async function tellAdministrators(
  needs: TroubleNeeds,
  { channel, deployment }: StoredMessage,
  sentence: string,
): Promise<void> {
  const adminChannel = needs.adminChannel();
  if (adminChannel === null || adminChannel === channel || channel === '') return;
  const note = noteMessage({ key: noteOf(channel), deployment, channel: adminChannel }, sentence);
  const earlier = await needs.store.message(note.key);
  if (earlier?.digest === note.digest) return;
  if (earlier) await needs.store.postAnew(note.key, 0);
  await needs.store.tell(deployment, 0, [note], needs.now());
}

/** The note that was left, be it by a process before this one, says so from now on. */
async function tellItIsOver(needs: TroubleNeeds, channel: string): Promise<void> {
  const note = await needs.store.message(noteOf(channel));
  if (!note) return;
  const over = noteMessage(note, sayToldAgain(channel));
  if (note.digest !== over.digest) await needs.store.tell(note.deployment, 0, [over], needs.now());
}

function noteMessage(
  { key, deployment, channel }: Pick<OutgoingMessage, 'key' | 'deployment' | 'channel'>,
  sentence: string,
): OutgoingMessage {
  const content: MessageContent = { text: sentence, blocks: [section(sentence)] };
  const payload = JSON.stringify(content);
  const digest = createHash('sha256').update(payload).digest('hex');
  return { key, deployment, channel, threadOf: null, broadcast: false, payload, digest };
}
