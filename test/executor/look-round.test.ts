import { expect, test } from 'vitest';

import { startLookRound, type UnderWay } from '../../src/executor/look-round.ts';

test('a round that is stopped waits until what goes on has let go', async () => {
  const underWay: UnderWay = new Map();
  const ends: string[] = [];
  let letGo = (): void => undefined;
  let hasBegun = (): void => undefined;
  const begun = new Promise<void>((resolve) => (hasBegun = resolve));
  const round = startLookRound({
    store: { onCommit: () => () => true },
    underWay,
    begin: async () => {
      const gone = new Promise<void>((resolve) => (letGo = resolve));
      underWay.set('shop/web-1', { environment: 'shop', done: gone.then(() => void ends.push('look')) });
      hasBegun();
    },
    failed: (error) => expect(error).toBeNull(),
  });
  await begun;
  const stopped = round.stop().then(() => ends.push('round'));
  await new Promise((resolve) => setImmediate(resolve));
  letGo();
  await stopped;
  expect(ends).toEqual(['look', 'round']);
});
