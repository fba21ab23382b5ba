import { type JsonObject, typeOf } from './json.ts';
import { normalizeBlocks } from './normalize.ts';
import { pingsOf } from './pings.ts';
import { refuseFaults, Refused } from './refused.ts';
import { blockCharacters, validateBlocks } from './validate-blocks.ts';
import type { Ephemeral, StoredMessage, World } from './world.ts';

/** What a message says. */
export interface Content {
  text: string;
  blocks: JsonObject[];
}

/** Somewhere between 11,300 and 13,200 characters of blocks Slack begins to refuse; it documents no number. */
const mostBlockCharacters = 12_000;
const longestPost = 40_000;

/** Refuses blocks that Slack refuses, and a message without any words. */
export function checkContent({ unknownBlocks }: World, { text, blocks }: Content): void {
  if (text === '' && blocks.length === 0) throw new Refused('no_text');
  if (blocks.some((block) => unknownBlocks.has(typeOf(block)))) throw new Refused('invalid_blocks');
  refuseFaults('invalid_blocks', validateBlocks(blocks, 'message'));
  if (blockCharacters(blocks) > mostBlockCharacters) throw new Refused('msg_blocks_too_long');
}

/** Posts a message of the bot. */
export function postMessage(
  world: World,
  message: Content & {
    channel: string;
    threadTs: string | null;
    broadcast: boolean;
    metadata: JsonObject | null;
    linkNames?: boolean;
  },
): StoredMessage {
  checkContent(world, message);
  const blocks = normalizeBlocks(message.blocks, (prefix) => world.newId(prefix));
  const stored: StoredMessage = {
    ts: world.newTs(),
    channel: message.channel,
    user: world.bot.id,
    text: message.text.slice(0, longestPost),
    blocks,
    metadata: message.metadata,
    edits: 0,
    threadTs: message.threadTs,
    broadcast: message.broadcast,
    pings: pingsOf({ ...message, blocks }),
    reactions: [],
    files: [],
  };
  world.messages.push(stored);
  world.emit('message', stored);
  return stored;
}

/** Edits a message; `null` leaves that part as it is. */
export function editMessage(
  world: World,
  stored: StoredMessage,
  { text, blocks, metadata }: { text: string; blocks: JsonObject[] | null; metadata: JsonObject | null },
): void {
  checkContent(world, { text, blocks: blocks ?? [] });
  stored.text = text;
  stored.blocks = normalizeBlocks(blocks ?? [], (prefix) => world.newId(prefix));
  stored.metadata = metadata ?? stored.metadata;
  stored.edits += 1;
  world.emit('update', stored);
}

/** Shows something to one person only. */
export function showEphemeral(world: World, content: Content & { channel: string; user: string }): Ephemeral {
  checkContent(world, content);
  const blocks = normalizeBlocks(content.blocks, (prefix) => world.newId(prefix));
  const ephemeral = { ...content, blocks, ts: world.newTs() };
  world.ephemerals.push(ephemeral);
  world.emit('ephemeral', ephemeral);
  return ephemeral;
}

/** Puts something else in place of what one person saw; does nothing when that is gone. */
export function editEphemeral(world: World, ts: string, content: Content): void {
  checkContent(world, content);
  const shown = world.ephemerals.find((ephemeral) => ephemeral.ts === ts);
  if (!shown) return;
  shown.text = content.text;
  shown.blocks = normalizeBlocks(content.blocks, (prefix) => world.newId(prefix));
  world.emit('ephemeral', shown);
}

/** The message with this time stamp in this channel. */
export function findMessage(world: World, channel: string, ts: string): StoredMessage | undefined {
  return world.messages.find((message) => message.channel === channel && message.ts === ts);
}

/** The message as payloads and histories carry it. */
export function messagePayload(world: World, stored: StoredMessage, withMetadata: boolean): JsonObject {
  const replies = world.messages.filter(
    ({ threadTs, channel }) => threadTs === stored.ts && channel === stored.channel,
  );
  return {
    type: 'message',
    ...(stored.broadcast && { subtype: 'thread_broadcast' }),
    user: stored.user,
    ...(stored.user === world.bot.id && { bot_id: world.bot.botId, app_id: world.bot.appId }),
    team: world.team.id,
    ts: stored.ts,
    text: stored.text,
    blocks: stored.blocks,
    ...(stored.edits > 0 && { edited: { user: stored.user, ts: stored.ts } }),
    ...(stored.threadTs !== null && { thread_ts: stored.threadTs }),
    ...(replies.length > 0 && { thread_ts: stored.ts, reply_count: replies.length }),
    ...(stored.files.length > 0 && { files: stored.files.map((id) => ({ id })) }),
    ...(withMetadata && stored.metadata && { metadata: stored.metadata }),
  };
}
