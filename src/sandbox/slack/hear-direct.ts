import { deliverEvent } from './deliver-event.ts';
import { settled } from './until.ts';
import type { Wire } from './wire.ts';
import type { StoredMessage } from './world.ts';

/** The app hears what a person writes to it in their direct messages (`message.im`). */
export async function hearDirect(wire: Wire, message: StoredMessage): Promise<void> {
  const { user, channel, text, ts, threadTs } = message;
  await deliverEvent(wire, {
    type: 'message',
    channel_type: 'im',
    user,
    channel,
    text,
    ts,
    event_ts: ts,
    ...(threadTs !== null && { thread_ts: threadTs }),
  });
  await settled(wire.world, wire.settleMs);
}
