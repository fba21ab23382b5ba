import { type JsonObject, isObject, typeOf } from './json.ts';
import type { Entered } from './screen-content.ts';
import { elementShape, type PlacedElement, placedElements, touchKey } from './view-state.ts';
import type { StoredView } from './world.ts';

/** What a person put in, as the stand-in keeps it; entries whose element is not there (any more) are left out. */
export function touchedBy(blocks: JsonObject[], entered: Entered[]): StoredView['touched'] {
  const touched: StoredView['touched'] = new Map();
  for (const placed of placedElements(blocks)) {
    const entry = entered.find(
      ({ blockId, actionId }) => blockId === placed.blockId && actionId === placed.actionId,
    );
    const type = typeOf(placed.element);
    const shape = elementShape(type);
    if (entry && shape) touched.set(touchKey(placed), { type, [shape.selected]: entry.value });
  }
  return touched;
}

/** The action that pressing or choosing sends: a button's words and value, else what was chosen. */
export function pickedAction({ element, blockId, actionId }: PlacedElement, { value }: Entered): JsonObject {
  const type = typeOf(element);
  const base = { type, block_id: blockId, action_id: actionId };
  if (type === 'button')
    return {
      ...base,
      text: element['text'],
      ...(typeof element['value'] === 'string' && { value: element['value'] }),
    };
  if (type === 'overflow') return { ...base, ...(isObject(value) && { selected_option: value }) };
  const shape = elementShape(type);
  return { ...base, ...(shape && { [shape.selected]: value }) };
}
