import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { buildEnvironment, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, eventually, openEngine, statesOf } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;
const by = 'U0ANA';
const stopNow: DeploymentEvent = { type: 'stop_now_requested', by, reason: 'it is wrong' };

beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

const begun = async (entry: string): Promise<void> => {
  await eventually(() => engine.world.done.includes(entry));
};
const services = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await engine.store.members('shop')).map(({ member, inService }) => [member, inService]),
  );

describe('Pause', () => {
  test('finishes the server at hand, begins no other, keeps the lease, and Resume goes on', async () => {
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    engine.world.when('web-1 install', async () => {
      await engine.decide(number, { type: 'paused', by });
      return ended('ok');
    });
    engine.start();
    await begun('enable web-1');
    const paused = await engine.until(number, ['paused']);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(engine.world.done).toEqual(['disable web-1', 'web-1 install', 'web-1 verify', 'enable web-1']);
    expect(statesOf(paused)).toMatchObject({ 'web-2': 'pending' });
    expect((await engine.store.lease('shop'))?.deployment).toBe(number);

    await engine.decide(number, { type: 'resumed', by });
    expect(statesOf(await engine.until(number, ['ok']))).toEqual({ 'web-1': 'ok', 'web-2': 'ok' });
  });

  test('begins no further server of a group that is out already', async () => {
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      serverStrategy: 'half-by-half',
    });
    const number = await engine.request(environment);
    engine.world.when('web-1 install', async () => {
      await engine.decide(number, { type: 'paused', by });
      return ended('ok');
    });
    engine.start();
    await begun('enable web-1');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(engine.world.done).toEqual([
      'disable web-1',
      'disable web-2',
      'web-1 install',
      'web-1 verify',
      'enable web-1',
    ]);
    await engine.decide(number, { type: 'resumed', by });
    await engine.until(number, ['ok']);
  });

  test('law 5: a group that was looked at before it is looked at again before it leaves', async () => {
    const number = await engine.request(
      buildSingleCluster(['web-1', 'web-2'], { minInService: 1, maxFailures: { count: 2 } }),
    );
    const inspect = engine.world.system.inspect.bind(engine.world.system);
    engine.world.system.inspect = async (plan, server, signal) => {
      engine.world.system.inspect = inspect;
      await engine.decide(number, { type: 'paused', by });
      return await inspect(plan, server, signal);
    };
    engine.start();
    await eventually(async () => (await engine.load(number)).run?.groups.has(0) ?? false);
    engine.clock.now = () => Date.now() + 3_600_000;
    engine.world.statuses.set('web-1', 'up').set('web-2', 'down');
    await engine.decide(number, { type: 'resumed', by });
    const { question } = await engine.until(number, ['waiting']);
    expect(question?.kind).toBe('capacity');
    expect(engine.world.done).toEqual([]);
  });

  test('lasts over a question: the answer leaves it paused', async () => {
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    engine.world.when('web-1 install', async () => {
      await engine.decide(number, { type: 'paused', by });
      return { state: 'lost', reason: 'its process is gone', lastLines: [] };
    });
    engine.start();
    const { question } = await engine.until(number, ['waiting']);
    await engine.decide(number, {
      type: 'question_answered',
      question: question?.id ?? '',
      choice: 'retry',
      by,
      paused: true,
    });
    await begun('enable web-1');
    expect((await engine.until(number, ['paused'])).run?.paused?.by).toBe(by);
  });
});

describe('law 10: Stop now', () => {
  test('ends the step that runs, holds its server, and puts back what was never touched', async () => {
    engine.world.hangs('web-1 install');
    engine.start();
    const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], {
      serverStrategy: 'half-by-half',
    });
    const number = await engine.request(environment);
    await begun('web-1 install');
    await engine.decide(number, stopNow);
    const deployment = await engine.until(number, ['cancelled']);
    expect(engine.world.done).toEqual([
      'disable web-1',
      'disable web-2',
      'web-1 install',
      'end web-1 install',
      'enable web-2',
    ]);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'cancelled',
      'web-2': 'cancelled',
      'web-3': 'cancelled',
      'web-4': 'cancelled',
    });
    expect(deployment.run?.servers.get('web-1')?.message).toBe('stopped by <@U0ANA> during step install');
    expect(deployment.endedBy).toBe('<@U0ANA>');
    expect(await services()).toEqual({ 'web-1': 'held', 'web-2': 'yes' });
  });

  test('is done by the next process where the one that ran it is dead', async () => {
    engine.world.hangs('web-1 install');
    const hung = engine.start(100);
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    await begun('web-1 install');
    // A process that was killed writes nothing more: its lease runs out.
    await hung.stop();
    await engine.decide(number, stopNow);
    expect((await engine.load(number)).state).toBe('running');
    await new Promise((resolve) => setTimeout(resolve, 150));
    engine.start(100);
    expect(statesOf(await engine.until(number, ['cancelled']))).toEqual({
      'web-1': 'cancelled',
      'web-2': 'cancelled',
    });
    expect(engine.world.done).toContain('end web-1 install');
  });

  test('ends several servers of a wave, and begins no further one', async () => {
    for (const name of ['web-1', 'web-2']) engine.world.hangs(`${name} install`);
    engine.start();
    const environment = buildEnvironment({
      clusterStrategy: null,
      parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false },
      minInService: 0,
    });
    const number = await engine.request(environment);
    await Promise.all([begun('web-1 install'), begun('web-2 install')]);
    await engine.decide(number, stopNow);
    await engine.until(number, ['cancelled']);
    expect(engine.world.done.filter((entry) => entry.startsWith('end '))).toHaveLength(2);
    expect(engine.world.done.filter((entry) => entry.includes('web-3'))).toEqual([]);
  });

  test('lets a server that has just finished go back into service', async () => {
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    engine.world.when('web-1 verify', async () => {
      await engine.decide(number, stopNow);
      return ended('ok');
    });
    engine.start();
    const deployment = await engine.until(number, ['cancelled']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'ok', 'web-2': 'cancelled' });
    expect(await services()).toEqual({ 'web-1': 'yes' });
  });

  test('asks nobody about what it cannot end: that is written as unknown', async () => {
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    engine.world.when('web-1 install', async () => {
      await engine.decide(number, stopNow);
      return { state: 'lost', reason: 'its process is gone', lastLines: [] };
    });
    engine.start();
    const deployment = await engine.until(number, ['cancelled']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'unknown', 'web-2': 'cancelled' });
    expect(await services()).toEqual({ 'web-1': 'held' });
  });
});

test('a stop answers the question that is open', async () => {
  engine.world.when('web-1 install', () => ({ state: 'lost', reason: 'its process is gone', lastLines: [] }));
  engine.start();
  const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
  await engine.until(number, ['waiting']);
  await engine.answer(number, 'stop');
  await engine.decide(number, { type: 'stop_requested', by });
  expect(statesOf(await engine.until(number, ['cancelled']))).toEqual({
    'web-1': 'unknown',
    'web-2': 'cancelled',
  });
});
