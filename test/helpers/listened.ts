import type { App } from '@slack/bolt';

import type { BotNeeds } from '../../src/slack/bot.ts';
import { listen } from '../../src/slack/listen.ts';

/** What Slack sends to listeners, in Bolt's words. */
export type Kind = 'command' | 'action' | 'view' | 'options' | 'shortcut' | 'event';

/** What the bot listens to by name, asked of `listen` itself. */
export function listenedTo(): { kind: Kind; id: string }[] {
  const heard: { kind: Kind; id: string }[] = [];
  const app = new Proxy({} as App, {
    get: (_, kind: Kind) => (id: string | RegExp) =>
      void (typeof id === 'string' && heard.push({ kind, id })),
  });
  listen(app, {} as BotNeeds);
  return heard;
}
