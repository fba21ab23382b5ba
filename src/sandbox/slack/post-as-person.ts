import { findMessage } from './messages.ts';
import type { StoredMessage, World } from './world.ts';

/** What a person writes, and where. */
export interface Writing {
  user: string;
  channel: string;
  threadTs: string | null;
  text: string;
}

/** Keeps what a person wrote as a message of theirs, escaped as Slack escapes it; throws where it cannot stand. */
export function postAsPerson(world: World, { user, channel, threadTs, text }: Writing): StoredMessage {
  if (world.channels.get(channel)?.archived !== false) throw new Error('Nobody can write in this channel.');
  if (threadTs !== null && !findMessage(world, channel, threadTs)) throw new Error('This thread is gone.');
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const stored: StoredMessage = {
    ts: world.newTs(),
    channel,
    user,
    text: escaped,
    blocks: [],
    metadata: null,
    edits: 0,
    threadTs,
    broadcast: false,
    pings: [],
    reactions: [],
    files: [],
  };
  world.messages.push(stored);
  world.emit('message', stored);
  return stored;
}
