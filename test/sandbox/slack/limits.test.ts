import { describe, expect, test } from 'vitest';

import type { JsonObject } from '../../../src/sandbox/slack/json.ts';
import { validateBlocks } from '../../../src/sandbox/slack/validate-blocks.ts';
import { validateView } from '../../../src/sandbox/slack/validate-view.ts';

const long = (length: number): string => 'x'.repeat(length);
const plain = (length: number): JsonObject => ({ type: 'plain_text', text: long(length) });
const mrkdwn = (length: number): JsonObject => ({ type: 'mrkdwn', text: long(length) });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const option = (text = 1, value = '1', more: JsonObject = {}): JsonObject => ({
  text: plain(text),
  value,
  ...more,
});
const options = (count: number): JsonObject[] => times(count, (index) => option(1, String(index)));
const section = (more: JsonObject = {}): JsonObject => ({ type: 'section', text: mrkdwn(1), ...more });
const button = (more: JsonObject = {}): JsonObject => ({ type: 'button', text: plain(1), ...more });
const row = (...elements: JsonObject[]): JsonObject => ({ type: 'actions', elements });
const input = (element: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'input',
  label: plain(1),
  element,
  ...more,
});
const select = (more: JsonObject): JsonObject => input({ type: 'static_select', ...more });
const area = (more: JsonObject): JsonObject => input({ type: 'plain_text_input', ...more });
const confirm = (more: JsonObject): JsonObject =>
  row(button({ confirm: { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1), ...more } }));
const rich = (...elements: JsonObject[]): JsonObject => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});

const image = (more: JsonObject): JsonObject => ({ type: 'image', alt_text: 'x', image_url: 'x', ...more });
const cell = (length: number): JsonObject => ({ type: 'raw_text', text: long(length) });

