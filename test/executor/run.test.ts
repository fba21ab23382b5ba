import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Store } from '../../src/store/store.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, eventually, openEngine, statesOf } from '../helpers/engine.ts';
import { ended, type World } from '../helpers/world.ts';

let engine: Engine;
let store: Store;
let world: World;

beforeEach(async () => {
  engine = await openEngine();
  ({ store, world } = engine);
});
afterEach(async () => await engine.close());

const held = async () =>
  (await store.members('shop')).filter(({ inService }) => inService === 'held').map(({ member }) => member);

describe('a lock', () => {
  test('that is set while the start is being checked lets nothing begin, and once lifted it begins', async () => {
    const lock = { environment: 'shop', by: 'U0BEN', reason: 'moving', since: 1 };
    const warned = vi.spyOn(engine.log, 'warn');
    let checks = 0;
    engine.start(300, async () => {
      checks += 1;
      if (checks === 1) await store.lockEnvironment(lock);
      return true;
    });
    const number = await engine.request(buildEnvironment());
    await eventually(async () => (await store.lock('shop')) !== null);
    await delay(700);
    expect(world.done).toEqual([]);
    expect(await engine.load(number)).toMatchObject({ state: 'queued', lock: { by: 'U0BEN' } });
    expect(warned).not.toHaveBeenCalled();
    await store.unlockEnvironment({ environment: 'shop', by: 'U0BEN', since: 1, at: 2 });
    await engine.until(number, ['ok']);
  });
});

