import { afterEach, beforeEach, expect, test } from 'vitest';

import { once } from '../../src/app/once.ts';
import { startApp, type TestApp } from '../helpers/app.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp([]);
});
afterEach(async () => await app.store.close());

const envelope = { key: 'press-1', what: 'approve', by: 'U0BEN', at: 1 };

test('an envelope that comes again is given the first answer, and nothing is done', async () => {
  expect(await once(app.store, envelope, async () => 'approved')).toBe('approved');
  const again = async (): Promise<string> => await Promise.reject(new Error('it was done twice'));
  expect(await once(app.store, envelope, again)).toBe('approved');
});

test('another envelope is worked on by itself', async () => {
  await once(app.store, envelope, async () => 'approved');
  expect(await once(app.store, { ...envelope, key: 'press-2' }, async () => 'refused')).toBe('refused');
});

test('one whose work died without an answer is worked on again', async () => {
  const dies = async (): Promise<string> => await Promise.reject(new Error('killed'));
  await expect(once(app.store, envelope, dies)).rejects.toThrow('killed');
  expect(await once(app.store, envelope, async () => 'approved')).toBe('approved');
});

test('two that are worked on at the same time are given the answer of whoever was first', async () => {
  const answers = ['first', 'second'].map(
    async (answer) => await once(app.store, envelope, async () => answer),
  );
  const [one, other] = await Promise.all(answers);
  expect(one).toBe(other);
});
