import { typeOf } from './json.ts';
import { directChannel } from './methods/channels.ts';
import type {
  Entered,
  ScreenContent,
  ScreenMessage,
  ShownChannel,
  ShownFile,
  ShownView,
} from './screen-content.ts';
import type { Unread } from './unread.ts';
import { elementShape, placedElements, touchKey, viewBlocks } from './view-state.ts';
import type { Ephemeral, StoredMessage, StoredView, World } from './world.ts';

/** Everything one person sees now. */
export function readScreen(world: World, unread: Unread, viewer: string): ScreenContent {
  const home = world.homes.get(viewer);
  const direct = directChannel(world, viewer);
  const visible = [...world.channels.values()].filter(
    ({ id, isDirect }) => id === direct || (!isDirect && world.isMember(id, viewer)),
  );
  return {
    viewer,
    people: [...world.people.values()].map(
      ({ id, name, realName = name, timezone = 'UTC', isBot = false }) => ({
        id,
        name: realName,
        timezone,
        isBot,
      }),
    ),
    names: namesOf(world),
    channels: visible.map(({ id, name, isDirect, archived }) => ({
      id,
      name,
      isDirect,
      isArchived: archived,
      unread: unread.count(viewer, id),
      messages: messagesFor(world, viewer, id),
    })),
    views: world.stackOf(viewer).map(shownView),
    home: home ? shownView(home) : null,
    app: { id: world.bot.id, name: world.bot.name },
  };
}

function namesOf(world: World): ScreenContent['names'] {
  const people = [...world.people.values()].map(({ id, name, realName = name }) => [id, realName]);
  const channels = [...world.channels.values()].map(({ id, name }) => [id, name]);
  const groups = [...world.usergroups.values()].map(({ id, handle }) => [id, handle]);
  return Object.fromEntries([...people, ...channels, ...groups]) as Record<string, string>;
}

function messagesFor(world: World, viewer: string, channel: string): ShownChannel['messages'] {
  const posted = world.messages.filter((message) => message.channel === channel);
  const forViewer = world.ephemerals.filter(
    (ephemeral) => ephemeral.channel === channel && ephemeral.user === viewer,
  );
  return [
    ...posted.map((message) => shownMessage(world, message)),
    ...forViewer.map((ephemeral) => shownEphemeral(world, ephemeral)),
  ].toSorted((left, right) => Number(left.ts) - Number(right.ts));
}

function shownMessage(world: World, message: StoredMessage): ScreenMessage {
  const { ts, user, text, blocks, edits, threadTs, broadcast, reactions } = message;
  const files = message.files.flatMap((id) => shownFile(world, id));
  return { ts, user, text, blocks, edits, threadTs, broadcast, reactions, files, isEphemeral: false };
}

function shownFile(world: World, id: string): ShownFile[] {
  const file = world.files.get(id);
  return file ? [{ id, name: file.name, title: file.title, sizeBytes: file.length }] : [];
}

function shownEphemeral(world: World, { ts, text, blocks }: Ephemeral): ScreenMessage {
  const none = { edits: 0, threadTs: null, broadcast: false, reactions: [], files: [] };
  return { ts, user: world.bot.id, text, blocks, ...none, isEphemeral: true };
}

function shownView(stored: StoredView): ShownView {
  const { id, hash, view, touched } = stored;
  const entered = placedElements(viewBlocks(stored)).flatMap((placed): Entered[] => {
    const given = touched.get(touchKey(placed));
    const shape = elementShape(typeOf(placed.element));
    if (!given || !shape || given['type'] !== placed.element['type']) return [];
    const { blockId, actionId } = placed;
    return [{ blockId, actionId, value: given[shape.selected] ?? shape.empty }];
  });
  return { id, hash, view, entered };
}