/** Each limit with its highest value, and blocks that use as much. */
const blockLimits: [string, number, (count: number) => JsonObject | JsonObject[]][] = [
  ['blocks in a message', 50, (count) => times(count, () => section())],
  ['characters in a section', 3_000, (count) => section({ text: mrkdwn(count) })],
  ['fields of a section', 10, (count) => section({ fields: times(count, () => mrkdwn(1)) })],
  ['characters in a field', 2_000, (count) => section({ fields: [mrkdwn(count)] })],
  ['characters in a header', 150, (count) => ({ type: 'header', text: plain(count) })],
  ['elements of a context', 10, (count) => ({ type: 'context', elements: times(count, () => mrkdwn(1)) })],
  ['buttons in a row', 25, (count) => row(...times(count, () => button()))],
  ['characters on a button', 75, (count) => row(button({ text: plain(count) }))],
  ["characters in a button's value", 2_000, (count) => row(button({ value: long(count) }))],
  ['characters in an accessibility label', 75, (count) => row(button({ accessibility_label: long(count) }))],
  ['characters in an action_id', 255, (count) => row(button({ action_id: long(count) }))],
  ['characters in a block_id', 255, (count) => section({ block_id: long(count) })],
  ["characters in a confirm's title", 100, (count) => confirm({ title: plain(count) })],
  ["characters in a confirm's text", 300, (count) => confirm({ text: plain(count) })],
  ["characters on a confirm's yes", 30, (count) => confirm({ confirm: plain(count) })],
  ["characters on a confirm's no", 30, (count) => confirm({ deny: plain(count) })],
  ['characters in a label', 2_000, (count) => input({ type: 'datetimepicker' }, { label: plain(count) })],
  ['characters in a hint', 2_000, (count) => input({ type: 'datetimepicker' }, { hint: plain(count) })],
  ['characters in a placeholder', 150, (count) => area({ placeholder: plain(count) })],
  ['max_length of a text field', 3_000, (count) => area({ max_length: count })],
  ['options of a menu', 100, (count) => select({ options: options(count) })],
  [
    'groups of a menu',
    100,
    (count) => select({ option_groups: times(count, () => ({ label: plain(1), options: options(1) })) }),
  ],
  ["characters in an option's text", 75, (count) => select({ options: [option(count)] })],
  ["characters in an option's value", 150, (count) => select({ options: [option(1, long(count))] })],
  [
    "characters in an option's description",
    75,
    (count) => select({ options: [option(1, '1', { description: plain(count) })] }),
  ],
  ['radio buttons', 10, (count) => input({ type: 'radio_buttons', options: options(count) })],
  ['checkboxes', 10, (count) => input({ type: 'checkboxes', options: options(count) })],
  ['items of an overflow menu', 5, (count) => row({ type: 'overflow', options: options(count) })],
  ['characters in a markdown block', 12_000, (count) => ({ type: 'markdown', text: long(count) })],
  [
    'rows of a table',
    100,
    (count) => ({ type: 'table', rows: times(count, () => [{ type: 'raw_text', text: 'x' }]) }),
  ],
  [
    'tables in a message',
    1,
    (count) => times(count, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] })),
  ],
  ['characters in a context', 3_000, (count) => ({ type: 'context', elements: [mrkdwn(count)] })],
  ['plain characters in a context', 3_000, (count) => ({ type: 'context', elements: [plain(count)] })],
  ['levels of a header', 4, (count) => ({ type: 'header', text: plain(1), level: count })],
  ["characters in a button's url", 3_000, (count) => row(button({ url: long(count) }))],
  [
    "characters in a menu item's url",
    3_000,
    (count) => row({ type: 'overflow', options: [option(1, '1', { url: long(count) })] }),
  ],
  ["characters in a menu item's text", 75, (count) => row({ type: 'overflow', options: [option(count)] })],
  ["characters in a checkbox's text", 75, (count) => input({ type: 'checkboxes', options: [option(count)] })],
  [
    "characters in a checkbox's description",
    75,
    (count) => input({ type: 'checkboxes', options: [option(1, '1', { description: mrkdwn(count) })] }),
  ],
  [
    "characters in a group's label",
    75,
    (count) => select({ option_groups: [{ label: plain(count), options: options(1) }] }),
  ],
  [
    'options of a group',
    100,
    (count) => select({ option_groups: [{ label: plain(1), options: options(count) }] }),
  ],
  [
    'options chosen at first',
    100,
    (count) => input({ type: 'multi_external_select', initial_options: options(count) }),
  ],
  ['min_length of a text field', 3_000, (count) => area({ min_length: count })],
  ['characters in a text field at first', 3_000, (count) => area({ initial_value: long(count) })],
  ['files', 10, (count) => input({ type: 'file_input', max_files: count })],
  ["characters in an image's alt_text", 2_000, (count) => image({ alt_text: long(count) })],
  ["characters in an image's url", 3_000, (count) => image({ image_url: long(count) })],
  ["characters in an image's title", 2_000, (count) => image({ title: plain(count) })],
  ['columns of a table', 20, (count) => ({ type: 'table', rows: [times(count, () => cell(1))] })],
  ['characters in a table', 10_000, (count) => ({ type: 'table', rows: [[cell(count)]] })],
  [
    'characters in two markdown blocks',
    12_000,
    (count) => [
      { type: 'markdown', text: 'x' },
      { type: 'markdown', text: long(count - 1) },
    ],
  ],
  [
    'tasks of a plan',
    50,
    (count) => ({
      type: 'plan',
      title: 'x',
      tasks: times(count, (index) => ({ type: 'task_card', task_id: String(index), title: 'x' })),
    }),
  ],
];

