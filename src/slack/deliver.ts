import {
  type KnownBlock,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  type WebClient,
} from '@slack/web-api';
import type { Logger } from 'pino';

import type { Reach } from '../domain/fault-point.ts';
import type { Store, StoredMessage } from '../store/store.ts';
import { cut } from './escape.ts';

/** The calls that background messages need. */
export type OutboxClient = Pick<WebClient, 'chat' | 'conversations'>;

interface DeliverNeeds {
  store: Store;
  client: OutboxClient;
  now: () => number;
  log: Pick<Logger, 'warn' | 'error'>;
  reach: Reach;
  pace: { betweenEditsOfOneCard: number };
}

const metadataType = 'lamplighter_message';
const longestRetryMs = 60_000;

/**
 * Brings one message to Slack. The row says `sending` before the call; whatever the call leaves unknown is read back
 * before anything is posted again.
 */
export async function deliver(needs: DeliverNeeds, stale: StoredMessage): Promise<void> {
  const message = (await needs.store.message(stale.key)) ?? stale;
  if (message.state === 'dead' || message.saidDigest === message.digest) return;
  try {
    if (message.ts === null) await post(needs, message);
    else await edit(needs, message, message.ts);
  } catch (error) {
    await settleFailure(needs, message, error);
  }
}

async function post(needs: DeliverNeeds, message: StoredMessage): Promise<void> {
  if (message.state === 'unknown') {
    const found = await readBack(needs, message);
    if (found) {
      const { ts, digest } = found;
      return await needs.store.setDelivery(message.id, {
        state: 'delivered',
        ts,
        saidDigest: digest,
        error: null,
      });
    }
  }
  await needs.store.setDelivery(message.id, { state: 'sending' });
  await needs.reach('outbox:before-send');
  const { ts } = await needs.client.chat.postMessage({
    channel: message.channel,
    ...content(message),
    ...(message.threadTs !== null && { thread_ts: message.threadTs }),
    ...(message.threadTs !== null && message.broadcast && { reply_broadcast: true }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: metadataType, event_payload: { key: message.key, digest: message.digest } },
  } as Parameters<WebClient['chat']['postMessage']>[0]);
  await needs.reach('outbox:after-send');
  if (ts === undefined) throw new Error('Slack took the message and named no ts');
  await delivered(needs, message, ts);
}

async function edit(needs: DeliverNeeds, message: StoredMessage, ts: string): Promise<void> {
  await needs.reach('outbox:before-send');
  await needs.client.chat.update({ channel: message.channel, ts, ...content(message) });
  await needs.reach('outbox:after-send');
  await delivered(needs, message, ts);
}

async function delivered(needs: DeliverNeeds, message: StoredMessage, ts: string): Promise<void> {
  const notBefore = needs.now() + needs.pace.betweenEditsOfOneCard;
  await needs.store.setDelivery(message.id, {
    state: 'delivered',
    ts,
    saidDigest: message.digest,
    notBefore,
    error: null,
  });
}

/** After refused blocks only the words are sent: a plain message beats none. */
function content(message: StoredMessage): { text: string; blocks: KnownBlock[] } {
  const { text, blocks } = JSON.parse(message.payload) as { text: string; blocks: KnownBlock[] };
  return refusedBlocks.has(message.error ?? '') ? { text: cut(text, 3_000), blocks: [] } : { text, blocks };
}

/** Finds a message of which nobody knows whether Slack took it, by its metadata. */
async function readBack(
  needs: DeliverNeeds,
  message: StoredMessage,
): Promise<{ ts: string; digest: string } | null> {
  const { channel, threadTs } = message;
  const options = { channel, include_all_metadata: true, limit: 200 };
  const answer =
    threadTs === null
      ? await needs.client.conversations.history(options)
      : await needs.client.conversations.replies({ ...options, ts: threadTs });
  for (const { ts, metadata } of answer.messages ?? []) {
    const payload: Record<string, unknown> = { ...metadata?.event_payload };
    if (ts !== undefined && payload['key'] === message.key) return { ts, digest: String(payload['digest']) };
  }
  return null;
}

const refusedBlocks = new Set([
  'invalid_blocks',
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_blocks_format',
]);
const goneForEditing = new Set([
  'message_not_found',
  'edit_window_closed',
  'cant_update_message',
  'is_inactive',
]);
const readBackImpossible = new Set([
  'missing_scope',
  'not_allowed_token_type',
  'method_not_supported_for_channel_type',
]);

async function settleFailure(needs: DeliverNeeds, message: StoredMessage, error: unknown): Promise<void> {
  const { store, log } = needs;
  const retryAt = needs.now() + Math.min(longestRetryMs, 1_000 * 2 ** Math.min(message.attempts, 6));
  // A refused read-back has said nothing about the message: it is read back again before it is posted.
  const stillWanted = message.state === 'unknown' ? 'unknown' : 'wanted';
  if (error instanceof WebAPIRateLimitedError) {
    const notBefore = needs.now() + error.retryAfter * 1_000;
    return await store.setDelivery(message.id, { state: stillWanted, notBefore, error: 'ratelimited' });
  }
  if (!(error instanceof WebAPIPlatformError)) {
    const text = error instanceof WebAPIHTTPError ? `HTTP ${error.statusCode}` : String(error);
    log.warn(
      { message: message.key, error: text },
      'Slack gave no clear answer; it is read back before the next try',
    );
    return await store.setDelivery(message.id, { state: 'unknown', notBefore: retryAt, error: text });
  }
  const code = error.data.error;
  if (message.state === 'unknown' && readBackImpossible.has(code)) {
    log.warn(
      { message: message.key },
      'what Slack has cannot be read back (history scope): posting it, perhaps twice',
    );
    return await store.setDelivery(message.id, { state: 'wanted', error: code });
  }
  if (message.ts !== null && goneForEditing.has(code)) {
    log.warn(
      { message: message.key, error: code },
      'this message cannot be edited any more; the thread goes on',
    );
    return await store.setDelivery(message.id, { state: 'dead', error: code });
  }
  if (refusedBlocks.has(code) && refusedBlocks.has(message.error ?? '')) {
    log.error(
      { message: message.key, error: code },
      'Slack refuses this message in every form; it is given up',
    );
    return await store.setDelivery(message.id, { state: 'dead', error: code });
  }
  log.warn({ message: message.key, error: code }, 'Slack refused a message; it is tried again');
  const notBefore = refusedBlocks.has(code) ? needs.now() : retryAt;
  await store.setDelivery(message.id, { state: stillWanted, notBefore, error: code });
}