describe('the road of one deployment', () => {
  test('half by half over clusters: disable together, apply one after another, enable together, then the next half', async () => {
    engine.start();
    const number = await engine.request(buildEnvironment());
    expect((await engine.until(number, ['ok'])).endedBy).toBe('completion');
    expect(world.done).toEqual([
      'disable north',
      'web-1 install',
      'web-1 verify',
      'web-2 install',
      'web-2 verify',
      'enable north',
      'disable south',
      'web-3 install',
      'web-3 verify',
      'web-4 install',
      'web-4 verify',
      'enable south',
    ]);
    expect(await held()).toEqual([]);
    expect(await store.lease('shop')).toBeNull();
  });

  test('law 6: one by one stops at the first failure, holds what failed, and leaves the rest in service', async () => {
    engine.start();
    world.when('web-2 install', () => ended('error'));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2', 'web-3']));
    const deployment = await engine.until(number, ['partial']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped' });
    expect(world.done).not.toContain('web-2 verify');
    expect(world.done).not.toContain('enable web-2');
    expect(world.done).not.toContain('disable web-3');
    expect(await held()).toEqual(['web-2']);
  });

  test('members of the same group that were disabled and not yet applied are enabled again', async () => {
    engine.start();
    world.when('web-3 install', () => ended('error'));
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      serverStrategy: 'half-by-half',
    });
    const deployment = await engine.until(await engine.request(environment), ['partial']);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'ok',
      'web-2': 'ok',
      'web-3': 'error',
      'web-4': 'skipped',
    });
    expect(world.done.slice(-2)).toEqual(['web-3 install', 'enable web-4']);
    expect(await held()).toEqual(['web-3']);
  });

  test('D-43: a cluster is put back only if all its servers succeeded', async () => {
    engine.start();
    world.when('web-4 verify', () => ended('error'));
    const deployment = await engine.until(await engine.request(buildEnvironment()), ['partial']);
    expect(statesOf(deployment)).toMatchObject({ 'web-3': 'ok', 'web-4': 'error' });
    expect(world.done).not.toContain('enable south');
    expect(await held()).toEqual(['south']);
  });

  test('a failed disable is a failure: that member is neither applied nor enabled', async () => {
    engine.start();
    world.when('disable south', () => ended('error'));
    const deployment = await engine.until(await engine.request(buildEnvironment()), ['partial']);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'ok',
      'web-2': 'ok',
      'web-3': 'error',
      'web-4': 'error',
    });
    expect(world.done.at(-1)).toBe('disable south');
    expect(await held()).toEqual(['south']);
  });

  test('a failed enable leaves the server right but held, and the others of its group are still enabled', async () => {
    engine.start();
    world.when('enable web-1', () => ended('error'));
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      serverStrategy: 'half-by-half',
      onServerFailure: 'continue',
      minInService: 1,
    });
    const deployment = await engine.until(await engine.request(environment), ['partial']);
    expect(statesOf(deployment)['web-1']).toBe('error');
    expect(world.done).toContain('enable web-2');
    expect(await held()).toEqual(['web-1']);
  });

  test('an unreachable server is never drained, nor is the rest of its group', async () => {
    engine.start();
    world.unreachable.add('web-2');
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      serverStrategy: 'half-by-half',
    });
    const deployment = await engine.until(await engine.request(environment), ['error']);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'skipped',
      'web-2': 'preflight_failed',
      'web-3': 'skipped',
      'web-4': 'skipped',
    });
    expect(world.done).toEqual([]);
    expect(await held()).toEqual([]);
  });

  test('the group of an unreachable server is left whole, also where later groups go on', async () => {
    engine.start();
    world.unreachable.add('web-2');
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      serverStrategy: 'half-by-half',
      onServerFailure: 'continue',
    });
    const deployment = await engine.until(await engine.request(environment), ['partial']);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'skipped',
      'web-2': 'preflight_failed',
      'web-3': 'ok',
      'web-4': 'ok',
    });
    expect(world.done.filter((entry) => entry.includes('web-1'))).toEqual([]);
  });

  test('law 6: with a failure budget it goes on until the budget is used up, and ends partial', async () => {
    engine.start();
    for (const name of ['web-1', 'web-2', 'web-3']) world.when(`${name} install`, () => ended('error'));
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      maxFailures: { count: 2 },
      minInService: 1,
    });
    const deployment = await engine.until(await engine.request(environment), ['error']);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'error',
      'web-2': 'error',
      'web-3': 'skipped',
      'web-4': 'skipped',
    });
    expect(deployment.endedBy).toBe('maxFailures: 2');
  });

  test('law 5: the next half is not drained when the floor would fall, and a person is asked', async () => {
    engine.start();
    world.statuses.set('north', 'up').set('south', 'down');
    const number = await engine.request(buildEnvironment());
    const deployment = await engine.until(number, ['waiting']);
    expect(world.done).toEqual([]);
    expect(deployment.question).toMatchObject({
      kind: 'capacity',
      defaultChoice: 'stop',
      text: /1 clusters are in service; taking 1 out would leave 0/,
    });
    const at = Date.now();
    const answered = {
      type: 'question_answered',
      question: deployment.question?.id ?? '',
      choice: 'stop',
      by: 'U0ANA',
    } as const;
    await store.commit({
      deployment: number,
      expectedVersion: deployment.version,
      fence: null,
      at,
      events: [answered],
    });
    expect(statesOf(await engine.until(number, ['error']))).toEqual({
      'web-1': 'skipped',
      'web-2': 'skipped',
      'web-3': 'skipped',
      'web-4': 'skipped',
    });
    expect(world.done).toEqual([]);
  });

  test('D-31: the simple paradigm moves no balancer and holds nothing', async () => {
    engine.start();
    world.when('web-2 install', () => ended('error'));
    const deployment = await engine.until(
      await engine.request(buildSingleCluster(['web-1', 'web-2'], { paradigm: 'simple' })),
      ['partial'],
    );
    expect(statesOf(deployment)).toEqual({ 'web-1': 'ok', 'web-2': 'error' });
    expect(world.done).toEqual(['web-1 install', 'web-1 verify', 'web-2 install']);
    expect(await held()).toEqual([]);
  });

  test('law 10: a stop finishes the server at hand, begins no other, and puts back what succeeded', async () => {
    engine.start();
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2', 'web-3']));
    world.when('web-1 install', async () => {
      await store.commit({
        deployment: number,
        expectedVersion: null,
        fence: null,
        at: Date.now(),
        events: [{ type: 'stop_requested', by: 'U0ANA' }],
      });
      return ended('ok');
    });
    const deployment = await engine.until(number, ['cancelled']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'ok', 'web-2': 'cancelled', 'web-3': 'cancelled' });
    expect(world.done).toEqual(['disable web-1', 'web-1 install', 'web-1 verify', 'enable web-1']);
  });

  test('law 11: a retry deploys what failed and what never began, by name, and nothing else', async () => {
    engine.start();
    world.when('web-2 install', () => ended('error'));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2', 'web-3']));
    await engine.until(number, ['partial']);
    world.done.length = 0;
    const servers = ['web-2', 'web-3'];
    await store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: Date.now(),
      events: [{ type: 'retry_requested', by: 'U0ANA', servers }],
    });
    const deployment = await engine.until(number, ['ok']);
    expect(deployment.attempt).toBe(2);
    expect(world.done).toEqual([
      'disable web-2',
      'web-2 install',
      'web-2 verify',
      'enable web-2',
      'disable web-3',
      'web-3 install',
      'web-3 verify',
      'enable web-3',
    ]);
    expect(await held()).toEqual([]);
  });

  test('law 7: a second deployment of the environment waits for the first one to end', async () => {
    engine.start();
    const first = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    const second = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    let during = '';
    world.when('web-2 install', async () => {
      during = (await engine.load(second)).state;
      return ended('ok');
    });
    await engine.until(first, ['ok']);
    await engine.until(second, ['ok']);
    expect(during).toBe('queued');
  });

  test('D-10, D-12: what is switched off is named in the plan and left alone', async () => {
    engine.start();
    const off = { ...buildCluster('west', ['web-9']), enabled: false };
    const environment = buildEnvironment({ clusters: [...buildEnvironment().clusters, off] });
    await engine.until(await engine.request(environment), ['ok']);
    expect(world.done.filter((entry) => entry.includes('west') || entry.includes('web-9'))).toEqual([]);
    expect(buildPlan(environment).tasks.at(-1)).toMatchObject({
      type: 'CLUSTER_DEPLOYMENT',
      cluster: 'west',
      group: null,
    });
  });
});

