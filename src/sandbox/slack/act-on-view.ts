import { option } from './element-limits.ts';
import { isObject, type Json, type JsonObject, objectAt, objectsAt, stringAt } from './json.ts';
import { completeTexts } from './normalize.ts';
import { Refused } from './refused.ts';
import { faultsOf } from './rules.ts';
import { settled } from './until.ts';
import { closeViews, findView, pushView, redrawView, viewPayload } from './view-stack.ts';
import { elementValue, type PlacedElement, placedElements, touchKey, viewBlocks } from './view-state.ts';
import { interactiveBase, send, triggerOf, type Wire } from './wire.ts';
import type { StoredView } from './world.ts';

/** What became of sending a form. */
export type SubmitResult =
  | { closed: true }
  | { updated: true }
  /** By the `block_id` of each field. */
  | { errors: Record<string, string> }
  /** The person sees that it did not work; `operation_timeout`, or what was wrong with the app's answer. */
  | { failed: string };

/** Puts a value into an element; tells the app when its block asks for that. False when the app did not acknowledge. */
export async function enter(
  wire: Wire,
  stored: StoredView,
  placed: PlacedElement,
  value: JsonObject,
): Promise<boolean> {
  stored.touched.set(touchKey(placed), { type: placed.element['type'], ...value });
  wire.world.changed();
  const isInput = placed.block['type'] === 'input';
  if (isInput && placed.block['dispatch_action'] !== true) return true;
  return await actInView(wire, stored, placed, elementValue(placed, stored.touched));
}

/** Sends the `block_actions` of one element and waits until the app has done with it. */
export async function actInView(
  wire: Wire,
  stored: StoredView,
  { blockId, actionId }: PlacedElement,
  action: JsonObject,
): Promise<boolean> {
  const { world } = wire;
  const answer = await send(wire, 'interactive', {
    ...viewBase(wire, stored, 'block_actions'),
    ...triggerOf(wire, stored.user),
    actions: [{ ...action, block_id: blockId, action_id: actionId, action_ts: world.newTs() }],
  });
  await settled(world, wire.settleMs);
  return answer.acknowledged;
}

/** Asks the app which options fit what was typed, without their groups; rejects when it does not answer in time. */
export async function suggest(
  wire: Wire,
  stored: StoredView,
  placed: PlacedElement,
  typed: string,
): Promise<JsonObject[]> {
  const groups = await suggestGroups(wire, stored, placed, typed);
  return groups.flatMap((group) => objectsAt(group, 'options'));
}

/** The same in option groups, one without a label where the app gave none. */
export async function suggestGroups(
  wire: Wire,
  stored: StoredView,
  placed: PlacedElement,
  typed: string,
): Promise<JsonObject[]> {
  if (typed.length < Number(placed.element['min_query_length'] ?? 3)) return [];
  const { blockId, actionId } = placed;
  const answer = await send(wire, 'interactive', {
    ...viewBase(wire, stored, 'block_suggestion'),
    block_id: blockId,
    action_id: actionId,
    value: typed,
  });
  if (!answer.acknowledged)
    throw new Error(
      `operation_timeout: the app did not answer the search "${typed}" in ${actionId} in time.`,
    );
  const given = isObject(answer.payload) ? answer.payload : {};
  const groups = [{ options: objectsAt(given, 'options') }, ...objectsAt(given, 'option_groups')];
  const options = groups.flatMap((group) => objectsAt(group, 'options'));
  const faults = faultsOf({ is: 'list', min: 0, max: 100, of: option }, options, '/options');
  if (faults.length > 0) throw new Error(`Slack shows none of the options found: ${faults.join('; ')}`);
  return groups.map(completeTexts).filter(isObject);
}

