import { sayBrokenElsewhere } from '../../wording/glass.ts';
import { section } from '../blocks.ts';
import { outgoingMessage } from './outgoing.ts';
import type { Companion } from './story.ts';

/** What administrators are told in their own channel: glass was broken. Nothing where they read it anyway. */
export function tellBrokenGlass(adminChannel: () => string | null): Companion {
  return async ({ base, plan }, news) => {
    const { deployment, channel } = base;
    const to = adminChannel();
    if (to === null || to === channel) return [];
    return news.flatMap(({ event, version }) => {
      if (event.type !== 'glass_broken') return [];
      const { people, reason } = event;
      const environment = plan.environment.name;
      const text = sayBrokenElsewhere(deployment, { environment, channel, people, reason });
      const key = `glass:${deployment}:${version}`;
      const address = { key, deployment, channel: to, threadOf: null, broadcast: false };
      return [outgoingMessage(address, { text, blocks: [section(text)] })];
    });
  };
}
