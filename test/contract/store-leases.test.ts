import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Question } from '../../src/domain/events/question.ts';
import type { Claim } from '../../src/store/leases.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import {
  attemptEnded,
  attemptStarted,
  change,
  create,
  createQueued,
  reminded,
  requested,
} from './store-samples.ts';

describe.each(implementations)('the lease of an environment (law 7), on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const claim = (deployment: number, changes: Partial<Claim> = {}): Claim => ({
    deployment,
    holder: 'p1',
    at: 1_000,
    staleBefore: 500,
    ...changes,
  });
  const claimable = async (staleBefore: number) =>
    (await store.claimable(staleBefore)).map(({ number }) => number);

  it('goes to one deployment at a time, in the order in which they joined the queue', async () => {
    const later = await createQueued(store, 'ibex', 2_000);
    const earlier = await createQueued(store, 'ibex', 1_000);
    expect(await claimable(500)).toEqual([earlier]);
    expect(await store.claim(claim(later))).toBeNull();
    expect(await store.claim(claim(earlier))).toEqual({
      environment: 'ibex',
      deployment: earlier,
      holder: 'p1',
      fence: 1,
      since: 1_000,
      heartbeatAt: 1_000,
    });
    expect(await store.claim(claim(earlier, { holder: 'p2' }))).toBeNull();
    expect(await store.claim(claim(later))).toBeNull();
    expect(await claimable(500)).toEqual([]);
    expect((await store.leases()).map(({ deployment }) => deployment)).toEqual([earlier]);
  });

  it('is taken once, however many ask at the same time', async () => {
    const number = await createQueued(store, 'ibex');
    const claims = await Promise.all(
      ['p1', 'p2', 'p3'].map(async (holder) => await store.claim(claim(number, { holder }))),
    );
    expect(claims.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('does not stand in the way of another environment', async () => {
    const ibex = await createQueued(store, 'ibex');
    const denodo = await createQueued(store, 'denodo');
    expect(await store.claim(claim(ibex))).not.toBeNull();
    expect(await claimable(500)).toEqual([denodo]);
    expect(await store.claim(claim(denodo))).toMatchObject({ environment: 'denodo', fence: 1 });
  });

  it('is refused to what needs no executor', async () => {
    const question: Question = {
      id: '3',
      kind: 'missed-start',
      text: 'Start now?',
      task: null,
      group: null,
      choices: ['start', 'skip'],
      defaultChoice: 'skip',
      deadlineAt: 9_000,
    };
    const awaiting = await create(store);
    const missed = await create(store, {
      events: [requested(), { type: 'scheduled', startsAt: 1 }, { type: 'question_asked', question }],
    });
    const ended = await create(store, { events: [requested(), { type: 'cancelled', by: 'U0ANA' }] });
    expect(await claimable(500)).toEqual([]);
    for (const number of [awaiting, missed, ended, 77]) expect(await store.claim(claim(number))).toBeNull();
  });

  it('is freed together with the events that end a run, and its token only rises (law 8)', async () => {
    const first = await createQueued(store, 'ibex', 1_000);
    const second = await createQueued(store, 'ibex', 2_000);
    await store.claim(claim(first));
    await store.commit(change(first, [attemptStarted()], { fence: 1 }));
    await store.commit(change(first, [attemptEnded()], { fence: 1, releaseLease: true }));
    expect(await store.lease('ibex')).toBeNull();
    expect(await store.leases()).toEqual([]);
    expect(await store.claim(claim(second))).toMatchObject({ deployment: second, fence: 2 });
  });

  it('is not freed by a deployment that does not hold it', async () => {
    const first = await createQueued(store, 'ibex', 1_000);
    const second = await createQueued(store, 'ibex', 2_000);
    await store.claim(claim(first));
    await store.commit(change(second, [{ type: 'cancelled', by: 'U0ANA' }], { releaseLease: true }));
    expect(await store.lease('ibex')).toMatchObject({ deployment: first });
  });

  it('of a run whose process died is taken over with a higher token, before all that queue', async () => {
    const dead = await createQueued(store, 'ibex', 2_000);
    await store.claim(claim(dead));
    await store.commit(change(dead, [attemptStarted()], { fence: 1 }));
    await createQueued(store, 'ibex', 1_000);
    expect(await claimable(1_000)).toEqual([]);
    expect(await claimable(1_001)).toEqual([dead]);
    expect(await store.claim(claim(dead, { holder: 'p2', staleBefore: 1_001 }))).toMatchObject({
      holder: 'p2',
      fence: 2,
    });
  });

  it('whose heartbeat comes from a clock that was set back belongs to nobody, and does not close the environment', async () => {
    const number = await createQueued(store, 'ibex');
    const [hour, leaseMs] = [3_600_000, 15_000];
    await store.claim(claim(number, { at: 2 * hour, staleBefore: 2 * hour - leaseMs }));
    await store.commit(change(number, [attemptStarted()], { fence: 1 }));
    expect(await store.claimable(hour - leaseMs)).toEqual([]);
    const again = { holder: 'p2', at: hour, staleBefore: hour - leaseMs, staleAfter: hour + leaseMs };
    expect(await store.claim(claim(number, again))).toMatchObject({ fence: 2, heartbeatAt: hour });
  });

  it('of a living owner stays its own when clocks differ by less than the lease lasts', async () => {
    const number = await createQueued(store, 'ibex');
    await store.claim(claim(number, { at: 50_000 }));
    await store.commit(change(number, [attemptStarted()], { fence: 1 }));
    for (const at of [36_000, 50_000, 64_000]) {
      const other = { holder: 'p2', at, staleBefore: at - 15_000, staleAfter: at + 15_000 };
      expect(await store.claim(claim(number, other))).toBeNull();
    }
  });

  it('of a halted run belongs to nobody else, however old it is', async () => {
    const halted = await createQueued(store, 'ibex', 2_000);
    await store.claim(claim(halted));
    const behind = await createQueued(store, 'ibex', 1_000);
    await store.commit(change(halted, [attemptStarted()], { fence: 1 }));
    expect(await store.claim(claim(behind, { staleBefore: 1e12 }))).toBeNull();
    expect(await claimable(1e12)).toEqual([halted]);
  });

  it('that a dead process held for a deployment cancelled before it began does not lock the environment', async () => {
    const cancelled = await createQueued(store, 'ibex', 1_000);
    const behind = await createQueued(store, 'ibex', 2_000);
    await store.claim(claim(cancelled));
    await store.commit(change(cancelled, [{ type: 'cancelled', by: 'U0ANA' }]));
    expect(await store.claim(claim(behind, { staleBefore: 1_000 }))).toBeNull();
    expect(await store.claim(claim(behind, { staleBefore: 1_001 }))).toMatchObject({ fence: 2 });
  });

  it('puts a retried deployment at the end of the queue', async () => {
    const retried = await create(store, {
      environment: 'ibex',
      events: [requested(), { type: 'queued', behind: null }, attemptStarted(), attemptEnded()],
    });
    const waiting = await createQueued(store, 'ibex', 2_000);
    await store.commit(
      change(retried, [{ type: 'retry_requested', by: 'U0ANA', servers: ['s2'] }], { at: 3_000 }),
    );
    expect(await claimable(500)).toEqual([waiting]);
  });

  it('is kept alive by its holder alone', async () => {
    const number = await createQueued(store, 'ibex');
    await store.claim(claim(number));
    expect(await store.heartbeat('ibex', 1, 4_000)).toBe(true);
    expect(await store.lease('ibex')).toMatchObject({ heartbeatAt: 4_000, since: 1_000 });
    await store.claim(claim(number, { holder: 'p2', staleBefore: 5_000 }));
    expect(await store.heartbeat('ibex', 1, 6_000)).toBe(false);
    expect(await store.heartbeat('nowhere', 1, 6_000)).toBe(false);
    await store.commit(change(number, [{ type: 'cancelled', by: 'U0ANA' }], { releaseLease: true }));
    expect(await store.heartbeat('ibex', 2, 7_000)).toBe(false);
  });

  it('fences off the writes of an owner that lost it', async () => {
    const number = await createQueued(store, 'ibex');
    await store.claim(claim(number));
    await store.commit(change(number, [attemptStarted()], { fence: 1 }));
    await store.claim(claim(number, { holder: 'p2', staleBefore: 5_000 }));
    const fenced = { ok: false, why: 'fenced' };
    expect(await store.commit(change(number, [attemptEnded()], { fence: 1 }))).toEqual(fenced);
    expect(await store.commit(change(number, [attemptEnded()], { fence: 3 }))).toEqual(fenced);
    const stale = change(number, [attemptEnded()], { fence: 1, expectedVersion: 1 });
    expect(await store.commit(stale)).toEqual(fenced);
    expect(await store.commit(change(number, [reminded], { fence: 2 }))).toMatchObject({ ok: true });
    await store.commit(change(number, [attemptEnded()], { fence: 2, releaseLease: true }));
    expect(await store.commit(change(number, [reminded], { fence: 2 }))).toEqual(fenced);
  });

  it('fences off a deployment that writes with the token of another one', async () => {
    const first = await createQueued(store, 'ibex', 1_000);
    const second = await createQueued(store, 'ibex', 2_000);
    await store.claim(claim(first));
    expect(await store.commit(change(second, [attemptStarted()], { fence: 1 }))).toEqual({
      ok: false,
      why: 'fenced',
    });
  });
});
