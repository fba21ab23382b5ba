import { findMessage, messagePayload } from './messages.ts';
import { settled } from './until.ts';
import { interactiveBase, responseUrlOf, send, triggerOf, type Wire } from './wire.ts';

/** Where a shortcut is used: on a message, or anywhere. */
export type ShortcutPlace = { channel: string; ts: string } | null;

/** Uses a shortcut of the app, from its menu or from that of a message; false when the app did not acknowledge. */
export async function useShortcut(
  wire: Wire,
  user: string,
  { callbackId, place }: { callbackId: string; place: ShortcutPlace },
): Promise<boolean> {
  const { world } = wire;
  const base = { callback_id: callbackId, action_ts: world.newTs(), ...triggerOf(wire, user) };
  const answer = await send(wire, 'interactive', {
    ...interactiveBase(wire, user, place ? 'message_action' : 'shortcut'),
    ...base,
    ...(place && aboutMessage(wire, user, place)),
  });
  await settled(world, wire.settleMs);
  return answer.acknowledged;
}

function aboutMessage(wire: Wire, user: string, { channel, ts }: { channel: string; ts: string }) {
  const { world } = wire;
  const message = findMessage(world, channel, ts);
  if (!message) throw new Error(`There is no message ${ts} in ${channel}.`);
  return {
    channel: { id: channel, name: world.channels.get(channel)?.name ?? channel },
    message_ts: ts,
    message: messagePayload(world, message, false),
    ...responseUrlOf(wire, { user, channel, messageTs: ts, ephemeral: false }),
  };
}
