import { deliverEvent } from './deliver-event.ts';
import { directChannel } from './methods/channels.ts';
import { viewPayload } from './view-stack.ts';
import type { Wire } from './wire.ts';

/** Opens the app's home tab: the app hears of it, and may publish anew. */
export async function openHome(wire: Wire, user: string): Promise<void> {
  const { world } = wire;
  const home = world.homes.get(user);
  await deliverEvent(wire, {
    type: 'app_home_opened',
    user,
    channel: directChannel(world, user),
    tab: 'home',
    event_ts: world.newTs(),
    ...(home && { view: viewPayload(world, home) }),
  });
}
