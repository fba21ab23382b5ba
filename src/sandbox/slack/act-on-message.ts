import { type JsonObject, objectAt, objectsAt, stringAt, wordsAt } from './json.ts';
import { findMessage, messagePayload } from './messages.ts';
import { settled } from './until.ts';
import { type PlacedElement, placedElements } from './view-state.ts';
import { interactiveBase, responseUrlOf, send, triggerOf, type Wire } from './wire.ts';
import type { Ephemeral, World } from './world.ts';

/** What became of a press; `confirmed` is false when the person backed out of the confirm dialog. */
export interface PressResult {
  acknowledged: boolean;
  confirmed: boolean;
}

/** Which button of a message to press. */
export interface Press {
  user: string;
  channel: string;
  ts: string;
  label: string;
  /** What the person answers to a confirm dialog. */
  confirm: boolean;
}

/** Presses a button (or an item of an overflow menu) by its visible words. */
export async function pressInMessage(wire: Wire, press: Press): Promise<PressResult> {
  const { placed, action } = findPressable(blocksOfMessage(wire.world, press), press.label);
  if (objectAt(placed.element, 'confirm') && !press.confirm) return { acknowledged: false, confirmed: false };
  return { acknowledged: await actInMessage(wire, press, action, {}), confirmed: true };
}

type Place = Pick<Press, 'user' | 'channel' | 'ts'>;

/** The blocks of a message, or of an answer that only this person saw. */
export function blocksOfMessage(world: World, { user, channel, ts }: Place): JsonObject[] {
  const blocks = findMessage(world, channel, ts)?.blocks ?? findEphemeral(world, { user, ts })?.blocks;
  if (blocks) return blocks;
  throw new Error(`There is no message ${ts} in ${channel}; it was deleted, or never stood there.`);
}

/** Sends what was done in a message, with what its fields hold; false when the app did not acknowledge. */
export async function actInMessage(
  wire: Wire,
  { user, channel, ts }: Place,
  action: JsonObject,
  values: JsonObject,
): Promise<boolean> {
  const { world } = wire;
  const message = findMessage(world, channel, ts);
  const isEphemeral = findEphemeral(world, { user, ts }) !== undefined;
  const answer = await send(wire, 'interactive', {
    ...interactiveBase(wire, user, 'block_actions'),
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: isEphemeral },
    channel: { id: channel, name: world.channels.get(channel)?.name ?? channel },
    ...(message && { message: messagePayload(world, message, true) }),
    state: { values },
    ...responseUrlOf(wire, { user, channel, messageTs: ts, ephemeral: isEphemeral }),
    ...triggerOf(wire, user),
    actions: [{ ...action, action_ts: world.newTs() }],
  });
  await settled(world, wire.settleMs);
  return answer.acknowledged;
}

function findEphemeral(world: World, { user, ts }: Pick<Place, 'user' | 'ts'>): Ephemeral | undefined {
  return world.ephemerals.find((shown) => shown.ts === ts && shown.user === user);
}

/** The button, or the item of an overflow menu, with these words, and the action its press sends. */
export function findPressable(
  blocks: JsonObject[],
  label: string,
): { placed: PlacedElement; action: JsonObject } {
  const placedAll = placedElements(blocks);
  for (const placed of placedAll) {
    const { element, blockId, actionId } = placed;
    const base = { type: element['type'], block_id: blockId, action_id: actionId };
    if (element['type'] === 'button' && wordsAt(element, 'text') === label) {
      const value = stringAt(element, 'value');
      return { placed, action: { ...base, text: element['text'], ...(value !== undefined && { value }) } };
    }
    const item = objectsAt(element, 'options').find((option) => wordsAt(option, 'text') === label);
    if (element['type'] === 'overflow' && item) return { placed, action: { ...base, selected_option: item } };
  }
  const there = placedAll.map(({ element }) => wordsAt(element, 'text')).filter((words) => words !== '');
  throw new Error(
    `There is no button "${label}". There ${there.length > 0 ? `is ${there.join(', ')}` : 'is none'}.`,
  );
}