/** Sends the form, as the button of the form does. */
export async function submitView(wire: Wire, stored: StoredView): Promise<SubmitResult> {
  const { world } = wire;
  const missing = requiredButEmpty(stored);
  if (Object.keys(missing).length > 0) return { errors: missing };
  const answer = await send(wire, 'interactive', {
    ...viewBase(wire, stored, 'view_submission'),
    ...triggerOf(wire, stored.user),
    response_urls: [],
  });
  if (!answer.acknowledged) return { failed: 'operation_timeout' };
  const result = takeResponse(wire, stored, answer.payload);
  await settled(world, wire.settleMs);
  return result;
}

/** Closes the view without sending it. */
export async function dismissView(wire: Wire, stored: StoredView, how: 'top' | 'all'): Promise<void> {
  const { world } = wire;
  const closesAll = how === 'all' || stored.view['clear_on_close'] === true;
  const payload = {
    ...interactiveBase(wire, stored.user, 'view_closed'),
    view: viewPayload(world, stored),
    is_cleared: closesAll,
  };
  closeViews(world, stored.user, closesAll ? 'all' : 'top');
  if (stored.view['notify_on_close'] === true) await send(wire, 'interactive', payload);
  await settled(world, wire.settleMs);
}

function viewBase(wire: Wire, stored: StoredView, type: string): JsonObject {
  const view = viewPayload(wire.world, stored);
  return {
    ...interactiveBase(wire, stored.user, type),
    container: { type: 'view', view_id: stored.id },
    view,
    ...(type === 'block_actions' && { state: objectAt(view, 'state') ?? {} }),
  };
}

function takeResponse(wire: Wire, stored: StoredView, payload: Json | undefined): SubmitResult {
  const given = isObject(payload) ? payload : {};
  const action = stringAt(given, 'response_action');
  const view = objectAt(given, 'view') ?? {};
  if (action === 'errors') return fieldErrors(stored, objectAt(given, 'errors') ?? {});
  try {
    if (action === 'update') {
      if (findView(wire.world, stored.id)) redrawView(wire.world, stored, view);
      return { updated: true };
    }
    if (action === 'push') {
      pushView(wire.world, stored.user, view);
      return { updated: true };
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { failed: `${error.code} ${JSON.stringify(error.detail)}` };
  }
  if (action !== undefined && action !== 'clear') return { failed: `unknown response_action ${action}` };
  closeViews(wire.world, stored.user, action === 'clear' ? 'all' : 'top');
  return { closed: true };
}

/** Slack shows errors only under input blocks; any other key makes the whole answer fail. */
function fieldErrors(stored: StoredView, given: JsonObject): SubmitResult {
  const inputs = viewBlocks(stored).filter((block) => block['type'] === 'input');
  const errors: Record<string, string> = {};
  for (const [blockId, sentence] of Object.entries(given)) {
    if (!inputs.some((input) => input['block_id'] === blockId))
      return { failed: `errors name "${blockId}", which is no input block of this form` };
    errors[blockId] = typeof sentence === 'string' ? sentence : JSON.stringify(sentence);
  }
  return Object.keys(errors).length > 0 ? { errors } : { failed: 'errors name no field' };
}

const emptyValues = new Set(['', 'null', '[]']);

/** Slack's own check before it sends anything. */
function requiredButEmpty(stored: StoredView): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const placed of placedElements(viewBlocks(stored))) {
    const { block, element, blockId } = placed;
    if (block['type'] !== 'input') continue;
    const { type: _type, ...value } = elementValue(placed, stored.touched);
    const [inner = null] = Object.values(value);
    const words = typeof inner === 'string' ? inner : JSON.stringify(inner);
    if (emptyValues.has(words)) {
      if (block['optional'] !== true) errors[blockId] = 'Please complete this required field.';
      continue;
    }
    const { min_length: shortest, max_length: longest } = element;
    if (typeof shortest === 'number' && words.length < shortest)
      errors[blockId] = `Please enter at least ${shortest} characters.`;
    if (typeof longest === 'number' && words.length > longest)
      errors[blockId] = `Please enter at most ${longest} characters.`;
  }
  return errors;
}
