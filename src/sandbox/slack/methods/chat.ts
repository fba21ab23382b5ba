import { blocksOf, flag, word } from '../arguments.ts';
import { type JsonObject, objectAt, stringAt } from '../json.ts';
import { editMessage, findMessage, postMessage, messagePayload, showEphemeral } from '../messages.ts';
import { Refused } from '../refused.ts';
import type { StoredMessage, World } from '../world.ts';
import { channelFor } from './channels.ts';

const longestEdit = 4_000;

/** `chat.postMessage`. */
export function chatPostMessage(world: World, given: JsonObject): JsonObject {
  const channel = channelFor(world, word(given, 'channel'));
  const threadTs = word(given, 'thread_ts') || null;
  if (threadTs !== null && !findMessage(world, channel, threadTs)) throw new Refused('thread_not_found');
  const stored = postMessage(world, {
    channel,
    text: word(given, 'text'),
    blocks: blocksOf(given) ?? [],
    threadTs,
    broadcast: flag(given, 'reply_broadcast'),
    metadata: metadataOf(given),
    linkNames: flag(given, 'link_names') || given['parse'] === 'full',
  });
  return { channel, ts: stored.ts, message: messagePayload(world, stored, true) };
}

/** `chat.update`. */
export function chatUpdate(world: World, given: JsonObject): JsonObject {
  const stored = ownMessage(world, given, 'cant_update_message');
  const blocks = blocksOf(given);
  const text = word(given, 'text');
  if (text.length > longestEdit) throw new Refused('msg_too_long');
  const keepsBlocks = blocks === null && given['text'] === undefined;
  editMessage(world, stored, {
    text: given['text'] === undefined ? stored.text : text,
    blocks: keepsBlocks ? stored.blocks : blocks,
    metadata: metadataOf(given),
  });
  return {
    channel: stored.channel,
    ts: stored.ts,
    text: stored.text,
    message: messagePayload(world, stored, true),
  };
}

/** `chat.delete`. */
export function chatDelete(world: World, given: JsonObject): JsonObject {
  const stored = ownMessage(world, given, 'cant_delete_message');
  world.messages.splice(world.messages.indexOf(stored), 1);
  world.emit('update', stored);
  return { channel: stored.channel, ts: stored.ts };
}

/** `chat.postEphemeral`. */
export function chatPostEphemeral(world: World, given: JsonObject): JsonObject {
  const channel = channelFor(world, word(given, 'channel'));
  const user = word(given, 'user');
  if (!world.people.has(user)) throw new Refused('user_not_found');
  if (!world.isMember(channel, user)) throw new Refused('user_not_in_channel');
  const { ts } = showEphemeral(world, {
    channel,
    user,
    text: word(given, 'text'),
    blocks: blocksOf(given) ?? [],
  });
  return { message_ts: ts };
}

/** `chat.getPermalink`. */
export function chatGetPermalink(world: World, given: JsonObject): JsonObject {
  const channel = channelFor(world, word(given, 'channel'), 'reading');
  const ts = word(given, 'message_ts');
  if (!findMessage(world, channel, ts)) throw new Refused('message_not_found');
  return {
    channel,
    permalink: `https://${world.team.name}.example.com/archives/${channel}/p${ts.replace('.', '')}`,
  };
}

/** `reactions.add`. */
export function reactionsAdd(world: World, given: JsonObject): JsonObject {
  const channel = channelFor(world, word(given, 'channel'));
  const stored = findMessage(world, channel, word(given, 'timestamp'));
  if (!stored) throw new Refused('message_not_found');
  const name = word(given, 'name');
  if (name === '') throw new Refused('invalid_name');
  if (stored.reactions.includes(name)) throw new Refused('already_reacted');
  stored.reactions.push(name);
  world.changed();
  return {};
}

function ownMessage(
  world: World,
  given: JsonObject,
  otherwise: 'cant_update_message' | 'cant_delete_message',
): StoredMessage {
  const id = word(given, 'channel');
  const channel = world.channels.get(id);
  if (!channel || (channel.isPrivate && !world.isMember(id, world.bot.id)))
    throw new Refused('channel_not_found');
  if (channel.archived) throw new Refused('is_inactive');
  const stored = findMessage(world, id, word(given, 'ts'));
  if (!stored) throw new Refused('message_not_found');
  if (stored.user !== world.bot.id) throw new Refused(otherwise);
  return stored;
}

/** Slack refuses an event type that is not lower case, digits and underscores. */
function metadataOf(given: JsonObject): JsonObject | null {
  const metadata = objectAt(given, 'metadata');
  if (!metadata) return null;
  const type = stringAt(metadata, 'event_type') ?? '';
  if (!/^[a-z0-9_]+$/.test(type) || !objectAt(metadata, 'event_payload'))
    throw new Refused('invalid_metadata_format');
  return metadata;
}
