import { flag, word } from '../arguments.ts';
import type { JsonObject } from '../json.ts';
import { findMessage, messagePayload } from '../messages.ts';
import { Refused } from '../refused.ts';
import type { StoredMessage, World } from '../world.ts';

/** The channel's id when the bot may write (or read) there; a person's id leads to their direct messages. */
export function channelFor(world: World, id: string, purpose: 'writing' | 'reading' = 'writing'): string {
  if (world.people.has(id)) return directChannel(world, id);
  const channel = world.channels.get(id);
  const isIn = world.isMember(id, world.bot.id);
  if (!channel || (channel.isPrivate && !isIn)) throw new Refused('channel_not_found');
  if (purpose === 'writing' && channel.archived) throw new Refused('is_archived');
  if (!isIn) throw new Refused('not_in_channel');
  return id;
}

/** The direct messages between the bot and this person. */
export function directChannel(world: World, user: string): string {
  const id = `D0${user.slice(1)}`;
  if (!world.channels.has(id))
    world.channels.set(id, {
      id,
      name: 'directmessage',
      members: [user, world.bot.id],
      archived: false,
      isDirect: true,
    });
  return id;
}

/** `conversations.info`. */
export function conversationsInfo(world: World, given: JsonObject): JsonObject {
  const channel = world.channels.get(word(given, 'channel'));
  if (!channel) throw new Refused('channel_not_found');
  const { id, name, isDirect, archived, isPrivate = isDirect } = channel;
  const kind = isDirect ? { is_im: true, is_channel: false } : { is_im: false, is_channel: true };
  const member = world.isMember(id, world.bot.id);
  if (isPrivate && !member) throw new Refused('channel_not_found');
  return { channel: { id, name, ...kind, is_archived: archived, is_member: member, is_private: isPrivate } };
}

/** `conversations.members`. */
export function conversationsMembers(world: World, given: JsonObject): JsonObject {
  const channel = world.channels.get(word(given, 'channel'));
  if (!channel) throw new Refused('channel_not_found');
  return {
    members: channel.members ?? [...world.people.keys(), world.bot.id],
    response_metadata: { next_cursor: '' },
  };
}

/** `conversations.open`. */
export function conversationsOpen(world: World, given: JsonObject): JsonObject {
  const [user = ''] = word(given, 'users').split(',');
  if (!world.people.has(user)) throw new Refused('user_not_found');
  return { channel: { id: directChannel(world, user) } };
}

/** `conversations.history`: newest first, replies left out. */
export function conversationsHistory(world: World, given: JsonObject): JsonObject {
  const channel = channelFor(world, word(given, 'channel'), 'reading');
  const found = world.messages.filter(
    (message) => message.channel === channel && (message.threadTs === null || message.broadcast),
  );
  return page(world, given, found.toReversed());
}

/** `conversations.replies`: the message itself, then its thread, oldest first. */
export function conversationsReplies(world: World, given: JsonObject): JsonObject {
  const channel = channelFor(world, word(given, 'channel'), 'reading');
  const root = findMessage(world, channel, word(given, 'ts'));
  if (!root) throw new Refused('thread_not_found');
  const replies = world.messages.filter(
    (message) => message.channel === channel && message.threadTs === root.ts,
  );
  return page(world, given, [root, ...replies]);
}

/** One page of at most `limit` messages; the cursor is the place where the next begins. */
function page(world: World, given: JsonObject, messages: StoredMessage[]): JsonObject {
  const { oldest, latest } = { oldest: word(given, 'oldest'), latest: word(given, 'latest') };
  const within = messages.filter(
    ({ ts }) =>
      (oldest === '' || Number(ts) > Number(oldest)) && (latest === '' || Number(ts) < Number(latest)),
  );
  const limit = Number(word(given, 'limit')) || 100;
  const from = Number(word(given, 'cursor')) || 0;
  const hasMore = within.length > from + limit;
  return {
    messages: within
      .slice(from, from + limit)
      .map((message) => messagePayload(world, message, flag(given, 'include_all_metadata'))),
    has_more: hasMore,
    response_metadata: { next_cursor: hasMore ? String(from + limit) : '' },
  };
}
