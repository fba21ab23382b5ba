import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';

describe.each(implementations)('App Homes on $name', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const show = async (digest: string, at: number, unlessTriedWithinMs: number | null = 5_000) =>
    await store.beginShowing({ person: 'U0ANA', digest, at, unlessTriedWithinMs });

  it('are found by when they were opened last', async () => {
    await store.openHome('U0ANA', 1_000);
    await store.openHome('U0BEN', 2_000);
    const people = async (instant: number, limit = 9) =>
      (await store.homesSince(instant, limit)).map(({ person }) => person);
    expect(await people(0)).toEqual(['U0ANA', 'U0BEN']);
    expect(await people(1_000)).toEqual(['U0BEN']);
    expect(await people(0, 1)).toEqual(['U0ANA']);
    await store.openHome('U0ANA', 3_000);
    expect(await people(2_000)).toEqual(['U0ANA']);
  });

  it('keep what their person chose to see when they are opened again', async () => {
    expect([await store.chooseHome('U0ANA', true), await store.home('U0ANA')]).toEqual([null, null]);
    expect(await store.openHome('U0ANA', 1_000)).toMatchObject({ onlyMine: false, shownDigest: null });
    expect(await store.chooseHome('U0ANA', true)).toMatchObject({ onlyMine: true });
    expect(await store.openHome('U0ANA', 2_000)).toMatchObject({ onlyMine: true, openedAt: 2_000 });
    expect(await store.home('U0ANA')).toMatchObject({ onlyMine: true, openedAt: 2_000 });
    expect(await store.openHome('U0BEN', 2_000)).toMatchObject({ onlyMine: false });
    expect(await store.chooseHome('U0ANA', false)).toMatchObject({ onlyMine: false });
  });

  it('are shown anew only where it differs, and not before the last try is old enough', async () => {
    await store.openHome('U0ANA', 1_000);
    const token = await show('one', 10_000);
    await store.endShowing('U0ANA', token ?? 0, 'one');
    expect(await show('one', 20_000)).toBeNull();
    expect(await show('two', 14_999)).toBeNull();
    expect(await show('two', 15_000)).toBe(15_000);
    expect(await show('two', 15_000)).toBeNull();
    expect(await show('two', 20_000)).toBe(20_000);
  });

  it('are shown in any case where that is asked for, each try with a token of its own', async () => {
    expect(await show('one', 1_000, null)).toBeNull();
    await store.openHome('U0ANA', 1_000);
    expect(await show('one', 10_000, null)).toBe(10_000);
    expect(await show('one', 10_000, null)).toBe(10_001);
  });

  it('are shown although the clock was set back since the last try', async () => {
    await store.openHome('U0ANA', 1_000);
    await show('one', 90_000);
    expect(await show('two', 2_000)).toBe(90_001);
  });

  it('count as unknown where two tries overlapped, until the later one is over', async () => {
    await store.openHome('U0ANA', 1_000);
    const [first, second] = [(await show('one', 10_000)) ?? 0, (await show('two', 15_000)) ?? 0];
    await store.endShowing('U0ANA', second, 'two');
    await store.endShowing('U0ANA', first, 'one');
    expect(await store.homesSince(0, 9)).toMatchObject([{ shownDigest: null }]);
    const third = await show('two', 20_000);
    await store.endShowing('U0ANA', third ?? 0, 'two');
    expect(await store.homesSince(0, 9)).toMatchObject([{ shownDigest: 'two' }]);
    await store.endShowing('U0ANA', third ?? 0, null);
    expect(await show('two', 30_000)).toBe(30_000);
  });
});
