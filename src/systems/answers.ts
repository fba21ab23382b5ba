import { harmless } from '../domain/quote.ts';

/** An object of parsed JSON, whose values are looked at one by one. */
export type Fields = Record<string, unknown>;

/** The value as an object; empty where it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The value as a list of objects: bare, or below one of these names. */
export function listOf(value: unknown, ...names: string[]): Fields[] {
  const list = Array.isArray(value)
    ? (value as unknown[])
    : names.map((name) => fieldsOf(value)[name]).find(Array.isArray);
  return Array.isArray(list) ? (list as unknown[]).map(fieldsOf) : [];
}

/** The value as text; empty where it is neither text nor a number. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The value as the number of something on a server; null where it is none. */
export function idOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** What a server said to a person, in one line; empty where it said nothing. */
export function wordsOf(body: unknown): string {
  if (typeof body === 'string') return harmless(body);
  const { message, errorMessage, error, detail } = fieldsOf(body);
  const words = [message, errorMessage, error, detail].map(textOf).filter((word) => word !== '');
  return harmless([...new Set(words)].join(': '));
}
