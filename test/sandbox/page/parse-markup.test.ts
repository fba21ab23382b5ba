import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Inline } from '../../../src/sandbox/page/browser/text/markup-tree.ts';
import { parseInline, parseMarkup } from '../../../src/sandbox/page/browser/text/parse-markup.ts';

const text = (words: string): Inline => ({ is: 'text', text: words });

describe('mrkdwn becomes a tree', () => {
  test('bold, italic, strike and code, also inside each other', () => {
    expect(parseInline('*web-1* is _very_ ~bad~ `a*b*`')).toEqual([
      { is: 'bold', inside: [text('web-1')] },
      text(' is '),
      { is: 'italic', inside: [text('very')] },
      text(' '),
      { is: 'strike', inside: [text('bad')] },
      text(' '),
      { is: 'code', text: 'a*b*' },
    ]);
    expect(parseInline('*a _b_*')).toEqual([
      { is: 'bold', inside: [text('a '), { is: 'italic', inside: [text('b')] }] },
    ]);
  });

  test.each([
    '2*3*4',
    'snake_case_name',
    '* not bold*',
    '*not bold *',
    '*a\nb*',
    'a ~ b ~ c',
    '10:30:15',
    '``',
  ])('%j stays as it is', (words) => expect(parseInline(words)).toEqual([text(words)]));

  test('people, channels, groups and everybody become mentions', () => {
    expect(parseInline('<@U0ANA> <#C0SHOP|shop> <!subteam^S1|@admins> <!here>')).toEqual([
      { is: 'mention', sign: '@', id: 'U0ANA', label: '' },
      text(' '),
      { is: 'mention', sign: '#', id: 'C0SHOP', label: 'shop' },
      text(' '),
      { is: 'mention', sign: '@', id: 'S1', label: '@admins' },
      text(' '),
      { is: 'mention', sign: '@', id: '', label: 'here' },
    ]);
  });

  test('only web and mail addresses become links', () => {
    expect(parseInline('<https://a.example/?x=1&amp;y=2|here>')).toEqual([
      { is: 'link', url: 'https://a.example/?x=1&y=2', text: 'here' },
    ]);
    expect(parseInline('<javascript:alert(1)|here>')).toEqual([text('here')]);
    expect(parseInline('<data:text/html,x>')).toEqual([text('data:text/html,x')]);
  });

  test('a date keeps its pattern and its fallback; one without a moment is its fallback', () => {
    expect(parseInline('<!date^1700000000^{date_short} {time}|then>')).toEqual([
      { is: 'date', seconds: 1_700_000_000, pattern: '{date_short} {time}', url: null, fallback: 'then' },
    ]);
    expect(parseInline('<!date^soon^{time}|then>')).toEqual([text('then')]);
  });

  test('entities are undone once, and in code as well', () => {
    expect(parseInline('&lt;b&gt; &amp;amp; `&lt;`')).toEqual([
      text('<b> &amp; '),
      { is: 'code', text: '<' },
    ]);
  });

  test('quotations and fences are parts of their own', () => {
    expect(parseMarkup('before\n&gt; one\n&gt; two\nafter\n```\nx *y*\n```\nend')).toEqual([
      { is: 'lines', inside: [text('before')] },
      { is: 'quote', inside: [text('one\ntwo')] },
      { is: 'lines', inside: [text('after')] },
      { is: 'preformatted', inside: [text('x *y*')] },
      { is: 'lines', inside: [text('end')] },
    ]);
  });

  test('no text makes it fail, and words without marks come back whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'*_~`<>|!@#^:a \n&;'.split('')) }), (words) => {
        expect(parseMarkup(words)).toBeInstanceOf(Array);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc .,-é漢'.split('')), minLength: 1 }), (words) => {
        expect(parseInline(words)).toEqual([text(words)]);
      }),
    );
  });
});
