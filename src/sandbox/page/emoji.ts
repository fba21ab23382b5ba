import { nameToEmoji } from 'gemoji';

import { isObject, type Json } from '../slack/json.ts';

/** Names that Slack has and gemoji has not, or means otherwise. */
const slackNames: Record<string, string> = {
  black_square_for_stop: '⏹️',
  double_vertical_bar: '⏸️',
  large_brown_circle: '🟤',
  large_green_circle: '🟢',
  large_orange_circle: '🟠',
  large_purple_circle: '🟣',
  large_yellow_circle: '🟡',
  simple_smile: '🙂',
  thinking_face: '🤔',
};

/** The character behind a Slack emoji name; undefined for names that nobody knows. */
export function emojiNamed(name: string): string | undefined {
  const [plain = name] = name.split('::');
  if (Object.hasOwn(slackNames, plain)) return slackNames[plain];
  return Object.hasOwn(nameToEmoji, plain) ? nameToEmoji[plain] : undefined;
}

/** The characters behind every emoji name that occurs anywhere in a value. */
export function emojiIn(value: Json): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (name: string): void => {
    const character = emojiNamed(name);
    if (character !== undefined) found[name] = character;
  };
  visit(value, (text) => {
    for (const [, name = ''] of text.matchAll(/:([a-z0-9_+'-]+):/g)) add(name);
  });
  visitEmoji(value, add);
  return found;
}

function visit(value: Json, onText: (text: string) => void): void {
  if (typeof value === 'string') return onText(value);
  for (const inner of childrenOf(value)) visit(inner, onText);
}

/** Elements of rich text, and reactions, name their emoji without colons. */
function visitEmoji(value: Json, onName: (name: string) => void): void {
  if (isObject(value) && value['type'] === 'emoji' && typeof value['name'] === 'string')
    onName(value['name']);
  if (isObject(value) && Array.isArray(value['reactions']))
    for (const name of value['reactions']) if (typeof name === 'string') onName(name);
  for (const inner of childrenOf(value)) visitEmoji(inner, onName);
}

function childrenOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((inner) => inner !== undefined) : [];
}
