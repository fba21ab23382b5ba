import { expect, test } from 'vitest';

import { emojiIn, emojiNamed } from '../../../src/sandbox/page/emoji.ts';

test.each([
  ['tada', '🎉'],
  ['+1', '👍'],
  ['+1::skin-tone-3', '👍'],
  ['white_check_mark', '✅'],
  ['large_green_circle', '🟢'],
  ['black_square_for_stop', '⏹️'],
])(':%s: is %s', (name, character) => expect(emojiNamed(name)).toBe(character));

test.each(['no_such_emoji', 'constructor', '__proto__'])(':%s: is nothing', (name) =>
  expect(emojiNamed(name)).toBeUndefined(),
);

test('names are found in texts, in rich text and among reactions, however deep, and clock times are none', () => {
  const value = {
    text: 'done :tada: at 10:30:15',
    blocks: [{ elements: [{ type: 'emoji', name: 'rocket' }] }],
    reactions: ['eyes'],
  };
  expect(emojiIn(value)).toEqual({ tada: '🎉', rocket: '🚀', eyes: '👀' });
});
