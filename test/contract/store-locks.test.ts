import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { EnvironmentLock } from '../../src/domain/deployment/lock.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import { attemptStarted, change, create, createQueued, requested } from './store-samples.ts';

describe.each(implementations)('the lock of an environment, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const lock: EnvironmentLock = { environment: 'ibex', by: 'U0BEA', reason: 'moving', since: 3_000 };
  const unlock = { environment: 'ibex', by: 'U0ANA', since: 3_000, at: 4_000 };
  const claim = async (deployment: number, staleBefore = 500) =>
    await store.claim({ deployment, holder: 'p1', at: 1_000, staleBefore });
  const lastEvents = async (deployment: number, after: number) =>
    (await store.eventsAfter(deployment, after)).map(({ event }) => event);

  it('stands until it is lifted, and a second one changes nothing', async () => {
    expect(await store.lock('ibex')).toBeNull();
    expect(await store.lockEnvironment(lock)).toBeNull();
    expect(await store.lockEnvironment({ ...lock, by: 'U0ANA', reason: 'mine' })).toEqual(lock);
    const other: EnvironmentLock = { ...lock, environment: 'denodo', via: 'command line' };
    await store.lockEnvironment(other);
    expect(await store.lock('ibex')).toEqual(lock);
    expect(await store.locks()).toEqual([other, lock]);
    expect(await store.unlockEnvironment(unlock)).toEqual(lock);
    expect(await store.lock('ibex')).toBeNull();
    expect(await store.locks()).toEqual([other]);
  });

  it('is lifted only where it is the one that was decided about', async () => {
    await store.lockEnvironment(lock);
    expect(await store.unlockEnvironment({ ...unlock, since: 2_999 })).toBeNull();
    expect(await store.unlockEnvironment({ ...unlock, environment: 'denodo' })).toBeNull();
    expect(await store.lock('ibex')).toEqual(lock);
  });

  it('leaves a trail of who closed and opened it, and when', async () => {
    await store.lockEnvironment(lock);
    await store.lockEnvironment({ ...lock, reason: 'refused' });
    await store.unlockEnvironment({ ...unlock, via: 'command line' });
    await store.unlockEnvironment(unlock);
    expect(await store.environmentEvents('ibex')).toEqual([
      { environment: 'ibex', at: 3_000, event: { type: 'locked', by: 'U0BEA', reason: 'moving' } },
      { environment: 'ibex', at: 4_000, event: { type: 'unlocked', by: 'U0ANA', via: 'command line' } },
    ]);
    expect(await store.environmentEvents('denodo')).toEqual([]);
  });

  it('keeps what is queued from being claimed, and nothing elsewhere', async () => {
    const queued = await createQueued(store, 'ibex');
    const elsewhere = await createQueued(store, 'denodo');
    await store.lockEnvironment(lock);
    expect((await store.claimable(500)).map(({ number }) => number)).toEqual([elsewhere]);
    expect(await claim(queued)).toBeNull();
    expect(await claim(elsewhere)).not.toBeNull();
    await store.unlockEnvironment(unlock);
    expect(await claim(queued)).toMatchObject({ deployment: queued });
  });

  it('lets what has begun go on, also in another process', async () => {
    const running = await createQueued(store, 'ibex');
    await claim(running);
    await store.commit(change(running, [attemptStarted()], { fence: 1 }));
    await store.lockEnvironment(lock);
    expect(await claim(running, 5_000)).toMatchObject({ fence: 2 });
  });

  it('that is set between the claim and the first step lets no attempt begin', async () => {
    const claimed = await createQueued(store, 'ibex');
    await claim(claimed);
    await store.lockEnvironment(lock);
    const begin = change(claimed, [attemptStarted()], { fence: 1 });
    expect(await store.commit(begin)).toEqual({ ok: false, why: 'locked' });
    expect(await store.summary(claimed)).toMatchObject({ state: 'queued' });
    await store.unlockEnvironment(unlock);
    expect(await store.commit(begin)).toMatchObject({ ok: true });
  });

  it('and its end stand in the log of everything that is queued there, and of nothing else', async () => {
    const queued = await createQueued(store, 'ibex');
    const waiting = await create(store, { environment: 'ibex' });
    const elsewhere = await createQueued(store, 'denodo');
    await store.lockEnvironment(lock);
    await store.unlockEnvironment(unlock);
    expect(await lastEvents(queued, 2)).toEqual([
      { type: 'lock_met', by: 'U0BEA', reason: 'moving', since: 3_000 },
      { type: 'lock_lifted', by: 'U0ANA' },
    ]);
    expect(await store.summary(queued)).toMatchObject({ state: 'queued', version: 4 });
    expect(await lastEvents(waiting, 1)).toEqual([]);
    expect(await lastEvents(elsewhere, 2)).toEqual([]);
  });

  it('is written to the log of what is queued later, once', async () => {
    await store.lockEnvironment(lock);
    const fresh = await createQueued(store, 'ibex');
    const waiting = await create(store, { environment: 'ibex', events: [requested()] });
    const outcome = await store.commit(change(waiting, [{ type: 'queued', behind: null }]));
    expect(outcome).toEqual({ ok: true, version: 3 });
    for (const number of [fresh, waiting])
      expect(await lastEvents(number, 2)).toEqual([
        { type: 'lock_met', by: 'U0BEA', reason: 'moving', since: 3_000 },
      ]);
    await store.commit(change(fresh, [{ type: 'reminded', minutesBefore: 1 }]));
    expect(await store.summary(fresh)).toMatchObject({ version: 4 });
  });

  it('calls whoever listens when it is set and when it is lifted', async () => {
    let calls = 0;
    store.onCommit(() => (calls += 1));
    await store.lockEnvironment(lock);
    await store.lockEnvironment(lock);
    await store.unlockEnvironment(unlock);
    await store.unlockEnvironment(unlock);
    await Promise.resolve();
    expect(calls).toBe(2);
  });
});
