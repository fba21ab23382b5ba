import { describe, expect, test } from 'vitest';

import type { JsonObject } from '../../../src/sandbox/slack/json.ts';
import { pingsOf } from '../../../src/sandbox/slack/pings.ts';
import { renderText, renderView } from '../../../src/sandbox/slack/render-text.ts';

const names: Record<string, string> = { U0ANA: 'ana', C0SHOP: 'shop', S0OPS: 'ops' };
const context = { nameOf: (id: string) => names[id], timezone: 'Europe/Madrid' };
const mrkdwn = (text: string, verbatim = true): JsonObject => ({ type: 'mrkdwn', text, verbatim });
const plain = (text: string): JsonObject => ({ type: 'plain_text', text });
const part = (type: string, ...elements: JsonObject[]): JsonObject => ({ type, elements });

describe('a message in the terminal', () => {
  test('every block reads as its reader sees it', () => {
    const text = renderText(
      {
        text: 'not shown',
        blocks: [
          { type: 'header', text: plain('#7 shop@2') },
          { type: 'section', text: mrkdwn('*waiting* by <@U0ANA>'), fields: [mrkdwn('one'), mrkdwn('two')] },
          part(
            'rich_text',
            part('rich_text_section', { type: 'text', text: 'Reason ' }, { type: 'user', user_id: 'U0ANA' }),
            part('rich_text_quote', { type: 'text', text: 'first\nsecond <b>' }),
            part('rich_text_preformatted', { type: 'text', text: 'exit 1' }),
            {
              ...part('rich_text_list', part('rich_text_section', { type: 'text', text: 'item' })),
              style: 'ordered',
            },
          ),
          { type: 'divider' },
          part('context', mrkdwn('small'), plain('print')),
          part(
            'actions',
            { type: 'button', text: plain('Approve') },
            { type: 'button', text: plain('Reject') },
          ),
        ],
      },
      context,
    );
    expect(text.split('\n')).toEqual([
      '# #7 shop@2',
      '*waiting* by @ana',
      'one',
      'two',
      'Reason @ana',
      '> first',
      '> second <b>',
      '    exit 1',
      '1. item',
      '─'.repeat(40),
      'small  print',
      '[Approve] [Reject]',
    ]);
  });

  test('a message without blocks is its words: names for ids, entities as characters, dates in the given zone', () => {
    const at = Date.UTC(2026, 6, 1, 19, 30) / 1_000;
    const text = `<@U0ANA> in <#C0SHOP> asks <!subteam^S0OPS> &amp; <!here>: 1 &lt; 2, &amp;lt; <https://x.example|here>, <!date^${at}^{date_num} at {time}|19:30 UTC>`;
    expect(renderText({ text, blocks: [] }, context)).toBe(
      '@ana in #shop asks @ops & @here: 1 < 2, &lt; here (https://x.example), 2026-07-01 at 21:30',
    );
  });

  test('a form shows what stands in its fields', () => {
    const option = (text: string): JsonObject => ({ text: plain(text), value: text });
    const input = (label: string, element: JsonObject, more: JsonObject = {}): JsonObject => ({
      type: 'input',
      block_id: label,
      label: plain(label),
      element: { action_id: label, ...element },
      ...more,
    });
    const stored = {
      id: 'V1',
      user: 'U0ANA',
      hash: 'h',
      rootId: 'V1',
      previousId: null,
      touched: new Map([['Reason\nReason', { type: 'plain_text_input', value: 'because' }]]),
      view: {
        type: 'modal',
        title: plain('Deploy'),
        submit: plain('Schedule'),
        close: plain('Close'),
        blocks: [
          input('Reason', { type: 'plain_text_input' }),
          input(
            'Servers',
            { type: 'multi_static_select', placeholder: plain('Every server') },
            { optional: true },
          ),
          input('When', {
            type: 'radio_buttons',
            options: [option('Now'), option('Later')],
            initial_option: option('Later'),
          }),
          input('Date and time', {
            type: 'datetimepicker',
            initial_date_time: Date.UTC(2026, 6, 1, 19, 30) / 1_000,
          }),
          input(
            'Warnings',
            { type: 'checkboxes', options: [option('I accept')] },
            { hint: plain('Read them.') },
          ),
        ],
      },
    };
    expect(renderView(stored, context).split('\n')).toEqual([
      '== Deploy ==',
      'Reason: because',
      'Servers (optional): ‹Every server›',
      'When:',
      '  ( ) Now',
      '  (•) Later',
      'Date and time: 2026-07-01 21:30',
      'Warnings:',
      '  [ ] I accept',
      '  Read them.',
      '[Close] [Schedule]',
    ]);
  });
});

describe('whom a message notifies', () => {
  const section = (text: JsonObject): JsonObject => ({ type: 'section', text });
  test.each<[string, { text: string; blocks: JsonObject[]; linkNames?: boolean }, string[]]>([
    ['a mention in the words', { text: '<@U0ANA> and <@U0ANA>', blocks: [] }, ['U0ANA']],
    [
      'a group and everybody',
      { text: '<!subteam^S0OPS|@ops> <!channel> <!here|here>', blocks: [] },
      ['S0OPS', 'channel', 'here'],
    ],
    ['a mention in blocks', { text: '', blocks: [section(mrkdwn('<@U0ANA>'))] }, ['U0ANA']],
    [
      'a mention in rich text',
      {
        text: '',
        blocks: [
          part(
            'rich_text',
            part(
              'rich_text_section',
              { type: 'user', user_id: 'U0ANA' },
              { type: 'broadcast', range: 'here' },
            ),
          ),
        ],
      },
      ['U0ANA', 'here'],
    ],
    [
      '@here in mrkdwn that is not verbatim',
      { text: '', blocks: [section(mrkdwn('so @here', false))] },
      ['here'],
    ],
    ['nobody: @here in verbatim mrkdwn', { text: '', blocks: [section(mrkdwn('so @here'))] }, []],
    ['nobody: @here in the words', { text: 'so @here', blocks: [] }, []],
    ['@here in the words with link_names', { text: 'so @here', blocks: [], linkNames: true }, ['here']],
    ['nobody: escaped', { text: '&lt;@U0ANA&gt; &lt;!channel&gt;', blocks: [] }, []],
    ['nobody: plain text', { text: '', blocks: [section(plain('<@U0ANA> @here'))] }, []],
    [
      'nobody: an address with @here in it',
      { text: '', blocks: [section(mrkdwn('a@here.example', false))] },
      [],
    ],
  ])('%s', (_what, message, pings) => {
    expect(pingsOf(message)).toEqual(pings);
  });
});
