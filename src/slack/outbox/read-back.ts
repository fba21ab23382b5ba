import { WebAPIPlatformError } from '@slack/web-api';

import type { StoredMessage } from '../../store/messages.ts';
import type { OutboxClient } from './outbox-client.ts';

/** Under which a message of ours is found again in Slack. */
export const metadataType = 'lamplighter_message';

/** What stands in Slack, as far as it can be seen. `unseen`: what is there cannot be read. */
export type ReadBack = { ts: string; digest: string } | 'absent' | 'unseen';

/** How far our clock and Slack's may be apart: history is read from before the message was wanted. */
const clockMarginMs = 3_600_000;
const pageSize = 200;
const noRight = new Set([
  'missing_scope',
  'not_allowed_token_type',
  'method_not_supported_for_channel_type',
  'not_in_channel',
  'channel_not_found',
]);

/** Looks for a message of which nobody knows whether Slack took it, by its metadata. Rejects while Slack gives no answer. */
export async function readBack(client: OutboxClient, message: StoredMessage): Promise<ReadBack> {
  return await searchThreads(client, message, match);
}

/** Looks in its thread for a file by what Slack calls it. Rejects while Slack gives no answer. */
export async function readBackFile(
  client: OutboxClient,
  message: StoredMessage,
  slackId: string,
): Promise<ReadBack> {
  const isIt: Match = ({ ts = '', files = [] }, { digest }) =>
    files.some(({ id }) => id === slackId) ? { ts, digest } : null;
  return await searchThreads(client, message, isIt);
}

type Match = (shown: Shown, message: StoredMessage) => { ts: string; digest: string } | null;

async function searchThreads(client: OutboxClient, message: StoredMessage, isIt: Match): Promise<ReadBack> {
  const { threadTs, earlierThreadTs } = message;
  const there = await search(client, message, { thread: threadTs, isIt });
  // The card may have been posted anew after this line was sent to the old one.
  if (there !== 'absent' || earlierThreadTs === null) return there;
  return await search(client, message, { thread: earlierThreadTs, isIt });
}

async function search(
  client: OutboxClient,
  message: StoredMessage,
  { thread, isIt }: { thread: string | null; isIt: Match },
): Promise<ReadBack> {
  try {
    let cursor = '';
    do {
      const page = await readPage(client, message, { thread, cursor });
      const [found] = (page.messages ?? []).flatMap((shown) => isIt(shown, message) ?? []);
      if (found) return found;
      cursor = page.response_metadata?.next_cursor ?? '';
    } while (cursor !== '');
    return 'absent';
  } catch (error) {
    const code = error instanceof WebAPIPlatformError ? error.data.error : '';
    if (noRight.has(code)) return 'unseen';
    if (code === 'thread_not_found' && thread !== message.threadTs) return 'absent';
    throw error;
  }
}

async function readPage(
  client: OutboxClient,
  { channel, createdAt }: StoredMessage,
  { thread, cursor }: { thread: string | null; cursor: string },
) {
  const options = { channel, include_all_metadata: true, limit: pageSize, ...(cursor !== '' && { cursor }) };
  if (thread !== null) return await client.conversations.replies({ ...options, ts: thread });
  const oldest = String(Math.max(0, createdAt - clockMarginMs) / 1_000);
  return await client.conversations.history({ ...options, oldest });
}

interface Shown {
  ts?: string;
  metadata?: { event_type?: string; event_payload?: object };
  files?: { id?: string }[];
}

/** A message that is posted anew is not the one that it replaces. */
function match(
  { ts, metadata }: Shown,
  { key, replaces }: StoredMessage,
): { ts: string; digest: string } | null {
  const payload: Record<string, unknown> = { ...metadata?.event_payload };
  if (ts === undefined || metadata?.event_type !== metadataType || payload['key'] !== key) return null;
  if (replaces !== null && Number(ts) <= Number(replaces)) return null;
  return { ts, digest: String(payload['digest']) };
}
