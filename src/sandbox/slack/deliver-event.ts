import type { JsonObject } from './json.ts';
import type { Wire } from './wire.ts';

/** The app hears of something that happened, as the Events API tells it. */
export async function deliverEvent(
  { world, outlet }: Wire,
  event: { type: string } & JsonObject,
): Promise<void> {
  await outlet.deliver({
    type: 'events_api',
    payload: {
      token: 'stand-in',
      team_id: world.team.id,
      api_app_id: world.bot.appId,
      type: 'event_callback',
      event_id: world.newId('Ev0'),
      event_time: Math.floor(world.now() / 1_000),
      event,
    },
  });
}
