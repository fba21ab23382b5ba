import { WebAPIPlatformError } from '@slack/web-api';

import type { StoredMessage } from '../../store/messages.ts';
import { isNotice } from '../notices/notice-row.ts';
import type { DeliverNeeds } from './delivery.ts';

/** Where a message is posted: its channel, or the conversation with its reader. Rejects where Slack opens none. */
export async function openPlace(
  { client, log, seldom }: Pick<DeliverNeeds, 'client' | 'log' | 'seldom'>,
  message: StoredMessage,
): Promise<string> {
  if (!isNotice(message)) return message.channel;
  if (message.place !== null) return message.place;
  try {
    const { channel } = await client.conversations.open({ users: message.channel });
    return channel?.id ?? message.channel;
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError) || error.data.error !== 'missing_scope') throw error;
    seldom('no im:write', () =>
      log.warn('direct messages are posted without opening them first (the scope im:write is missing)'),
    );
    return message.channel;
  }
}

/** Where a message stands in Slack. */
export function placeOf({ place, channel }: StoredMessage): string {
  return place ?? channel;
}
