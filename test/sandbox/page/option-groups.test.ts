import { expect, test } from 'vitest';

import { groupsOf, matching } from '../../../src/sandbox/page/browser/elements/option-groups.ts';

const option = (value: string) => ({ text: { type: 'plain_text', text: value }, value });

test('what was typed is looked for anywhere in the words, and groups without a match go', () => {
  const groups = groupsOf({
    option_groups: [
      { label: { text: 'north' }, options: [option('web-1'), option('web-2')] },
      { label: { text: 'south' }, options: [option('web-3')] },
    ],
  });
  expect(matching(groups, ' WEB-2 ')).toEqual([{ label: 'north', options: [option('web-2')] }]);
  expect(matching(groups, '')).toEqual(groups);
  expect(matching(groups, 'db')).toEqual([]);
});

test('options without groups stand in one that has no label', () => {
  expect(groupsOf({ options: [option('a')] })).toEqual([{ label: '', options: [option('a')] }]);
});
