import { type JsonObject, objectAt, objectsAt, stringAt } from './json.ts';
import type { Rule, Shape } from './rules.ts';

const anyString: Rule = { is: 'string', min: 1 };
const aBoolean: Rule = { is: 'boolean' };
/** Text that is never markup, with its longest length. */
export const plain = (max: number): Rule => ({ is: 'text', max, plain: true });
/** An id that an app gives. */
export const id: Rule = { is: 'string', min: 1, max: 255 };

const confirm: Rule = {
  is: 'object',
  shape: {
    fields: {
      title: plain(100),
      text: { is: 'text', max: 300 },
      confirm: plain(30),
      deny: plain(30),
      style: { is: 'string', oneOf: ['primary', 'danger'] },
    },
    required: ['title', 'text', 'confirm', 'deny'],
  },
};

const optionOf = (text: Rule, more: Record<string, Rule> = {}): Rule => ({
  is: 'object',
  shape: {
    fields: { text, value: { is: 'string', max: 150 }, description: plain(75), ...more },
    required: ['text', 'value'],
  },
});
/** An option of a menu. */
export const option = optionOf(plain(75));
const markedOption = optionOf({ is: 'text', max: 75 }, { description: { is: 'text', max: 75 } });
const group: Rule = {
  is: 'object',
  shape: {
    fields: { label: plain(75), options: { is: 'list', min: 1, max: 100, of: option } },
    required: ['label', 'options'],
  },
};

const listOf = (of: Rule, max: number, min = 1): Rule => ({ is: 'list', min, max, of });
const common = { action_id: id, confirm, focus_on_load: aBoolean };
const shape = (fields: Record<string, Rule>, required: string[] = [], also?: Shape['also']): Shape => ({
  fields: { ...common, ...fields },
  required,
  ...(also && { also }),
});

const placeholder = plain(150);
const most = { is: 'number', min: 1, max: Infinity } satisfies Rule;

/** An initial choice must be one of the options. */
function initialIsOffered(element: JsonObject): { at: string; fault: string }[] {
  const offered = [
    ...objectsAt(element, 'options'),
    ...objectsAt(element, 'option_groups').flatMap((each) => objectsAt(each, 'options')),
  ].map((each) => stringAt(each, 'value'));
  const one = objectAt(element, 'initial_option');
  const at = one ? '/initial_option' : '/initial_options';
  const strangers = [...(one ? [one] : []), ...objectsAt(element, 'initial_options')].filter(
    (each) => !offered.includes(stringAt(each, 'value')),
  );
  return strangers.length > 0 ? [{ at, fault: 'must match one of the options' }] : [];
}

function optionsOrGroups(element: JsonObject): { at: string; fault: string }[] {
  const given = ['options', 'option_groups'].filter((key) => element[key] !== undefined);
  const fault = 'must provide exactly one of: options, option_groups';
  return [...(given.length === 1 ? [] : [{ at: '', fault }]), ...initialIsOffered(element)];
}

const staticFields = { placeholder, options: listOf(option, 100), option_groups: listOf(group, 100) };
const externalFields = {
  placeholder,
  min_query_length: { is: 'number', min: 0, max: Infinity } satisfies Rule,
};
const pickIds = (name: string): Record<string, Shape> => ({
  [`${name}s_select`]: shape({ placeholder, [`initial_${name}`]: anyString }),
  [`multi_${name}s_select`]: shape({
    placeholder,
    [`initial_${name}s`]: listOf(anyString, Infinity),
    max_selected_items: most,
  }),
});

const typedText = (max: number): Shape =>
  shape({
    placeholder,
    initial_value: { is: 'string', max },
    multiline: aBoolean,
    min_length: { is: 'number', min: 0, max: 3_000 },
    max_length: { is: 'number', min: 1, max: 3_000 },
    dispatch_action_config: { is: 'anything' },
  });
const shortText = shape({
  placeholder,
  initial_value: anyString,
  dispatch_action_config: { is: 'anything' },
});
const ticked = { options: listOf(markedOption, 10) };

/** Every element that this stand-in knows, with Slack's limits. */
export const elements = {
  button: shape(
    {
      text: plain(75),
      value: { is: 'string', max: 2_000 },
      url: { is: 'string', max: 3_000 },
      style: { is: 'string', oneOf: ['primary', 'danger'] },
      accessibility_label: { is: 'string', max: 75 },
    },
    ['text'],
  ),
  overflow: shape({ options: listOf(optionOf(plain(75), { url: { is: 'string', max: 3_000 } }), 5) }, [
    'options',
  ]),
  static_select: shape({ ...staticFields, initial_option: option }, [], optionsOrGroups),
  multi_static_select: shape(
    { ...staticFields, initial_options: listOf(option, 100), max_selected_items: most },
    [],
    optionsOrGroups,
  ),
  external_select: shape({ ...externalFields, initial_option: option }),
  multi_external_select: shape({
    ...externalFields,
    initial_options: listOf(option, 100),
    max_selected_items: most,
  }),
  ...pickIds('user'),
  ...pickIds('conversation'),
  ...pickIds('channel'),
  radio_buttons: shape({ ...ticked, initial_option: markedOption }, ['options'], initialIsOffered),
  checkboxes: shape({ ...ticked, initial_options: listOf(markedOption, 10) }, ['options'], initialIsOffered),
  datepicker: shape({ placeholder, initial_date: { is: 'string', like: /^\d{4}-\d\d-\d\d$/ } }),
  timepicker: shape({
    placeholder,
    initial_time: { is: 'string', like: /^([01]\d|2[0-3]):[0-5]\d$/ },
    timezone: anyString,
  }),
  datetimepicker: shape({ initial_date_time: { is: 'number', min: 1e9, max: 9_999_999_999 } }),
  plain_text_input: typedText(3_000),
  email_text_input: shortText,
  url_text_input: shortText,
  number_input: shape(
    {
      placeholder,
      is_decimal_allowed: aBoolean,
      initial_value: anyString,
      min_value: anyString,
      max_value: anyString,
      dispatch_action_config: { is: 'anything' },
    },
    ['is_decimal_allowed'],
  ),
  file_input: shape({
    filetypes: listOf(anyString, Infinity),
    max_files: { is: 'number', min: 1, max: 10 },
  }),
  image: {
    fields: {
      alt_text: { is: 'string', min: 1, max: 2_000 },
      image_url: { is: 'string', min: 1, max: 3_000 },
      slack_file: { is: 'anything' },
    },
    required: ['alt_text'],
  },
} satisfies Record<string, Shape>;
