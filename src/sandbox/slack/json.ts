/** Any value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object whose shape is not trusted. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** True for a JSON object, false for lists, null and everything else. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under `key`, or undefined. */
export function objectAt(from: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = from?.[key];
  return isObject(value) ? value : undefined;
}

/** The objects in the list under `key`; empty when there is no list. */
export function objectsAt(from: JsonObject | undefined, key: string): JsonObject[] {
  const value = from?.[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The string under `key`, or undefined. */
export function stringAt(from: JsonObject | undefined, key: string): string | undefined {
  const value = from?.[key];
  return typeof value === 'string' ? value : undefined;
}

/** The words of the text object under `key`, or ''. */
export function wordsAt(from: JsonObject | undefined, key: string): string {
  return stringAt(objectAt(from, key), 'text') ?? '';
}

/** The `type` of a block, an element or a text object, or ''. */
export function typeOf(value: JsonObject): string {
  return stringAt(value, 'type') ?? '';
}

/** The parsed text, or undefined when it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
