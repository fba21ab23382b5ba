import { settled } from './until.ts';
import type { Wire } from './wire.ts';
import type { StoredMessage } from './world.ts';

/** The app hears what a person writes to it in their direct messages (`message.im`). */
export async function hearDirect(wire: Wire, message: StoredMessage): Promise<void> {
  const { world, outlet } = wire;
  const { user, channel, text, ts, threadTs } = message;
  await outlet.deliver({
    type: 'events_api',
    payload: {
      token: 'stand-in',
      team_id: world.team.id,
      api_app_id: world.bot.appId,
      type: 'event_callback',
      event_id: world.newId('Ev0'),
      event_time: Math.floor(world.now() / 1_000),
      event: {
        type: 'message',
        channel_type: 'im',
        user,
        channel,
        text,
        ts,
        event_ts: ts,
        ...(threadTs !== null && { thread_ts: threadTs }),
      },
    },
  });
  await settled(world, wire.settleMs);
}