describe('an executor that died', () => {
  test('law 2: a step that ended meanwhile is not run again, and the next one goes on', async () => {
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    world.when('web-1 install', async () => await new Promise(() => undefined));
    const dying = engine.start();
    await eventually(() => world.done.includes('web-1 install'));
    void dying;
    const lease = await store.lease('shop');
    await store.commit({
      deployment: number,
      expectedVersion: null,
      fence: lease?.fence ?? 0,
      at: Date.now(),
      events: [{ type: 'reminded', minutesBefore: 0 }],
    });
    engine.start(0);
    await engine.until(number, ['ok']);
    expect(world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(1);
    const events = (await store.eventsAfter(number, 0)).map(({ event }) => event);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'attempt_resumed', during: 'web-1: step install' }),
    );
  });

  test('what began and left no result asks a person, and nothing is put back meanwhile', async () => {
    engine.start();
    world.when('web-1 install', () => ({
      state: 'lost',
      reason: 'the machine was restarted',
      lastLines: [],
    }));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    const deployment = await engine.until(number, ['waiting']);
    expect(deployment.question).toMatchObject({ kind: 'unknown-task', choices: ['retry', 'stop'] });
    expect(world.done).toEqual(['disable web-1', 'web-1 install']);
    const answered = {
      type: 'question_answered',
      question: deployment.question?.id ?? '',
      choice: 'stop',
      by: 'U0ANA',
    } as const;
    await store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: Date.now(),
      events: [answered],
    });
    expect(statesOf(await engine.until(number, ['error']))).toEqual({
      'web-1': 'unknown',
      'web-2': 'skipped',
    });
    expect(world.done).toEqual(['disable web-1', 'web-1 install']);
    expect(await held()).toEqual(['web-1']);
  });

  test('a person who answers Retry has the step run once more', async () => {
    engine.start();
    world.when('web-1 install', () => ({ state: 'lost', reason: 'it was killed', lastLines: [] }));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    const { question } = await engine.until(number, ['waiting']);
    const answered = {
      type: 'question_answered',
      question: question?.id ?? '',
      choice: 'retry',
      by: 'U0ANA',
    } as const;
    await store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: Date.now(),
      events: [answered],
    });
    await engine.until(number, ['ok']);
    expect(world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(2);
  });

  test('a lost connection is followed by a probe, not by a second start', async () => {
    engine.start();
    world.when('web-1 install', () => ({ state: 'interrupted', reason: 'the connection broke' }));
    await engine.until(await engine.request(buildSingleCluster(['web-1', 'web-2'])), ['ok']);
    expect(world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(1);
  });
});
