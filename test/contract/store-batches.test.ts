import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { BatchOrder } from '../../src/store/batches.ts';
import type { NewDeployment } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import { attemptEnded, attemptStarted, change, create, newDeployment, requested } from './store-samples.ts';

const hour = 50_000;

describe.each(implementations)('a batch, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const scheduled = (environment = 'ibex', more: Partial<NewDeployment> = {}): Partial<NewDeployment> => ({
    environment,
    startsAt: hour,
    events: [requested({ startsAt: hour }), { type: 'scheduled', startsAt: hour }],
    ...more,
  });
  const join = async (number: number, environment = 'ibex'): Promise<number> => {
    const batch = await batchOf(number);
    return await create(
      store,
      scheduled(environment, { joins: { batch: batch.id, version: batch.version } }),
    );
  };
  const batchOf = async (number: number) => {
    const batch = await store.batchOf(number);
    if (!batch) throw new Error(`#${number} has no batch`);
    return batch;
  };
  const numbersOf = async (number: number) => (await batchOf(number)).deployments.map((row) => row.number);
  const order = async (number: number, numbers: number[], more: Partial<BatchOrder> = {}) => {
    const { id: batch, version } = await batchOf(number);
    return await store.orderBatch({
      batch,
      version,
      order: numbers,
      onFailure: 'continue',
      by: 'U0BEN',
      at: 3_000,
      events: new Map(),
      ...more,
    });
  };
  const queue = async (number: number, at = hour) => {
    await store.commit(change(number, [{ type: 'queued', behind: null }], { at }));
  };
  const claimable = async () => (await store.claimable(500)).map(({ number }) => number);
  const claim = async (deployment: number) =>
    await store.claim({ deployment, holder: 'p1', at: hour, staleBefore: 500 });

  it('holds its first deployment, its hour, and what joins it as the last', async () => {
    const first = await create(store, scheduled());
    expect(await batchOf(first)).toMatchObject({
      startsAt: hour,
      zone: 'Europe/Madrid',
      version: 1,
      onFailure: 'continue',
      changed: null,
    });
    const second = await join(first);
    const third = await join(second, 'denodo');
    expect(await numbersOf(second)).toEqual([first, second, third]);
    expect(await batchOf(first)).toMatchObject({
      version: 3,
      changed: { by: 'U0ANA', what: 'joined', at: 1_000 },
    });
    expect(await store.batchOf(77)).toBeNull();
  });

  it('that somebody changed since is not joined, and nothing is written of the request', async () => {
    const first = await create(store, scheduled());
    const { id: batch, version } = await batchOf(first);
    const second = await join(first);
    const late = newDeployment(scheduled('ibex', { joins: { batch, version } }));
    expect(await store.createDeployment(late)).toEqual({ stale: true });
    expect((await store.list({ limit: 9 })).map(({ number }) => number)).toEqual([second, first]);
  });

  it('is found by its hour', async () => {
    const first = await create(store, scheduled());
    await create(store);
    const found = async (from: number, to: number) =>
      (await store.batchesBetween(from, to)).flatMap(({ deployments }) =>
        deployments.map((row) => row.number),
      );
    expect(await found(hour, hour)).toEqual([first]);
    expect(await found(0, hour - 1)).toEqual([]);
    expect(await found(hour + 1, 1e12)).toEqual([]);
  });

  it('takes another order once, writes it into the logs, and refuses who looked at an older one', async () => {
    const first = await create(store, scheduled());
    const second = await join(first);
    const before = await batchOf(first);
    const ordered = {
      type: 'batch_ordered' as const,
      by: 'U0BEN',
      place: 1,
      of: 2,
      onFailure: 'stop' as const,
    };
    const events: BatchOrder['events'] = new Map([[second, [ordered]]]);
    expect(await order(first, [second, first], { onFailure: 'stop', events })).toBe(true);
    expect(await numbersOf(first)).toEqual([second, first]);
    expect(await batchOf(first)).toMatchObject({
      onFailure: 'stop',
      changed: { by: 'U0BEN', what: 'ordered', at: 3_000 },
    });
    expect((await store.eventsAfter(second, 2)).map(({ event }) => event)).toEqual([ordered]);
    expect(await store.eventsAfter(first, 2)).toEqual([]);
    expect(await order(first, [first, second], { version: before.version, events })).toBe(false);
    expect(await numbersOf(first)).toEqual([second, first]);
    expect((await store.eventsAfter(second, 0)).length).toBe(3);
  });

  it('takes no order that lacks one of it or names another one', async () => {
    const first = await create(store, scheduled());
    const second = await join(first);
    const other = await create(store, scheduled());
    for (const wrong of [[second], [second, other], [first, second, other]])
      expect(await order(first, wrong)).toBe(false);
    expect((await batchOf(first)).version).toBe(2);
  });

  it('is begun in its order, whoever was queued first', async () => {
    const first = await create(store, scheduled());
    const second = await join(first);
    const third = await join(first);
    await order(first, [third, second, first]);
    await queue(first, hour);
    expect(await claimable()).toEqual([]);
    expect(await claim(first)).toBeNull();
    await queue(second, hour + 1);
    expect(await claimable()).toEqual([]);
    await queue(third, hour + 2);
    expect(await claimable()).toEqual([third]);
    expect(await claim(second)).toBeNull();
    expect(await claim(third)).not.toBeNull();
    await store.commit(change(third, [attemptStarted()], { fence: 1 }));
    await store.commit(change(third, [attemptEnded()], { fence: 1, releaseLease: true }));
    expect(await claimable()).toEqual([second]);
  });

  it('does not wait for what is left out, nor for its own in another environment', async () => {
    const first = await create(store, scheduled());
    const second = await join(first, 'denodo');
    const third = await join(first);
    await queue(second);
    await queue(third);
    expect(await claimable()).toEqual([second]);
    await store.commit(change(first, [{ type: 'cancelled', by: 'U0ANA' }]));
    expect(new Set(await claimable())).toEqual(new Set([second, third]));
  });

  it('waits for one whose start was missed until somebody says what becomes of it', async () => {
    const first = await create(store, scheduled());
    const second = await join(first);
    await queue(second);
    const question = {
      id: 'missed-1',
      kind: 'missed-start' as const,
      text: 'Start now?',
      task: null,
      group: null,
      choices: ['start' as const, 'skip' as const],
      defaultChoice: 'skip' as const,
      deadlineAt: 9_000,
    };
    await store.commit(change(first, [{ type: 'question_asked', question }]));
    expect(await claimable()).toEqual([]);
    await store.commit(change(first, [{ type: 'missed', reason: 'late' }]));
    expect(await claimable()).toEqual([second]);
  });

  it('does not hold back one of it that is deployed once more', async () => {
    const first = await create(store, scheduled());
    const second = await join(first);
    await store.commit(change(second, [attemptStarted(), attemptEnded()]));
    await store.commit(change(second, [{ type: 'retry_requested', by: 'U0ANA', servers: ['s1'] }]));
    expect(await claimable()).toEqual([second]);
  });
});
