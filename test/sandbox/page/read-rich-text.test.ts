import { expect, test } from 'vitest';

import { readRichText } from '../../../src/sandbox/page/browser/text/read-rich-text.ts';
import type { JsonObject } from '../../../src/sandbox/slack/json.ts';

const block = (...elements: JsonObject[]): JsonObject => ({ type: 'rich_text', elements });

test('quotations, preformatted text and lists are parts of their own, and styles go around the words', () => {
  const bold = { type: 'text', text: 'Reason', style: { bold: true, italic: true } };
  expect(
    readRichText(
      block(
        { type: 'rich_text_section', elements: [bold, { type: 'emoji', name: 'tada' }] },
        { type: 'rich_text_quote', elements: [{ type: 'text', text: '*as it is*' }] },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'a  b' }] },
        {
          type: 'rich_text_list',
          style: 'ordered',
          offset: 2,
          elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U0ANA' }] }],
        },
      ),
    ),
  ).toEqual([
    {
      is: 'lines',
      inside: [
        { is: 'italic', inside: [{ is: 'bold', inside: [{ is: 'text', text: 'Reason' }] }] },
        { is: 'emoji', name: 'tada' },
      ],
    },
    { is: 'quote', inside: [{ is: 'text', text: '*as it is*' }] },
    { is: 'preformatted', inside: [{ is: 'text', text: 'a  b' }] },
    {
      is: 'list',
      isOrdered: true,
      first: 3,
      indent: 0,
      items: [[{ is: 'mention', sign: '@', id: 'U0ANA', label: '' }]],
    },
  ]);
});

test('a link to anything but a page or a mail address is words', () => {
  const link = { type: 'link', url: 'javascript:alert(1)', text: 'press' };
  expect(readRichText(block({ type: 'rich_text_section', elements: [link] }))).toEqual([
    { is: 'lines', inside: [{ is: 'text', text: 'press' }] },
  ]);
});
