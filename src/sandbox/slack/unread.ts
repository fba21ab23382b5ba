import type { World } from './world.ts';

/** How far everybody has read. */
export interface Unread {
  /** Messages since the person last looked or wrote; replies in threads are not counted. */
  count(user: string, channel: string): number;
  /** The person has looked at the channel. */
  markRead(user: string, channel: string): void;
}

/** Remembers how far everybody has read; at first nobody has read anything. */
export function createUnread(world: World): Unread {
  const readUpTo = new Map<string, string>();
  const newest = (channel: string): string =>
    world.messages.findLast((message) => message.channel === channel)?.ts ?? '';
  const keyOf = (user: string, channel: string): string => `${user} ${channel}`;
  return {
    count: (user, channel) => {
      const since = readUpTo.get(keyOf(user, channel)) ?? '';
      return world.messages.filter(
        (message) =>
          message.channel === channel &&
          message.ts > since &&
          (message.threadTs === null || message.broadcast),
      ).length;
    },
    markRead: (user, channel) => {
      const upTo = newest(channel);
      if (readUpTo.get(keyOf(user, channel)) === upTo) return;
      readUpTo.set(keyOf(user, channel), upTo);
      world.changed();
    },
  };
}
