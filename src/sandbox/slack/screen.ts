import { actInMessage, blocksOfMessage } from './act-on-message.ts';
import {
  actInView,
  dismissView,
  enter,
  submitView,
  suggestGroups,
  type SubmitResult,
} from './act-on-view.ts';
import { hearDirect } from './hear-direct.ts';
import { type JsonObject, typeOf } from './json.ts';
import { openHome } from './open-home.ts';
import { postAsPerson } from './post-as-person.ts';
import { readScreen } from './read-screen.ts';
import { runCommand } from './run-command.ts';
import type { Entered, ScreenContent } from './screen-content.ts';
import { pickedAction, touchedBy } from './screen-entries.ts';
import type { Unread } from './unread.ts';
import { type ShortcutPlace, useShortcut } from './use-shortcut.ts';
import { type PlacedElement, placedElements, stateValues, viewBlocks } from './view-state.ts';
import type { Wire } from './wire.ts';
import type { StoredView } from './world.ts';

/** A message, and the element of it that is pressed or chosen in. */
export interface MessagePlace {
  channel: string;
  ts: string;
}

/** The screen of one person: what it shows, and what the person does on it. Elements are named by their ids. */
export interface Screen {
  content(): ScreenContent;
  /** Sends a line: a slash command where it begins with `/`, else a message. */
  says(place: { channel: string; threadTs: string | null }, text: string): Promise<boolean>;
  /** Presses or chooses in a message; false when the app did not acknowledge. `entered` is what its fields hold. */
  actsInMessage(place: MessagePlace, picked: Entered, entered: Entered[]): Promise<boolean>;
  /** Presses or enters something in a view (or the home tab); false when the app did not acknowledge. */
  actsInView(viewId: string, picked: Entered, entered: Entered[]): Promise<boolean>;
  /** Sends a view; errors are named by `block_id`. */
  submits(viewId: string, entered: Entered[]): Promise<SubmitResult>;
  dismisses(viewId: string, how: 'top' | 'all'): Promise<void>;
  /** Keeps what stands in the fields without telling the app. */
  keeps(viewId: string, entered: Entered[]): void;
  /** The option groups that the app offers for what was typed; rejects where it does not answer. */
  searches(viewId: string, field: Omit<Entered, 'value'>, typed: string): Promise<JsonObject[]>;
  opensHome(): Promise<void>;
  /** Uses a shortcut of the app, of a message or a global one; false when the app did not acknowledge. */
  usesShortcut(callbackId: string, place: ShortcutPlace): Promise<boolean>;
  reads(channel: string): void;
  /** Takes an answer away that only this person saw. */
  forgets(ephemeralTs: string): void;
}

/** The screen of a person whom the workspace knows. */
export function createScreen(given: Wire, unread: Unread, user: string): Screen {
  // Nothing is waited for after the acknowledgement: what the app does then is seen when it is done.
  const wire = { ...given, settleMs: 0 };
  const { world } = wire;
  return {
    content: () => readScreen(world, unread, user),
    says: async ({ channel, threadTs }, text) => {
      if (text.startsWith('/')) return (await runCommand(wire, user, text, channel)).acknowledged;
      const message = postAsPerson(world, { user, channel, threadTs, text });
      unread.markRead(user, channel);
      if (world.channels.get(channel)?.isDirect) await hearDirect(wire, message);
      return true;
    },
    ...viewActs(wire, user),
    actsInMessage: async ({ channel, ts }, picked, entered) => {
      const place = { user, channel, ts };
      const blocks = blocksOfMessage(world, place);
      const placed = find(blocks, picked);
      const values = stateValues(blocks, touchedBy(blocks, [...entered, picked]));
      return await actInMessage(wire, place, pickedAction(placed, picked), values);
    },
    usesShortcut: async (callbackId, place) => await useShortcut(wire, user, { callbackId, place }),
    opensHome: async () => await openHome(wire, user),
    reads: (channel) => unread.markRead(user, channel),
    forgets: (ephemeralTs) => {
      const index = world.ephemerals.findIndex((shown) => shown.ts === ephemeralTs && shown.user === user);
      if (index !== -1) world.ephemerals.splice(index, 1);
      world.changed();
    },
  };
}

function viewActs(
  wire: Wire,
  user: string,
): Pick<Screen, 'actsInView' | 'keeps' | 'submits' | 'dismisses' | 'searches'> {
  const open = (viewId: string, entered: Entered[]): StoredView => {
    const home = wire.world.homes.get(user);
    const stored = [...wire.world.stackOf(user), ...(home ? [home] : [])].find(({ id }) => id === viewId);
    if (!stored) throw new Error('This view is closed.');
    for (const [key, value] of touchedBy(viewBlocks(stored), entered)) stored.touched.set(key, value);
    return stored;
  };
  return {
    actsInView: async (viewId, picked, entered) => {
      const stored = open(viewId, entered);
      const placed = find(viewBlocks(stored), picked);
      const type = typeOf(placed.element);
      const action = pickedAction(placed, picked);
      if (type === 'button' || type === 'overflow') return await actInView(wire, stored, placed, action);
      const { block_id: _block, action_id: _action, ...value } = action;
      return await enter(wire, stored, placed, value);
    },
    keeps: (viewId, entered) => void open(viewId, entered),
    submits: async (viewId, entered) => await submitView(wire, open(viewId, entered)),
    dismisses: async (viewId, how) => await dismissView(wire, open(viewId, []), how),
    searches: async (viewId, field, typed) => {
      const stored = open(viewId, []);
      return await suggestGroups(wire, stored, find(viewBlocks(stored), field), typed);
    },
  };
}

function find(blocks: JsonObject[], { blockId, actionId }: Omit<Entered, 'value'>): PlacedElement {
  const found = placedElements(blocks).find((each) => each.blockId === blockId && each.actionId === actionId);
  if (!found) throw new Error('What was pressed is not there any more.');
  return found;
}
