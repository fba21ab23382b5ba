import { directChannel } from './methods/channels.ts';
import { viewPayload } from './view-stack.ts';
import type { Wire } from './wire.ts';

/** Opens the app's home tab: the app hears of it, and may publish anew. */
export async function openHome(wire: Wire, user: string): Promise<void> {
  const { world, outlet } = wire;
  const home = world.homes.get(user);
  const seconds = Math.floor(world.now() / 1_000);
  await outlet.deliver({
    type: 'events_api',
    payload: {
      token: 'stand-in',
      team_id: world.team.id,
      api_app_id: world.bot.appId,
      type: 'event_callback',
      event_id: world.newId('Ev0'),
      event_time: seconds,
      event: {
        type: 'app_home_opened',
        user,
        channel: directChannel(world, user),
        tab: 'home',
        event_ts: world.newTs(),
        ...(home && { view: viewPayload(world, home) }),
      },
    },
  });
}
