import { type JsonObject, objectsAt, stringAt, typeOf } from './json.ts';
import type { RenderContext } from './render-markup.ts';

/** A rich_text block as plain lines: quotes begin with `> `, preformatted text is indented, lists have their marks. */
export function renderRichText(block: JsonObject, context: RenderContext): string {
  return objectsAt(block, 'elements')
    .map((part) => renderPart(part, context))
    .join('\n');
}

function renderPart(part: JsonObject, context: RenderContext): string {
  switch (typeOf(part)) {
    case 'rich_text_quote':
      return prefixLines(inline(part, context), '> ');
    case 'rich_text_preformatted':
      return prefixLines(inline(part, context), '    ');
    case 'rich_text_list':
      return renderList(part, context);
    default:
      return inline(part, context);
  }
}

function renderList(list: JsonObject, context: RenderContext): string {
  const indent = '  '.repeat(Number(list['indent'] ?? 0));
  const offset = Number(list['offset'] ?? 0);
  return objectsAt(list, 'elements')
    .map((item, index) => {
      const mark = list['style'] === 'ordered' ? `${index + 1 + offset}.` : '•';
      return `${indent}${mark} ${inline(item, context)}`;
    })
    .join('\n');
}

function inline(part: JsonObject, context: RenderContext): string {
  return objectsAt(part, 'elements')
    .map((element) => renderElement(element, context))
    .join('');
}

function renderElement(element: JsonObject, { nameOf }: RenderContext): string {
  const named = (key: string): string => {
    const id = stringAt(element, key) ?? '';
    return nameOf(id) ?? id;
  };
  switch (typeOf(element)) {
    case 'user':
      return `@${named('user_id')}`;
    case 'usergroup':
      return `@${named('usergroup_id')}`;
    case 'channel':
      return `#${named('channel_id')}`;
    case 'broadcast':
      return `@${stringAt(element, 'range') ?? ''}`;
    case 'emoji':
      return `:${stringAt(element, 'name') ?? ''}:`;
    case 'date':
      return stringAt(element, 'fallback') ?? '';
    case 'link': {
      const url = stringAt(element, 'url') ?? '';
      const text = stringAt(element, 'text');
      return text === undefined ? url : `${text} (${url})`;
    }
    default:
      return stringAt(element, 'text') ?? '';
  }
}

function prefixLines(text: string, prefix: string): string {
  return text.replaceAll(/^/gm, prefix);
}
