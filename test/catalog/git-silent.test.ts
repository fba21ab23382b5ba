import { expect, test } from 'vitest';

import { createGitSource } from '../../src/catalog/git/git-source.ts';
import type { Mirror } from '../../src/catalog/git/mirror.ts';

const location = {
  type: 'git',
  repository: 'git@example.com:shop.git',
  path: '.',
  tag: 'v{version}',
} as const;
const now = Date.parse('2026-11-17T08:00:00Z');
const trees = {
  readText: async () => null,
  layOut: async () => {
    throw new Error('nothing is to be laid out');
  },
};

const openIn = (fetch: Mirror['fetch']): ReturnType<ReturnType<typeof createGitSource>['open']> => {
  const mirror: Mirror = {
    directory: 'unused',
    fetch,
    tags: async () => [],
    fetchedAt: async () => now - 3 * 60_000,
  };
  return createGitSource('shop', location, { mirror, trees, now: () => now }).open('2');
};

test('a version is not called missing while its repository has not answered', async () => {
  const opened = await openIn(async () => await new Promise<never>(() => undefined));
  expect(opened?.ok === false && opened.refusals).toEqual([
    expect.objectContaining({
      rule: 'unknown-revision',
      message:
        'There is no revision `shop@2` in what is known of its repository (last read 3 min ago), and the repository has not answered within 1.5 s.',
      wayOut: 'Ask again in a moment: it is still being asked.',
    }),
  ]);
});

test('a version is missing once its repository has answered that it has none', async () => {
  expect(await openIn(async () => undefined)).toBeNull();
});
