import { type JsonObject, objectAt, objectsAt, stringAt, typeOf } from '../../../slack/json.ts';
import type { Inline, Part } from './markup-tree.ts';

/** A rich_text block as a tree. */
export function readRichText(block: JsonObject): Part[] {
  return objectsAt(block, 'elements').map(readPart);
}

function readPart(part: JsonObject): Part {
  switch (typeOf(part)) {
    case 'rich_text_quote':
      return { is: 'quote', inside: inlinesOf(part) };
    case 'rich_text_preformatted':
      return { is: 'preformatted', inside: inlinesOf(part) };
    case 'rich_text_list':
      return {
        is: 'list',
        isOrdered: part['style'] === 'ordered',
        first: Number(part['offset'] ?? 0) + 1,
        indent: Number(part['indent'] ?? 0),
        items: objectsAt(part, 'elements').map(inlinesOf),
      };
    default:
      return { is: 'lines', inside: inlinesOf(part) };
  }
}

function inlinesOf(part: JsonObject): Inline[] {
  return objectsAt(part, 'elements').map(readInline);
}

function readInline(element: JsonObject): Inline {
  const text = stringAt(element, 'text') ?? '';
  const named = (key: string, sign: '@' | '#'): Inline => ({
    is: 'mention',
    sign,
    id: stringAt(element, key) ?? '',
    label: '',
  });
  switch (typeOf(element)) {
    case 'user':
      return named('user_id', '@');
    case 'usergroup':
      return named('usergroup_id', '@');
    case 'channel':
      return named('channel_id', '#');
    case 'broadcast':
      return { is: 'mention', sign: '@', id: '', label: stringAt(element, 'range') ?? '' };
    case 'emoji':
      return { is: 'emoji', name: stringAt(element, 'name') ?? '' };
    case 'date':
      return readDate(element);
    case 'link':
      return readLink(stringAt(element, 'url') ?? '', text);
    default:
      return styled({ is: 'text', text }, objectAt(element, 'style'));
  }
}

function readLink(url: string, text: string): Inline {
  if (!/^(https?:|mailto:)/i.test(url)) return { is: 'text', text: text || url };
  return { is: 'link', url, text: text || url };
}

function readDate(element: JsonObject): Inline {
  const seconds = Number(element['timestamp'] ?? Number.NaN);
  const fallback = stringAt(element, 'fallback') ?? '';
  const pattern = stringAt(element, 'format') ?? '';
  if (!Number.isFinite(seconds)) return { is: 'text', text: fallback };
  return { is: 'date', seconds, pattern, url: stringAt(element, 'url') ?? null, fallback };
}

function styled(inline: Inline & { is: 'text' }, style: JsonObject | undefined): Inline {
  let result: Inline = style?.['code'] === true ? { is: 'code', text: inline.text } : inline;
  for (const is of ['bold', 'italic', 'strike'] as const)
    if (style?.[is] === true) result = { is, inside: [result] };
  return result;
}
