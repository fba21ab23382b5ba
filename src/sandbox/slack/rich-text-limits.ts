import type { Rule, Shape } from './rules.ts';

const words: Rule = { is: 'string', min: 1 };
const style: Rule = {
  is: 'object',
  shape: {
    fields: Object.fromEntries(
      ['bold', 'italic', 'strike', 'underline', 'code', 'highlight', 'client_highlight', 'unlink'].map(
        (name): [string, Rule] => [name, { is: 'boolean' }],
      ),
    ),
    required: [],
  },
};

const inline = (fields: Record<string, Rule>, required: string[]): Shape => ({
  fields: { ...fields, style },
  required,
});

const inlineShapes: Record<string, Shape> = {
  text: inline({ text: words }, ['text']),
  link: inline({ url: words, text: { is: 'string' }, unsafe: { is: 'boolean' } }, ['url']),
  user: inline({ user_id: words }, ['user_id']),
  usergroup: inline({ usergroup_id: words }, ['usergroup_id']),
  channel: inline({ channel_id: words }, ['channel_id']),
  broadcast: inline({ range: { is: 'string', oneOf: ['here', 'channel', 'everyone'] } }, ['range']),
  emoji: inline({ name: words, unicode: { is: 'string' } }, ['name']),
  color: inline({ value: words }, ['value']),
  date: inline(
    {
      timestamp: { is: 'number', min: 0, max: 99_999_999_999 },
      format: words,
      url: words,
      fallback: words,
    },
    ['timestamp', 'format'],
  ),
};

const elementsOf = (shapes: Record<string, Shape>): Rule => ({
  is: 'list',
  min: 0,
  max: Infinity,
  of: { is: 'typed', shapes },
});
const border: Rule = { is: 'number', min: 0, max: 1 };
const section: Shape = { fields: { elements: elementsOf(inlineShapes) }, required: ['elements'] };
const { text = section, link = section } = inlineShapes;

/** The body of a rich_text block, which tables have in their cells as well. */
export const richText: Shape = {
  fields: {
    elements: elementsOf({
      rich_text_section: section,
      rich_text_quote: { fields: { ...section.fields, border }, required: ['elements'] },
      rich_text_preformatted: {
        fields: { elements: elementsOf({ text, link }), border, language: { is: 'string' } },
        required: ['elements'],
      },
      rich_text_list: {
        fields: {
          elements: elementsOf({ rich_text_section: section }),
          style: { is: 'string', oneOf: ['bullet', 'ordered'] },
          indent: { is: 'number', min: 0, max: 8 },
          offset: { is: 'number', min: 0, max: 1_000_000 },
          border,
        },
        required: ['elements', 'style'],
      },
    }),
  },
  required: ['elements'],
};
