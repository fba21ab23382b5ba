import { type Json, type JsonObject, objectsAt, stringAt, typeOf } from './json.ts';
import { interactiveElements } from './normalize.ts';
import type { StoredView } from './world.ts';

/** How one kind of element begins and how its value is given back. */
interface ElementShape {
  initial: string;
  selected: string;
  empty: Json;
}

const text = { initial: 'initial_value', selected: 'value', empty: null };
const one = { initial: 'initial_option', selected: 'selected_option', empty: null };
const many = { initial: 'initial_options', selected: 'selected_options', empty: [] };
const ids = (name: string): [string, ElementShape][] => [
  [`${name}s_select`, { initial: `initial_${name}`, selected: `selected_${name}`, empty: null }],
  [`multi_${name}s_select`, { initial: `initial_${name}s`, selected: `selected_${name}s`, empty: [] }],
];

const elementShapes = new Map<string, ElementShape>([
  ['plain_text_input', text],
  ['email_text_input', text],
  ['url_text_input', text],
  ['number_input', text],
  ['rich_text_input', { initial: 'initial_value', selected: 'rich_text_value', empty: null }],
  ['static_select', one],
  ['external_select', one],
  ['radio_buttons', one],
  ['multi_static_select', many],
  ['multi_external_select', many],
  ['checkboxes', many],
  ['datepicker', { initial: 'initial_date', selected: 'selected_date', empty: null }],
  ['timepicker', { initial: 'initial_time', selected: 'selected_time', empty: null }],
  ['datetimepicker', { initial: 'initial_date_time', selected: 'selected_date_time', empty: null }],
  ['file_input', { initial: 'initial_files', selected: 'files', empty: [] }],
  ...ids('user'),
  ...ids('conversation'),
  ...ids('channel'),
]);

/** The keys under which this kind of element keeps its value; undefined for buttons and unknown kinds. */
export function elementShape(type: string): ElementShape | undefined {
  return elementShapes.get(type);
}

/** One element a person can act on, and the block it stands in. */
export interface PlacedElement {
  block: JsonObject;
  element: JsonObject;
  blockId: string;
  actionId: string;
}

/** Every element of these blocks that a person can act on, from top to bottom. */
export function placedElements(blocks: JsonObject[]): PlacedElement[] {
  return blocks.flatMap((block) =>
    interactiveElements(block).map((element) => ({
      block,
      element,
      blockId: stringAt(block, 'block_id') ?? '',
      actionId: stringAt(element, 'action_id') ?? '',
    })),
  );
}

/** The key of an element among what was touched. */
export function touchKey({ blockId, actionId }: Pick<PlacedElement, 'blockId' | 'actionId'>): string {
  return `${blockId}\n${actionId}`;
}

/** The value of one element as Slack reports it: what the person put in, else what the app began with. */
export function elementValue(placed: PlacedElement, touched: StoredView['touched']): JsonObject {
  const type = typeOf(placed.element);
  const given = touched.get(touchKey(placed));
  if (given?.['type'] === type) return given;
  const shape = elementShape(type);
  if (!shape) return { type };
  const initial = placed.element[shape.initial];
  return { type, [shape.selected]: initial === undefined ? shape.empty : initial };
}

/** `view.state.values` exactly as Slack sends it. */
export function stateValues(blocks: JsonObject[], touched: StoredView['touched']): JsonObject {
  const values: Record<string, JsonObject> = {};
  for (const placed of placedElements(blocks)) {
    if (!elementShape(typeOf(placed.element))) continue;
    values[placed.blockId] = { ...values[placed.blockId], [placed.actionId]: elementValue(placed, touched) };
  }
  return values;
}

/** What stays of what was put in when the view is drawn again: the same ids with the same kind of element. */
export function keptTouches(blocks: JsonObject[], touched: StoredView['touched']): StoredView['touched'] {
  const kept: StoredView['touched'] = new Map();
  for (const placed of placedElements(blocks)) {
    const given = touched.get(touchKey(placed));
    if (given && given['type'] === placed.element['type']) kept.set(touchKey(placed), given);
  }
  return kept;
}

/** The blocks of a stored view. */
export function viewBlocks({ view }: StoredView): JsonObject[] {
  return objectsAt(view, 'blocks');
}
