import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import {
  alongside,
  attemptEnded,
  attemptStarted,
  card,
  change,
  create,
  createQueued,
  newDeployment,
  reminded,
  requested,
  samplePlan,
} from './store-samples.ts';

describe.each(implementations)('the store on $name', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  describe('a new deployment', () => {
    it('has a number, its plan, its events, its due rows and a summary', async () => {
      const number = await create(store, {
        events: [requested({ startsAt: 5_000 }), { type: 'scheduled', startsAt: 6_000 }],
        due: [{ add: 'start', at: 6_000 }],
      });
      expect(await store.summary(number)).toEqual({
        number,
        environment: 'ibex',
        title: 'customer360@2',
        state: 'scheduled',
        version: 2,
        attempt: 0,
        requestedBy: 'U0ANA',
        requestedAt: 1_000,
        startsAt: 6_000,
        endedAt: null,
        channel: 'C0DEPLOY',
        planHash: 'hash-1',
      });
      expect(await store.plan('hash-1')).toEqual(samplePlan('ibex'));
      expect(await store.eventsAfter(number, 0)).toEqual([
        { deployment: number, version: 1, at: 1_000, event: requested({ startsAt: 5_000 }) },
        { deployment: number, version: 2, at: 1_000, event: { type: 'scheduled', startsAt: 6_000 } },
      ]);
      expect(await store.dueBefore(6_000, 10)).toEqual([{ kind: 'start', deployment: number, at: 6_000 }]);
    });

    it('is found again by a redelivered request, which writes nothing', async () => {
      const request = newDeployment();
      const first = await store.createDeployment(request);
      const second = await store.createDeployment({ ...request, title: 'another' });
      expect(second).toEqual({ ...first, existed: true });
      expect(await store.list({ limit: 10 })).toHaveLength(1);
    });

    it('is refused when the person has already made as many requests since the instant', async () => {
      const quota = { since: 1_500, limit: 2 };
      await create(store, { at: 1_000 });
      await create(store, { at: 2_000, quota });
      await create(store, { at: 2_000, requestedBy: 'U0BEA' });
      await create(store, { at: 2_000, quota });
      expect(await store.createDeployment(newDeployment({ at: 2_000, quota }))).toEqual({ tooMany: 2 });
      expect(await store.list({ limit: 10 })).toHaveLength(4);
    });

    it('is written together with what it means to another, and with its due rows', async () => {
      const other = await create(store, { due: [{ add: 'rollback', at: 9_000 }] });
      const number = await create(store, { at: 3_000, alongside: alongside(other, 1) });
      expect((await store.eventsAfter(other, 1)).map(({ at, event }) => [at, event])).toEqual([
        [3_000, { type: 'rollback_requested', deployment: number, by: 'U0ANA' }],
      ]);
      expect(await store.dueBefore(9_000, 10)).toEqual([]);
    });

    it('is stale, and nothing of it is written, when the other was changed since', async () => {
      const other = await create(store);
      await store.commit(change(other, [reminded]));
      const late = newDeployment({ planHash: 'late', alongside: alongside(other, 1) });
      expect(await store.createDeployment(late)).toEqual({ stale: true });
      expect(await store.list({ limit: 10 })).toHaveLength(1);
      expect(await store.plan('late')).toBeNull();
      expect(await store.eventsAfter(other, 2)).toEqual([]);
    });

    it('writes to the other once, however often it is delivered', async () => {
      const other = await create(store);
      const request = newDeployment({ alongside: alongside(other, 1) });
      const first = await store.createDeployment(request);
      expect(await store.createDeployment(request)).toEqual({ ...first, existed: true });
      expect(await store.eventsAfter(other, 1)).toHaveLength(1);
    });

    it('is not written when its log would not begin with the request', async () => {
      await expect(create(store, { events: [reminded] })).rejects.toThrow(/begins with reminded/);
      expect(await store.list({ limit: 10 })).toEqual([]);
      expect(await store.plan('hash-1')).toBeNull();
    });

    it('that nobody made is null, and so are its plan and its log', async () => {
      expect(await store.summary(7)).toBeNull();
      expect(await store.plan('nothing')).toBeNull();
      expect(await store.eventsAfter(7, 0)).toEqual([]);
    });
  });

  describe('the list', () => {
    it('shows the newest first, of the environment and in the states asked for', async () => {
      const first = await create(store, { environment: 'ibex' });
      const second = await createQueued(store, 'ibex');
      const third = await createQueued(store, 'denodo');
      const fourth = await create(store, { environment: 'ibex' });
      const numbers = async (filter: Parameters<Store['list']>[0]) =>
        (await store.list(filter)).map(({ number }) => number);
      expect(await numbers({ limit: 10 })).toEqual([fourth, third, second, first]);
      expect(await numbers({ limit: 2 })).toEqual([fourth, third]);
      expect(await numbers({ environment: 'ibex', limit: 2 })).toEqual([fourth, second]);
      expect(await numbers({ states: ['queued'], limit: 10 })).toEqual([third, second]);
      const both = ['queued' as const, 'awaiting_approval' as const, 'queued' as const];
      expect(await numbers({ states: both, limit: 3 })).toEqual([fourth, third, second]);
      expect(await numbers({ environment: 'denodo', states: both, limit: 3 })).toEqual([third]);
      expect(await numbers({ states: [], limit: 10 })).toEqual([]);
      expect(await numbers({ limit: 2, before: fourth })).toEqual([third, second]);
      expect(await numbers({ environment: 'ibex', limit: 2, before: fourth })).toEqual([second, first]);
      expect(await numbers({ states: ['queued'], limit: 2, before: third })).toEqual([second]);
      expect(await numbers({ environment: 'ibex', states: both, limit: 3, before: second })).toEqual([first]);
    });
  });

  describe('a commit', () => {
    it('adds its events with consecutive versions and shows them in the summary', async () => {
      const number = await createQueued(store, 'ibex');
      const outcome = await store.commit(
        change(number, [attemptStarted(), reminded, attemptEnded()], { expectedVersion: 2, at: 3_000 }),
      );
      expect(outcome).toEqual({ ok: true, version: 5 });
      expect((await store.eventsAfter(number, 2)).map(({ version, at }) => [version, at])).toEqual([
        [3, 3_000],
        [4, 3_000],
        [5, 3_000],
      ]);
      expect(await store.summary(number)).toMatchObject({
        state: 'ok',
        version: 5,
        attempt: 1,
        endedAt: 3_000,
      });
    });

    it('on an older version is stale and writes nothing, even when several are made at once', async () => {
      const number = await create(store);
      const outcomes = await Promise.all(
        [1, 2, 3].map(async () => await store.commit(change(number, [reminded], { expectedVersion: 1 }))),
      );
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(outcomes.filter((outcome) => !outcome.ok && outcome.why === 'stale')).toHaveLength(2);
      expect(await store.eventsAfter(number, 0)).toHaveLength(2);
    });

    it('without a version is a fact that holds whatever else was written meanwhile', async () => {
      const number = await create(store);
      await store.commit(change(number, [reminded]));
      expect(await store.commit(change(number, [reminded]))).toEqual({ ok: true, version: 3 });
    });

    it('to a deployment that nobody made says so', async () => {
      expect(await store.commit(change(99, [reminded]))).toEqual({ ok: false, why: 'unknown-deployment' });
    });

    it('is written whole or not at all', async () => {
      const number = await createQueued(store, 'ibex');
      const lease = await store.claim({ deployment: number, holder: 'p1', at: 1_000, staleBefore: 0 });
      const broken = change(number, [attemptStarted(), requested()], {
        plan: { plan: samplePlan('ibex'), hash: 'hash-2' },
        due: [{ add: 'question', at: 5 }],
        inbox: { key: 'press-1', answer: 'done' },
        releaseLease: true,
      });
      await expect(store.commit(broken)).rejects.toThrow(/requested twice/);
      expect(await store.eventsAfter(number, 0)).toHaveLength(2);
      expect(await store.summary(number)).toMatchObject({ state: 'queued', version: 2, attempt: 0 });
      expect(await store.plan('hash-2')).toBeNull();
      expect(await store.dueBefore(10, 10)).toEqual([]);
      expect(await store.lease('ibex')).toEqual(lease);
      expect(await store.receive('press-1', 'approve', 'U0ANA', 1)).toEqual({ first: true, answer: null });
    });

    it('takes a new plan along with the event that voided the old one, and none that nobody froze', async () => {
      const number = await create(store);
      const plan = samplePlan('changed');
      const voided: DeploymentEvent = {
        type: 'plan_changed',
        planHash: 'hash-2',
        changes: [],
        expiresAt: 8_000,
      };
      await store.commit(change(number, [voided], { plan: { plan, hash: 'hash-2' } }));
      await expect(store.commit(change(number, [{ ...voided, planHash: 'hash-3' }]))).rejects.toThrow(
        /FOREIGN KEY/,
      );
      expect(await store.plan('hash-2')).toEqual(plan);
      expect(await store.summary(number)).toMatchObject({ planHash: 'hash-2', state: 'awaiting_approval' });
    });

    it('saves the answer that a redelivered press gets', async () => {
      const number = await create(store);
      await store.receive('press-1', 'approve', 'U0ANA', 1_500);
      await store.commit(
        change(number, [reminded], { inbox: { key: 'press-1', answer: { text: 'approved' } } }),
      );
      expect(await store.receive('press-1', 'approve', 'U0ANA', 9_000)).toEqual({
        first: false,
        answer: { text: 'approved' },
      });
    });

    it('calls whoever listens, and a refused one does not', async () => {
      const number = await create(store);
      let calls = 0;
      const stop = store.onCommit(() => (calls += 1));
      await store.commit(change(number, [reminded]));
      await Promise.resolve();
      expect(calls).toBe(1);
      await store.commit(change(number, [reminded], { expectedVersion: 1 }));
      await store.createDeployment(newDeployment());
      await Promise.resolve();
      expect(calls).toBe(2);
      stop();
      await store.commit(change(number, [reminded]));
      await Promise.resolve();
      expect(calls).toBe(2);
    });
  });

  describe('what becomes due', () => {
    it('comes earliest first, and a commit removes every row of a kind', async () => {
      const number = await create(store, {
        due: [
          { add: 'remind', at: 300 },
          { add: 'remind', at: 200 },
          { add: 'start', at: 400 },
        ],
      });
      expect((await store.dueBefore(400, 10)).map(({ at }) => at)).toEqual([200, 300, 400]);
      expect(await store.dueBefore(399, 1)).toEqual([{ kind: 'remind', deployment: number, at: 200 }]);
      expect(await store.nextDueAfter(200)).toBe(300);
      const due = [{ remove: 'remind' as const }, { add: 'remind' as const, at: 350 }];
      await store.commit(change(number, [reminded], { due }));
      expect((await store.dueBefore(400, 10)).map(({ at }) => at)).toEqual([350, 400]);
      expect(await store.nextDueAfter(400)).toBeNull();
    });

    it('is found by its kind, each deployment once, and not before its time', async () => {
      const ends = [200, 300].map((at) => ({ add: 'rehearsal-end' as const, at }));
      const number = await create(store, { due: [...ends, { add: 'start', at: 100 }] });
      await create(store, { due: [{ add: 'rehearsal', at: 200 }] });
      const later = await create(store, { due: [{ add: 'rehearsal-end', at: 400 }] });
      expect(await store.havingDue('rehearsal-end', 399)).toEqual([number]);
      expect(await store.havingDue('rehearsal-end', 400)).toEqual([number, later]);
    });

    it('can be removed as one row, leaving its like', async () => {
      const number = await create(store, {
        due: [
          { add: 'remind', at: 1 },
          { add: 'remind', at: 2 },
        ],
      });
      const other = await create(store, { due: [{ add: 'remind', at: 1 }] });
      await store.removeDue({ kind: 'remind', deployment: number, at: 1 });
      expect(await store.dueBefore(10, 10)).toEqual([
        { kind: 'remind', deployment: other, at: 1 },
        { kind: 'remind', deployment: number, at: 2 },
      ]);
    });
  });

  describe('the members of an environment', () => {
    it('are as the last deployment that touched them said', async () => {
      const service = (
        member: string,
        inService: 'yes' | 'no' | 'held',
        reason: string,
      ): DeploymentEvent => ({
        type: 'service_changed',
        member,
        servers: [member],
        inService,
        reason,
      });
      const first = await create(store, { environment: 'ibex' });
      const other = await create(store, { environment: 'denodo' });
      await store.commit(change(first, [service('s2', 'no', 'deploying'), service('s1', 'no', 'deploying')]));
      await store.commit(change(first, [service('s2', 'held', 'verify failed')], { at: 3_000 }));
      await store.commit(change(first, [service('s2', 'held', 'still failing')], { at: 4_000 }));
      await store.commit(change(other, [service('s1', 'yes', 'deployed')]));
      const common = { environment: 'ibex', deployment: first };
      expect(await store.members('ibex')).toEqual([
        { ...common, member: 's1', inService: 'no', reason: 'deploying', since: 2_000 },
        { ...common, member: 's2', inService: 'held', reason: 'still failing', since: 3_000 },
      ]);
      expect(await store.members('nowhere')).toEqual([]);
    });
  });

  describe('a change to a held member', () => {
    const service = (inService: 'no' | 'held'): DeploymentEvent => ({
      type: 'service_changed',
      member: 's1',
      servers: ['s1'],
      inService,
      reason: 'verify failed',
    });

    it('is written while its deployment holds it, and stale once another has it or nobody', async () => {
      const first = await create(store);
      const second = await create(store);
      const keepOut = async (deployment: number) =>
        await store.commit(change(deployment, [reminded], { ifHeld: 's1' }));
      const stale = { ok: false, why: 'stale' };
      expect(await keepOut(first)).toEqual(stale);
      await store.commit(change(first, [service('held')]));
      expect(await keepOut(first)).toMatchObject({ ok: true });
      expect(await keepOut(second)).toEqual(stale);
      await store.commit(change(second, [service('no')]));
      expect(await keepOut(first)).toEqual(stale);
      expect(await keepOut(second)).toEqual(stale);
      expect((await store.eventsAfter(first, 0)).map(({ event }) => event.type)).toEqual([
        'requested',
        'service_changed',
        'reminded',
      ]);
    });
  });

  describe('the gauges', () => {
    it('count what has not ended, what waits to be said and to become due, and who holds what', async () => {
      const number = await createQueued(store, 'ibex');
      await create(store, {
        environment: 'denodo',
        due: [
          { add: 'start', at: 6_000 },
          { add: 'remind', at: 5_000 },
        ],
      });
      await store.commit(change(await create(store), [{ type: 'cancelled', by: 'U0ANA' }]));
      await store.tell(number, 0, [card(number, 'one')], 3_000);
      await store.claim({ deployment: number, holder: 'me', at: 4_000, staleBefore: 0 });
      const gauges = await store.gauges();
      expect(gauges.deployments.filter(({ count }) => count > 0)).toEqual([
        { state: 'awaiting_approval', count: 1 },
        { state: 'queued', count: 1 },
      ]);
      expect(gauges.deployments).toHaveLength(6);
      expect(gauges).toMatchObject({
        outbox: [{ kind: 'card', state: 'wanted', count: 1 }],
        oldestUnsaidAt: 3_000,
        oldestDueAt: 5_000,
        inspections: 0,
        leases: [{ environment: 'ibex', since: 4_000, heartbeatAt: 4_000 }],
        logLength: 5,
      });
      expect(gauges.due).toEqual(
        expect.arrayContaining([
          { kind: 'start', count: 1 },
          { kind: 'remind', count: 1 },
        ]),
      );
    });

    it('count a lease as long as somebody holds it', async () => {
      const number = await createQueued(store, 'ibex');
      const lease = await store.claim({ deployment: number, holder: 'me', at: 4_000, staleBefore: 0 });
      expect((await store.gauges()).leases).toHaveLength(1);
      const end = change(number, [attemptStarted()], { fence: lease?.fence ?? null, releaseLease: true });
      expect(await store.commit(end)).toMatchObject({ ok: true });
      expect((await store.gauges()).leases).toEqual([]);
    });

    it('date what is unsaid from when it first differed, and forget it when it is said', async () => {
      const number = await createQueued(store, 'ibex');
      await store.tell(number, 0, [card(number, 'one')], 3_000);
      const { id, digest } = (await store.message(card(number, 'one').key)) ?? { id: 0, digest: '' };
      await store.setDelivery(id, { state: 'delivered', ts: '1.1', saidDigest: digest });
      expect((await store.gauges()).oldestUnsaidAt).toBeNull();
      await store.tell(number, 0, [card(number, 'two')], 7_000);
      await store.tell(number, 0, [card(number, 'three')], 9_000);
      expect((await store.gauges()).oldestUnsaidAt).toBe(7_000);
    });
  });

  describe('the inbox', () => {
    it('knows an envelope that it has seen, and what was answered', async () => {
      expect(await store.receive('e1', 'press', 'U0ANA', 1)).toEqual({ first: true, answer: null });
      expect(await store.receive('e1', 'press', 'U0ANA', 2)).toEqual({ first: false, answer: null });
      await store.answer({ key: 'e1', answer: { text: 'done' } });
      expect(await store.receive('e1', 'press', 'U0ANA', 3)).toEqual({
        first: false,
        answer: { text: 'done' },
      });
    });

    it('keeps the first of two answers, and gives it to whoever answers second', async () => {
      await store.receive('e2', 'press', 'U0ANA', 1);
      expect(await store.answer({ key: 'e2', answer: { text: 'unlocked' } })).toEqual({ text: 'unlocked' });
      expect(await store.answer({ key: 'e2', answer: { text: 'not locked' } })).toEqual({ text: 'unlocked' });
      expect(await store.receive('e2', 'press', 'U0ANA', 2)).toMatchObject({ answer: { text: 'unlocked' } });
    });
  });

  describe('the catalogue', () => {
    it('keeps the digest that a revision had when it was first seen', async () => {
      expect(await store.pinRevision('shop@2', 'aaa', 1)).toBe('aaa');
      expect(await store.pinRevision('shop@2', 'bbb', 2)).toBe('aaa');
      expect(await store.pinRevision('shop@3', 'bbb', 2)).toBe('bbb');
    });
  });

  it('has an id of its own, which two installations never share', async () => {
    const id = await store.installation();
    const other = await open();
    expect(id).toMatch(/^[a-z0-9]{16}$/);
    expect(await store.installation()).toBe(id);
    expect(await other.installation()).not.toBe(id);
    await other.close();
  });

  it('says that it is writable, and rejects when it is closed', async () => {
    await store.checkWritable(1);
    await store.close();
    await expect(store.checkWritable(2)).rejects.toThrow(/not open/);
    await expect(store.list({ limit: 1 })).rejects.toThrow(/not open/);
  });
});