/** Blocks that Slack refuses whole, and where. */
const refusedBlocks: [string, JsonObject | JsonObject[], string][] = [
  ['of an unknown kind', { type: 'banner' }, '/blocks/0/type'],
  ['with an unknown field', section({ colour: 'red' }), '/blocks/0'],
  ['that say nothing', { type: 'section' }, '/blocks/0'],
  ['with empty text', section({ text: { type: 'mrkdwn', text: '' } }), '/blocks/0/text/text'],
  ['with markup in a header', { type: 'header', text: mrkdwn(1) }, '/blocks/0/text/type'],
  ['with empty rich text', rich({ type: 'text', text: '' }), '/blocks/0/elements/0/elements/0/text'],
  [
    'with the same block_id twice',
    [section({ block_id: 'a' }), section({ block_id: 'a' })],
    '/blocks/1/block_id',
  ],
  [
    'with the same action_id twice in a row',
    row(button({ action_id: 'a' }), button({ action_id: 'a' })),
    '/blocks/0/elements/1/action_id',
  ],
  ['with a text field in a row of buttons', row({ type: 'plain_text_input' }), '/blocks/0/elements/0/type'],
  ['with a menu of no options', select({ options: [] }), '/blocks/0/element/options'],
  ['with a menu of neither options nor groups', select({}), '/blocks/0/element'],
  [
    'with an initial option that is not offered',
    select({ options: options(1), initial_option: option(1, '7') }),
    '/blocks/0/element/initial_option',
  ],
  [
    'with an empty list of initial options',
    input({ type: 'multi_external_select', initial_options: [] }),
    '/blocks/0/element/initial_options',
  ],
  [
    'with a moment in milliseconds',
    input({ type: 'datetimepicker', initial_date_time: 1_800_000_000_000 }),
    '/blocks/0/element/initial_date_time',
  ],
  ['of an alert, which stands only in modals', { type: 'alert', text: plain(1) }, '/blocks/0/type'],
];

const modal = (more: JsonObject = {}): JsonObject => ({
  type: 'modal',
  title: plain(1),
  blocks: [section()],
  ...more,
});

const viewLimits: [string, number, (count: number) => JsonObject][] = [
  ['characters in a title', 24, (count) => modal({ title: plain(count) })],
  ['characters on submit', 24, (count) => modal({ submit: plain(count) })],
  ['characters on close', 24, (count) => modal({ close: plain(count) })],
  ['characters in private_metadata', 3_000, (count) => modal({ private_metadata: long(count) })],
  ['characters in a callback_id', 255, (count) => modal({ callback_id: long(count) })],
  ['characters in an alert', 200, (count) => modal({ blocks: [{ type: 'alert', text: plain(count) }] })],
  ['blocks in a modal', 100, (count) => modal({ blocks: times(count, () => section()) })],
];

const refusedViews: [string, JsonObject, string][] = [
  ['with a field but nothing to send it', modal({ blocks: [area({})] }), '/view'],
  ['without a title', { type: 'modal', blocks: [section()] }, '/view'],
  [
    'with a table, which stands in no modal',
    modal({ blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }] }),
    '/view/blocks/0/type',
  ],
];

describe('what Slack refuses', () => {
  test.each(blockLimits)('%s: %i are taken, one more is not', (_what, most, make) => {
    expect(validateBlocks([make(most)].flat(), 'message')).toEqual([]);
    expect(validateBlocks([make(most + 1)].flat(), 'message')).not.toEqual([]);
  });

  test.each(refusedBlocks)('blocks %s', (_what, blocks, pointer) => {
    expect(validateBlocks([blocks].flat(), 'message')).toEqual([
      expect.stringContaining(`[json-pointer:${pointer}]`),
    ]);
  });

  test.each(viewLimits)('%s: %i are taken, one more is not', (_what, most, make) => {
    expect(validateView(make(most), 'modal')).toEqual([]);
    expect(validateView(make(most + 1), 'modal')).not.toEqual([]);
  });

  test('a home tab holds 100 blocks, and not one more', () => {
    const home = (count: number): JsonObject => ({ type: 'home', blocks: times(count, () => section()) });
    expect(validateView(home(100), 'home')).toEqual([]);
    expect(validateView(home(101), 'home')).not.toEqual([]);
  });

  test.each(refusedViews)('views %s', (_what, view, pointer) => {
    expect(validateView(view, 'modal')).toEqual([expect.stringContaining(`[json-pointer:${pointer}]`)]);
  });
});
