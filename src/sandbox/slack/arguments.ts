import { isObject, type JsonObject, parseJson } from './json.ts';
import { Refused } from './refused.ts';

const nested = new Set(['blocks', 'view', 'metadata', 'attachments', 'options']);

/** The arguments of a call, from a form with nested JSON strings or from a JSON body. */
export function readArguments(contentType: string, body: string): JsonObject {
  if (contentType.startsWith('application/json')) {
    const parsed = parseJson(body);
    return isObject(parsed) ? parsed : {};
  }
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [
      key,
      nested.has(key) ? (parseJson(value) ?? value) : value,
    ]),
  );
}

/** A yes-or-no argument. */
export function flag(given: JsonObject, key: string): boolean {
  const value = given[key];
  return value === true || value === 'true' || value === '1';
}

/** The blocks of a call; null when it names none. */
export function blocksOf(given: JsonObject): JsonObject[] | null {
  const { blocks } = given;
  if (blocks === undefined || blocks === null || blocks === '') return null;
  if (!Array.isArray(blocks) || !blocks.every(isObject)) throw new Refused('invalid_blocks_format');
  return blocks;
}

/** The text argument under `key`, or ''. */
export function word(given: JsonObject, key: string): string {
  const value = given[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
