import { isObject, type Json, type JsonObject, objectAt, objectsAt, typeOf } from './json.ts';

/** The blocks as Slack gives them back: every `block_id` and `action_id` filled in, text objects complete. */
export function normalizeBlocks(blocks: JsonObject[], newId: (prefix: string) => string): JsonObject[] {
  return blocks.map((given) => {
    const block = completeTexts(given);
    if (!isObject(block)) return given;
    block['block_id'] ??= newId('b');
    for (const element of interactiveElements(block)) element['action_id'] ??= newId('a');
    return block;
  });
}

const withoutActionId = new Set(['mrkdwn', 'plain_text', 'image', 'rich_text_section']);

/** The elements of a block that a person can act on. */
export function interactiveElements(block: JsonObject): JsonObject[] {
  const candidates = [objectAt(block, 'element'), objectAt(block, 'accessory')];
  const row =
    block['type'] === 'actions' || block['type'] === 'context_actions' ? objectsAt(block, 'elements') : [];
  return [...candidates, ...row].filter(
    (element): element is JsonObject => element !== undefined && !withoutActionId.has(typeOf(element)),
  );
}

/** A deep copy in which text objects carry what Slack adds to them. */
export function completeTexts(value: Json): Json {
  if (Array.isArray(value)) return value.map(completeTexts);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) if (inner !== undefined) copy[key] = completeTexts(inner);
  if (typeof copy['text'] !== 'string') return copy;
  if (copy['type'] === 'plain_text') copy['emoji'] ??= true;
  if (copy['type'] === 'mrkdwn') copy['verbatim'] ??= false;
  return copy;
}
