import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FillIn } from '../../src/store/properties.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';

describe.each(implementations)('properties that people fill in, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const fill: FillIn = {
    environment: 'denodo',
    by: 'U0BEA',
    at: 3_000,
    properties: [
      { cluster: 'eu', name: 'crm.login', value: 'sched' },
      { cluster: null, name: 'databases.a.URI', value: 'jdbc:a' },
    ],
  };

  it('are there for their environment and cluster, and for no other', async () => {
    expect(await store.fillIn(fill)).toEqual(fill.properties);
    expect(await store.filledIn('denodo')).toEqual(fill.properties.toReversed());
    expect(await store.filledIn('ibex')).toEqual([]);
  });

  it('keep the first value: what is filled in again changes nothing and is not said to have been', async () => {
    await store.fillIn(fill);
    const [login] = fill.properties;
    const again = [
      { cluster: 'eu', name: 'crm.login', value: 'other' },
      { cluster: 'us', name: 'crm.login', value: 'sched-us' },
    ];
    expect(await store.fillIn({ ...fill, by: 'U0ANA', at: 4_000, properties: again })).toEqual([again[1]]);
    expect(await store.filledIn('denodo')).toContainEqual(login);
    expect(await store.fillIn({ ...fill, at: 5_000 })).toEqual([]);
    expect(await store.environmentEvents('denodo')).toHaveLength(2);
  });

  it('leave who, when and which in the trail, and no value', async () => {
    await store.fillIn({ ...fill, via: 'command line' });
    const trail = await store.environmentEvents('denodo');
    const properties = [{ cluster: 'eu', name: 'crm.login' }, { name: 'databases.a.URI' }];
    const event = { type: 'properties_filled', properties, by: 'U0BEA', via: 'command line' };
    expect(trail).toEqual([{ environment: 'denodo', at: 3_000, event }]);
    expect(JSON.stringify(trail)).not.toContain('jdbc:a');
  });
});
