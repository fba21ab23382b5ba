import { elements, id, plain } from './element-limits.ts';
import { type JsonObject, objectAt, objectsAt, stringAt, typeOf } from './json.ts';
import { richText } from './rich-text-limits.ts';
import type { Rule, Shape } from './rules.ts';

/** Where blocks can stand. */
export type Surface = 'message' | 'modal' | 'home';

/** How many blocks a surface holds. */
export const mostBlocks: Record<Surface, number> = { message: 50, modal: 100, home: 100 };

const chosen = (names: readonly string[]): Rule => ({
  is: 'typed',
  shapes: Object.fromEntries(Object.entries(elements).filter(([name]) => names.includes(name))),
});

const oneChoice = [
  'static_select',
  'external_select',
  'users_select',
  'conversations_select',
  'channels_select',
];
const choices = [...oneChoice, ...oneChoice.map((name) => `multi_${name}`)];
const ticks = ['radio_buttons', 'checkboxes'];
const pickers = ['datepicker', 'timepicker'];
const typed = ['plain_text_input', 'email_text_input', 'url_text_input', 'number_input', 'file_input'];

const aBoolean: Rule = { is: 'boolean' };
const block = (fields: Record<string, Rule>, required: string[], also?: Shape['also']): Shape => ({
  fields: { block_id: id, ...fields },
  required,
  ...(also && { also }),
});

function sectionSaysSomething(section: JsonObject): { at: string; fault: string }[] {
  const says = section['text'] !== undefined || section['fields'] !== undefined;
  return says ? [] : [{ at: '', fault: 'missing required field: text or fields' }];
}

/** Ids of actions are unique within their block. */
function uniqueActions(row: JsonObject): { at: string; fault: string }[] {
  const ids = objectsAt(row, 'elements').map((element) => stringAt(element, 'action_id'));
  return ids.flatMap((actionId, index) =>
    actionId !== undefined && ids.indexOf(actionId) !== index
      ? [{ at: `/elements/${index}/action_id`, fault: `\`action_id\` "${actionId}" already exists` }]
      : [],
  );
}

function filesTellNothing(input: JsonObject): { at: string; fault: string }[] {
  const element = objectAt(input, 'element');
  const wrong = input['dispatch_action'] === true && element && typeOf(element) === 'file_input';
  return wrong ? [{ at: '/dispatch_action', fault: 'is not allowed with file_input' }] : [];
}

const inContext: Rule = {
  is: 'typed',
  shapes: {
    image: elements.image,
    plain_text: {
      fields: { text: { is: 'string', min: 1, max: 3_000 }, emoji: aBoolean },
      required: ['text'],
    },
    mrkdwn: {
      fields: { text: { is: 'string', min: 1, max: 3_000 }, verbatim: aBoolean },
      required: ['text'],
    },
  },
};

const cell: Rule = {
  is: 'typed',
  shapes: {
    raw_text: { fields: { text: { is: 'string' } }, required: ['text'] },
    raw_number: { fields: { value: { is: 'anything' }, text: { is: 'string' } }, required: [] },
    rich_text: richText,
  },
};

const taskCard: Record<string, Rule> = {
  task_id: id,
  title: { is: 'string', min: 1 },
  details: { is: 'anything' },
  output: { is: 'anything' },
  sources: { is: 'anything' },
};
const taskStates = ['in_progress', 'complete', 'error'];
const taskIn = (states: string[]): Shape =>
  block({ ...taskCard, status: { is: 'string', oneOf: states } }, ['task_id', 'title']);

const everywhere = {
  divider: block({}, []),
  section: block(
    {
      text: { is: 'text', max: 3_000 },
      fields: { is: 'list', min: 1, max: 10, of: { is: 'text', max: 2_000 } },
      accessory: chosen(['button', 'overflow', 'image', ...choices, ...ticks, ...pickers]),
      expand: aBoolean,
    },
    [],
    sectionSaysSomething,
  ),
  header: block({ text: plain(150), level: { is: 'number', min: 1, max: 4 } }, ['text']),
  context: block({ elements: { is: 'list', min: 1, max: 10, of: inContext } }, ['elements']),
  actions: block(
    {
      elements: {
        is: 'list',
        min: 1,
        max: 25,
        of: chosen(['button', 'overflow', ...oneChoice, ...ticks, ...pickers, 'datetimepicker']),
      },
    },
    ['elements'],
    uniqueActions,
  ),
  image: block({ ...elements.image.fields, title: plain(2_000) }, ['alt_text']),
  input: block(
    {
      label: plain(2_000),
      hint: plain(2_000),
      element: chosen([...typed, ...choices, ...ticks, ...pickers, 'datetimepicker']),
      dispatch_action: aBoolean,
      optional: aBoolean,
    },
    ['label', 'element'],
    filesTellNothing,
  ),
  rich_text: block(richText.fields, [...richText.required]),
} satisfies Record<string, Shape>;

const table = block(
  {
    rows: { is: 'list', min: 1, max: 100, of: { is: 'list', min: 1, max: 20, of: cell } },
    column_settings: { is: 'anything' },
  },
  ['rows'],
);

/**
 * The blocks that each surface takes. Of Slack's newer blocks only those with known limits are here; card, carousel,
 * container, data_table, data_visualization and video are refused although Slack takes them.
 */
export const blocksOn: Record<Surface, Readonly<Record<string, Shape>>> = {
  message: {
    ...everywhere,
    table,
    markdown: block({ text: { is: 'string', min: 1, max: 12_000 } }, ['text']),
    task_card: taskIn(taskStates),
    plan: block(
      {
        title: { is: 'string', min: 1 },
        tasks: {
          is: 'list',
          min: 0,
          max: 50,
          of: { is: 'typed', shapes: { task_card: taskIn(['pending', ...taskStates]) } },
        },
      },
      ['title'],
    ),
  },
  modal: {
    ...everywhere,
    alert: block(
      {
        text: { is: 'text', max: 200 },
        level: { is: 'string', oneOf: ['default', 'info', 'warning', 'error', 'success'] },
      },
      ['text'],
    ),
  },
  home: { ...everywhere, table },
};
