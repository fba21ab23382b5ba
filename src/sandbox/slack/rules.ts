import { isObject, type Json, type JsonObject } from './json.ts';

/** What one place of a payload may hold; lengths in UTF-16 units, as JavaScript counts. */
export type Rule =
  | { is: 'string'; min?: number; max?: number; oneOf?: readonly string[]; like?: RegExp }
  | { is: 'number'; min: number; max: number }
  | { is: 'boolean' }
  /** A text object; `plain` allows only plain_text. */
  | { is: 'text'; max: number; plain?: true }
  | { is: 'list'; min: number; max: number; of: Rule }
  | { is: 'object'; shape: Shape }
  /** An object whose `type` chooses the shape. */
  | { is: 'typed'; shapes: Readonly<Record<string, Shape>> }
  | { is: 'anything' };

/** An object: its fields, which of them it needs, and what a field alone cannot say. */
export interface Shape {
  fields: Readonly<Record<string, Rule>>;
  required: readonly string[];
  /** Whatever stands against the object as a whole: words, and where below it. */
  also?: (value: JsonObject) => { at: string; fault: string }[];
}

/** Every fault of a value, each as Slack writes it: the words and a JSON pointer. */
export function faultsOf(rule: Rule, value: Json | undefined, pointer: string): string[] {
  switch (rule.is) {
    case 'anything':
      return [];
    case 'string':
      return typeof value === 'string'
        ? stringFaults(rule, value, pointer)
        : [say('must provide a string', pointer)];
    case 'number':
      return numberFaults(rule, value, pointer);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [say('must provide a boolean', pointer)];
    case 'text':
      return textFaults(rule, value, pointer);
    case 'list':
      return listFaults(rule, value, pointer);
    case 'object':
      return isObject(value)
        ? shapeFaults(rule.shape, value, pointer)
        : [say('must provide an object', pointer)];
    case 'typed':
      return typedFaults(rule.shapes, value, pointer);
  }
}

/** A fault in Slack's words. */
export function say(fault: string, pointer: string): string {
  return `[ERROR] ${fault} [json-pointer:${pointer}]`;
}

function stringFaults(rule: Extract<Rule, { is: 'string' }>, value: string, pointer: string): string[] {
  const { min = 0, max = Infinity, oneOf, like } = rule;
  if (value.length < min) return [say(`must be more than ${min - 1} characters`, pointer)];
  if (value.length > max) return [say(`must be less than ${max + 1} characters`, pointer)];
  if (oneOf && !oneOf.includes(value)) return [say(`must be one of: ${oneOf.join(', ')}`, pointer)];
  return like && !like.test(value) ? [say('must be a valid value', pointer)] : [];
}

function numberFaults(
  { min, max }: Extract<Rule, { is: 'number' }>,
  value: Json | undefined,
  pointer: string,
): string[] {
  if (typeof value !== 'number' || !Number.isInteger(value)) return [say('must provide an integer', pointer)];
  return value < min || value > max ? [say(`must be between ${min} and ${max}`, pointer)] : [];
}

function textFaults(
  { max, plain }: Extract<Rule, { is: 'text' }>,
  value: Json | undefined,
  pointer: string,
): string[] {
  if (!isObject(value)) return [say('must provide an object', pointer)];
  const text: Rule = { is: 'string', min: 1, max };
  const plainText = { fields: { text, emoji: { is: 'boolean' } }, required: ['text'] } satisfies Shape;
  const mrkdwn = { fields: { text, verbatim: { is: 'boolean' } }, required: ['text'] } satisfies Shape;
  return typedFaults(plain ? { plain_text: plainText } : { plain_text: plainText, mrkdwn }, value, pointer);
}

function listFaults(
  { min, max, of }: Extract<Rule, { is: 'list' }>,
  value: Json | undefined,
  pointer: string,
): string[] {
  if (!Array.isArray(value)) return [say('must provide an array', pointer)];
  if (value.length < min) return [say(`no less than ${min} items required`, pointer)];
  if (value.length > max) return [say(`no more than ${max} items allowed`, pointer)];
  return value.flatMap((item, index) => faultsOf(of, item, `${pointer}/${index}`));
}

function typedFaults(
  shapes: Readonly<Record<string, Shape>>,
  value: Json | undefined,
  pointer: string,
): string[] {
  if (!isObject(value)) return [say('must provide an object', pointer)];
  const { type } = value;
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (!shape) return [say(`unsupported type: ${JSON.stringify(type)}`, `${pointer}/type`)];
  return shapeFaults(shape, value, pointer, ['type']);
}

function shapeFaults(
  { fields, required, also }: Shape,
  value: JsonObject,
  pointer: string,
  known: string[] = [],
): string[] {
  const missing = required.filter((key) => value[key] === undefined);
  const faults = missing.map((key) => say(`missing required field: ${key}`, pointer));
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || known.includes(key)) continue;
    const rule = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (rule) faults.push(...faultsOf(rule, inner, `${pointer}/${key}`));
    else faults.push(say(`invalid additional property: ${key}`, pointer));
  }
  return [...faults, ...(also?.(value) ?? []).map(({ at, fault }) => say(fault, `${pointer}${at}`))];
}
