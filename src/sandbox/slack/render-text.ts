import { type JsonObject, objectAt, objectsAt, stringAt, typeOf, wordsAt } from './json.ts';
import { renderMarkup, type RenderContext } from './render-markup.ts';
import { renderRichText } from './render-rich-text.ts';
import { elementShape, elementValue, placedElements, viewBlocks } from './view-state.ts';
import type { StoredView } from './world.ts';

/** A message as plain text for a terminal: its blocks, or its words when it has none. */
export function renderText(message: { text: string; blocks: JsonObject[] }, context: RenderContext): string {
  if (message.blocks.length === 0) return renderMarkup(message.text, context);
  return message.blocks.map((block) => renderBlock(block, context)).join('\n');
}

/** A view as plain text: head, fields with what stands in them, and the buttons at its foot. */
export function renderView(stored: StoredView, context: RenderContext): string {
  const { view, touched } = stored;
  const lines = viewBlocks(stored).map((block) =>
    block['type'] === 'input' ? renderInput(block, touched, context) : renderBlock(block, context),
  );
  const feet = ['close', 'submit'].map((key) => wordsAt(view, key)).filter((words) => words !== '');
  const head = wordsAt(view, 'title');
  return [
    ...(head === '' ? [] : [`== ${head} ==`]),
    ...lines,
    ...(feet.length === 0 ? [] : [feet.map((words) => `[${words}]`).join(' ')]),
  ].join('\n');
}

function renderBlock(block: JsonObject, context: RenderContext): string {
  switch (typeOf(block)) {
    case 'header':
      return `# ${wordsAt(block, 'text')}`;
    case 'section':
      return renderSection(block, context);
    case 'context':
      return objectsAt(block, 'elements')
        .map((element) => renderTextObject(element, context))
        .join('  ');
    case 'actions':
      return objectsAt(block, 'elements').map(renderControl).join(' ');
    case 'rich_text':
      return renderRichText(block, context);
    case 'divider':
      return '─'.repeat(40);
    case 'image':
      return `(image: ${stringAt(block, 'alt_text') ?? ''})`;
    case 'markdown':
      return stringAt(block, 'text') ?? '';
    case 'alert':
      return `! ${renderTextObject(objectAt(block, 'text'), context)}`;
    case 'table':
      return renderTable(block, context);
    default:
      return `(${typeOf(block)})`;
  }
}

function renderSection(block: JsonObject, context: RenderContext): string {
  const accessory = objectAt(block, 'accessory');
  const parts = [objectAt(block, 'text'), ...objectsAt(block, 'fields')].filter((part) => part !== undefined);
  const lines = parts.map((part) => renderTextObject(part, context));
  return [...lines, ...(accessory ? [renderControl(accessory)] : [])].join('\n');
}

function renderTextObject(element: JsonObject | undefined, context: RenderContext): string {
  const text = stringAt(element, 'text') ?? '';
  if (element?.['type'] === 'image') return `(image: ${stringAt(element, 'alt_text') ?? ''})`;
  return element?.['type'] === 'mrkdwn' ? renderMarkup(text, context) : text;
}

function renderControl(element: JsonObject): string {
  const words = wordsAt(element, 'text') || wordsAt(element, 'placeholder') || typeOf(element);
  return element['type'] === 'image' ? `(image: ${stringAt(element, 'alt_text') ?? ''})` : `[${words}]`;
}

function renderTable(block: JsonObject, context: RenderContext): string {
  const { rows } = block;
  if (!Array.isArray(rows)) return '';
  return rows
    .map((row) =>
      objectsAt({ row }, 'row')
        .map((cell) => renderCell(cell, context))
        .join(' | '),
    )
    .join('\n');
}

function renderCell(cell: JsonObject, context: RenderContext): string {
  return cell['type'] === 'rich_text' ? renderRichText(cell, context) : (stringAt(cell, 'text') ?? '');
}

/** One field: its label, what stands in it, and the choices of radio buttons and checkboxes. */
function renderInput(block: JsonObject, touched: StoredView['touched'], { timezone }: RenderContext): string {
  const label = `${wordsAt(block, 'label')}${block['optional'] === true ? ' (optional)' : ''}`;
  const hint = wordsAt(block, 'hint');
  const hints = hint === '' ? [] : [`  ${hint}`];
  const [placed] = placedElements([block]);
  if (!placed) return label;
  const value = elementValue(placed, touched);
  const type = typeOf(placed.element);
  const shape = elementShape(type);
  const chosen = optionTexts(value);
  if (type === 'checkboxes' || type === 'radio_buttons') {
    const [on, off] = type === 'checkboxes' ? ['[x]', '[ ]'] : ['(•)', '( )'];
    const options = objectsAt(placed.element, 'options').map((option) => wordsAt(option, 'text'));
    const lines = options.map((text) => `  ${chosen.includes(text) ? on : off} ${text}`);
    return [`${label}:`, ...lines, ...hints].join('\n');
  }
  const plain = shape ? sayValue(value, shape.selected, timezone) : '';
  const shown = chosen.join(', ') || plain || wordsAt(placed.element, 'placeholder') || '…';
  return [`${label}: ${chosen.length > 0 || plain !== '' ? shown : `‹${shown}›`}`, ...hints].join('\n');
}

function optionTexts(value: JsonObject): string[] {
  const one = objectAt(value, 'selected_option');
  return [...(one ? [one] : []), ...objectsAt(value, 'selected_options')].map((option) =>
    wordsAt(option, 'text'),
  );
}

function sayValue(value: JsonObject, key: string, timezone = 'UTC'): string {
  const given = value[key];
  if (key !== 'selected_date_time' || typeof given !== 'number')
    return typeof given === 'string' || typeof given === 'number' ? String(given) : '';
  const format = { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat('sv-SE', format).format(given * 1_000);
}
