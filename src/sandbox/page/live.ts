import type { ServerResponse } from 'node:http';

import type { Json } from '../slack/json.ts';
import { emojiIn } from './emoji.ts';
import type { PageParts } from './page-parts.ts';
import type { ChatSnapshot } from './snapshot.ts';
import type { FleetWatch } from './watch-fleet.ts';

/** Changes within this time are pushed together. */
const breathMs = 40;
const betweenPulsesMs = 15_000;

/** Pushes everything one person sees, and the fleet, after each change until the browser goes away. */
export function pushLive(
  parts: PageParts,
  watch: FleetWatch,
  viewer: string,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const chat = createPush(response, 'chat', () => chatSnapshot(parts, viewer));
  const fleet = createPush(response, 'fleet', () => watch.latest());
  const stops = [parts.slack.onChange(chat.soon), watch.watch(fleet.soon)];
  const pulse = setInterval(() => response.write(': still here\n\n'), betweenPulsesMs);
  chat.soon();
  response.on('close', () => {
    clearInterval(pulse);
    for (const stop of [...stops, chat.stop, fleet.stop]) stop();
  });
}

/** What one person sees, with all that the page needs to draw it. */
function chatSnapshot(
  { slack, players, commands, shortcuts, hintFor }: PageParts,
  viewer: string,
): ChatSnapshot {
  const screen = slack.screen(viewer).content();
  // Through JSON, so that what is looked through is exactly what is sent.
  const emoji = emojiIn(JSON.parse(JSON.stringify(screen)) as Json);
  return { screen, players, emoji, commands, shortcuts, hint: hintFor(screen) };
}

/** Says nothing twice: an unchanged snapshot is not sent again. */
function createPush(response: ServerResponse, event: string, read: () => object) {
  let timer: NodeJS.Timeout | null = null;
  let last = '';
  const push = (): void => {
    timer = null;
    const data = JSON.stringify(read());
    if (data === last) return;
    last = data;
    response.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  return {
    soon: (): void => {
      timer ??= setTimeout(push, breathMs);
    },
    stop: (): void => {
      if (timer) clearTimeout(timer);
    },
  };
}
