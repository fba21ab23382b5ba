import { isObject, type Json, type JsonObject } from './json.ts';

const mention = /<(?:@([UW][A-Z0-9]+)|!subteam\^([A-Z0-9]+)|!(channel|here|everyone))(?:\|[^>]*)?>/g;
const bareWord = /(?:^|[^\w.])@(channel|here|everyone)\b/g;

/**
 * Whom a message would notify: ids of people and groups, `channel`, `here`, `everyone`, each once. Looks at the blocks
 * and at the words beside them; `@here` without `<!…>` counts in mrkdwn of blocks unless it is `verbatim`, and in the
 * words only with `linkNames`.
 */
export function pingsOf(message: { text: string; blocks: JsonObject[]; linkNames?: boolean }): string[] {
  const found = new Set<string>();
  addMarkup(message.text, message.linkNames ?? false, found);
  for (const block of message.blocks) walk(block, found);
  return [...found];
}

function addMarkup(text: string, withBareWords: boolean, found: Set<string>): void {
  for (const [, user, group, word] of text.matchAll(mention)) found.add(user ?? group ?? word ?? '');
  if (!withBareWords) return;
  for (const [, word] of text.replaceAll(/`[^`]*`/g, '').matchAll(bareWord)) found.add(word ?? '');
}

function walk(value: Json | undefined, found: Set<string>): void {
  if (Array.isArray(value)) for (const inner of value) walk(inner, found);
  if (!isObject(value)) return;
  const { type, text } = value;
  if (type === 'mrkdwn' && typeof text === 'string') addMarkup(text, value['verbatim'] !== true, found);
  if (type === 'markdown' && typeof text === 'string') addMarkup(text, true, found);
  for (const [kind, key] of richMentions)
    if (type === kind && typeof value[key] === 'string') found.add(value[key]);
  for (const inner of Object.values(value)) walk(inner, found);
}

/** Elements of rich text that notify, and where they say whom. */
const richMentions = [
  ['user', 'user_id'],
  ['usergroup', 'usergroup_id'],
  ['broadcast', 'range'],
] as const;
