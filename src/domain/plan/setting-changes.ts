import { quote } from '../quote.ts';

type Setting = Record<string, unknown> | unknown[];

/** Settings whose words are nobody's business in a channel: only that they changed is said. */
const unsaid = new Set(['properties', 'variables', 'args', 'run', 'unless', 'manual']);

const absent = Symbol('absent');

/** How two settings differ, a line each: `minInService: 1 → 2`; entries of lists go by their names. */
export function settingChanges(before: unknown, after: unknown, path: string[] = []): string[] {
  if (isSetting(before) && isSetting(after)) {
    const [old, now] = [entriesOf(before), entriesOf(after)];
    const keys = [...new Set([...old.keys(), ...now.keys()])];
    return keys.flatMap((key) =>
      settingChanges(old.has(key) ? old.get(key) : absent, now.has(key) ? now.get(key) : absent, [
        ...path,
        key,
      ]),
    );
  }
  return Object.is(before, after) ? [] : [`${path.join('.')} ${sayChange(before, after, path)}`];
}

function isSetting(value: unknown): value is Setting {
  return typeof value === 'object' && value !== null;
}

function entriesOf(setting: Setting): Map<string, unknown> {
  if (!Array.isArray(setting)) return new Map(Object.entries(setting));
  return new Map(setting.map((item: unknown, index) => [nameOf(item) ?? String(index + 1), item]));
}

function nameOf(item: unknown): string | null {
  const { name, id } = Object(item) as { name?: unknown; id?: unknown };
  if (typeof name === 'string') return name;
  return typeof id === 'string' ? id : null;
}

function sayChange(before: unknown, after: unknown, path: string[]): string {
  if (before === absent) return 'was added';
  if (after === absent) return 'was removed';
  const [old, now] = [say(before), say(after)];
  const isHidden = path.some((key) => unsaid.has(key));
  return isHidden || old === null || now === null || old === now ? 'changed' : `${old} → ${now}`;
}

/** Null for what has no short words. */
function say(value: unknown): string | null {
  if (value === null) return 'none';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
