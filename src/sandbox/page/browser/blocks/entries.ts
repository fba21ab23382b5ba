import { type Json, type JsonObject, objectAt, objectsAt, stringAt, typeOf } from '../../../slack/json.ts';
import type { Entered } from '../../../slack/screen-content.ts';
import type { Placed } from './surface.ts';

/** What was entered, by block and element. */
export type Entries = Record<string, Entered & { type: string }>;

const initialKeys: Record<string, string> = {
  checkboxes: 'initial_options',
  datepicker: 'initial_date',
  datetimepicker: 'initial_date_time',
  external_select: 'initial_option',
  multi_external_select: 'initial_options',
  multi_static_select: 'initial_options',
  radio_buttons: 'initial_option',
  static_select: 'initial_option',
  timepicker: 'initial_time',
  users_select: 'initial_user',
};

/** What stands in an element: what was entered, else what the app began with. */
export function valueIn(entries: Entries, { element, blockId, actionId }: Placed): Json {
  const type = typeOf(element);
  const entry = entries[keyOf({ blockId, actionId })];
  if (entry?.type === type) return entry.value;
  return element[initialKeys[type] ?? 'initial_value'] ?? null;
}

/** The entries with one more. */
export function withEntry(entries: Entries, { element, blockId, actionId }: Placed, value: Json): Entries {
  const entry = { type: typeOf(element), blockId, actionId, value };
  return { ...entries, [keyOf({ blockId, actionId })]: entry };
}

/** Only the entries whose element still stands in these blocks. */
export function stillThere(entries: Entries, blocks: JsonObject[]): Entries {
  const kept = elementsIn(blocks).flatMap((placed): [string, Entries[string]][] => {
    const entry = entries[keyOf(placed)];
    return entry?.type === typeOf(placed.element) ? [[keyOf(placed), entry]] : [];
  });
  return Object.fromEntries(kept);
}

/** The entries that the server still knows, for a page that was loaded anew. */
export function entriesFrom(entered: Entered[], blocks: JsonObject[]): Entries {
  const entries = elementsIn(blocks).flatMap((placed): [string, Entries[string]][] => {
    const found = entered.find((each) => keyOf(each) === keyOf(placed));
    return found ? [[keyOf(placed), { ...found, type: typeOf(placed.element) }]] : [];
  });
  return Object.fromEntries(entries);
}

/** Every element of these blocks that holds or does something. */
function elementsIn(blocks: JsonObject[]): Placed[] {
  return blocks.flatMap((block) => {
    const candidates = [
      objectAt(block, 'element'),
      objectAt(block, 'accessory'),
      ...objectsAt(block, 'elements'),
    ];
    return candidates.filter((element) => element !== undefined).map((element) => placedIn(block, element));
  });
}

/** An element with the block it stands in. */
export function placedIn(block: JsonObject, element: JsonObject): Placed {
  const [blockId, actionId] = [stringAt(block, 'block_id') ?? '', stringAt(element, 'action_id') ?? ''];
  return { block, element, blockId, actionId };
}

function keyOf({ blockId, actionId }: { blockId: string; actionId: string }): string {
  return `${blockId} ${actionId}`;
}
