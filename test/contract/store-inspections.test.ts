import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';

describe.each(implementations)('servers that are asked outside any deployment, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const answer = { problem: null, readBack: 'shop@1' };
  const web1 = { environment: 'shop', server: 'web-1' };
  const names = async (limit = 10) => (await store.unanswered(limit)).map(({ server }) => server);

  it('wait for an answer, the one that was asked first before the others', async () => {
    await store.askServers('shop', ['web-2'], 2_000);
    await store.askServers('shop', ['web-1'], 1_000);
    expect(await names()).toEqual(['web-1', 'web-2']);
    expect(await names(1)).toEqual(['web-1']);
    await store.answerFor(web1, { at: 3_000, answer });
    expect(await names()).toEqual(['web-2']);
  });

  it('keep what they said last until they answer again', async () => {
    await store.askServers('shop', ['web-1'], 1_000);
    expect(await store.askedServers('shop')).toEqual([{ server: 'web-1', askedAt: 1_000, answered: null }]);
    await store.answerFor(web1, { at: 2_000, answer });
    await store.askServers('shop', ['web-1'], 5_000);
    expect(await names()).toEqual(['web-1']);
    const answered = { at: 2_000, answer, saidSince: 2_000 };
    expect(await store.askedServers('shop')).toEqual([{ server: 'web-1', askedAt: 5_000, answered }]);
    expect(await store.askedServers('ibex')).toEqual([]);
  });

  it('have been saying the same since the first answer in a row that said it', async () => {
    await store.askServers('shop', ['web-1'], 1_000);
    const saidSince = async (at: number, readBack: string | null) => {
      await store.answerFor(web1, { at, answer: { problem: null, readBack } });
      return (await store.askedServers('shop'))[0]?.answered?.saidSince;
    };
    expect(await saidSince(2_000, 'shop@1')).toBe(2_000);
    expect(await saidSince(3_000, 'shop@1')).toBe(2_000);
    expect(await saidSince(4_000, null)).toBe(4_000);
    expect(await saidSince(5_000, null)).toBe(4_000);
    expect(await saidSince(6_000, 'shop@1')).toBe(6_000);
  });

  it('are not made up by an answer that nobody asked for', async () => {
    await store.answerFor(web1, { at: 2_000, answer });
    expect(await store.askedServers('shop')).toEqual([]);
  });
});
