import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Delegation } from '../../src/domain/deployment/delegation.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';

describe.each(implementations)('votes in other hands, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const hand: Delegation = { environment: 'denodo', by: 'U0BEA', to: 'U0CAT', since: 1_000, until: 9_000 };

  it('are found by environment and by person, and nowhere else', async () => {
    await store.delegate(hand);
    await store.delegate({ ...hand, environment: 'ibex', to: 'U0DAN' });
    expect(await store.delegations({ environment: 'denodo' })).toEqual([hand]);
    expect(await store.delegations({ by: 'U0BEA' })).toHaveLength(2);
    expect(await store.delegations({ by: 'U0CAT' })).toEqual([]);
  });

  it('are one for each person and environment: a later hand takes the place of an earlier one', async () => {
    await store.delegate(hand);
    const later = { ...hand, to: 'U0DAN', since: 2_000, until: 5_000 };
    await store.delegate(later);
    expect(await store.delegations({ environment: 'denodo' })).toEqual([later]);
  });

  it('end all together, and only those that had not run out are said to have been taken back', async () => {
    await store.delegate(hand);
    await store.delegate({ ...hand, environment: 'ibex', until: 3_000 });
    await store.delegate({ ...hand, by: 'U0ANA' });
    expect(await store.endDelegations('U0BEA', 3_000)).toEqual([hand]);
    expect(await store.endDelegations('U0BEA', 3_000)).toEqual([]);
    expect(await store.delegations({ environment: 'denodo' })).toMatchObject([{ by: 'U0ANA' }]);
    const said = async (environment: string) =>
      (await store.environmentEvents(environment)).map(({ at, event }) => [at, event.type]);
    expect(await said('denodo')).toEqual([
      [1_000, 'vote_delegated'],
      [1_000, 'vote_delegated'],
      [3_000, 'vote_taken_back'],
    ]);
    expect(await said('ibex')).toEqual([[1_000, 'vote_delegated']]);
  });
});
