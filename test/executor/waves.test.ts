import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import type { TaskOutcome } from '../../src/systems/system.ts';
import { buildCluster, buildEnvironment, buildStep } from '../helpers/build.ts';
import { type Engine, openEngine, statesOf } from '../helpers/engine.ts';
import { ended, type World } from '../helpers/world.ts';

let engine: Engine;
let world: World;

beforeEach(async () => {
  engine = await openEngine();
  ({ world } = engine);
});
afterEach(async () => await engine.close());

const names = (cluster: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${cluster}-${index + 1}`);

function inWaves(more: Partial<Environment> = {}): Environment {
  return buildEnvironment({
    clusterStrategy: null,
    minInService: 0,
    parallel: { perCluster: 3, clustersInFlight: 1, pauseBetweenClusters: false },
    clusters: [buildCluster('a', names('a', 3)), buildCluster('b', names('b', 3))],
    ...more,
  });
}

/** Holds acts back until they are let go, and says which ones have begun. */
function gate(...entries: string[]) {
  const waiting = new Map<string, (outcome: TaskOutcome) => void>();
  for (const entry of entries)
    world.when(entry, async () => await new Promise<TaskOutcome>((done) => waiting.set(entry, done)));
  return {
    begun: () => [...waiting.keys()].toSorted(),
    open: (entry: string, outcome = ended('ok')) => waiting.get(entry)?.(outcome),
  };
}

const seen = async (holds: () => boolean): Promise<void> =>
  await expect.poll(holds, { timeout: 5_000, interval: 5 }).toBe(true);

describe('I-20: a wave out there', () => {
  test('is deployed to at the same time, and the next cluster waits for all of it', async () => {
    const installs = gate(...names('a', 3).map((name) => `${name} install`));
    engine.start();
    const number = await engine.request(inWaves());
    await seen(() => installs.begun().length === 3);
    installs.open('a-1 install');
    installs.open('a-3 install');
    await seen(() => world.done.includes('enable a-3') && world.done.includes('enable a-1'));
    expect(world.done.some((entry) => entry.includes('b-'))).toBe(false);
    installs.open('a-2 install');
    const deployment = await engine.until(number, ['ok']);
    expect(Object.values(statesOf(deployment))).toEqual(Array.from({ length: 6 }, () => 'ok'));
    const [lastOfA, firstOfB] = [world.done.indexOf('enable a-2'), world.done.indexOf('disable b-1')];
    expect(firstOfB).toBeGreaterThan(lastOfA);
  });

  test('writes every event once and in an unbroken order, however many servers end together', async () => {
    engine.start();
    const clusters = [buildCluster('a', names('a', 20))];
    const parallel = { perCluster: 20, clustersInFlight: 1, pauseBetweenClusters: false };
    const number = await engine.request(inWaves({ clusters, parallel, topology: 'single-cluster' }));
    await engine.until(number, ['ok']);
    const events = await engine.events(number);
    const intents = events.flatMap((event) => (event.type === 'task_intended' ? [event.task] : []));
    expect(intents).toHaveLength(20 * 4);
    expect(new Set(intents).size).toBe(intents.length);
    expect(events.filter(({ type }) => type === 'server_ended')).toHaveLength(20);
    expect(new Set(world.done).size).toBe(world.done.length);
  });

  test('lets a failed server be while the others go on, and ends partial', async () => {
    engine.start();
    world.when('a-2 install', () => ended('error'));
    const deployment = await engine.until(await engine.request(inWaves({ maxFailures: { count: 2 } })), [
      'partial',
    ]);
    expect(statesOf(deployment)).toEqual({
      'a-1': 'ok',
      'a-2': 'error',
      'a-3': 'ok',
      'b-1': 'ok',
      'b-2': 'ok',
      'b-3': 'ok',
    });
  });

  test('an unreachable server is never drained and counts as a failure', async () => {
    engine.start();
    world.unreachable.add('a-1');
    const deployment = await engine.until(await engine.request(inWaves({ maxFailures: { count: 1 } })), [
      'partial',
      'error',
    ]);
    expect(statesOf(deployment)['a-1']).toBe('preflight_failed');
    expect(world.done).not.toContain('disable a-1');
    expect(world.done.some((entry) => entry.includes('b-'))).toBe(false);
  });

  test('law 5: never takes out more than the floor allows, also where all are looked at in the same moment', async () => {
    let [out, most] = [0, 0];
    const balancer = { ...world.balancer };
    world.balancer.perform = async (context, signal) => {
      if (context.task.action === 'disable') out += 1;
      most = Math.max(most, out);
      await delay(5);
      const outcome = await balancer.perform(context, signal);
      if (context.task.action === 'enable') out -= 1;
      return outcome;
    };
    engine.start();
    const clusters = [buildCluster('a', names('a', 8))];
    const parallel = { perCluster: 8, clustersInFlight: 1, pauseBetweenClusters: false };
    const environment = inWaves({ clusters, parallel, minInService: 5, topology: 'single-cluster' });
    await engine.until(await engine.request(environment), ['ok']);
    expect(most).toBe(3);
  });

  test('waits for room where members are found down, instead of asking while others will be back', async () => {
    for (const name of names('a', 3)) world.statuses.set(name, 'up');
    for (const name of names('b', 3)) world.statuses.set(name, name === 'b-3' ? 'down' : 'up');
    const installs = gate('a-1 install');
    engine.start();
    const number = await engine.request(inWaves({ minInService: 4 }));
    await seen(() => installs.begun().length === 1);
    await delay(50);
    expect(world.done.filter((entry) => entry.startsWith('disable'))).toEqual(['disable a-1']);
    expect((await engine.load(number)).state).toBe('running');
    installs.open('a-1 install');
    await engine.until(number, ['ok', 'waiting', 'partial']);
    expect(world.done).toContain('enable a-1');
  });
});

describe('a share', () => {
  test('is used by no more steps at once than configured, and all of them get their turn', async () => {
    let [using, most] = [0, 0];
    const system = { ...world.system };
    world.system.perform = async (context, signal) => {
      if (context.task.step !== 'install') return await system.perform(context, signal);
      using += 1;
      most = Math.max(most, using);
      await delay(5);
      using -= 1;
      return await system.perform(context, signal);
    };
    engine.start();
    const steps = [buildStep('install', { share: { name: 'releases', atOnce: 2 } }), buildStep('restart')];
    const parallel = { perCluster: 3, clustersInFlight: 2, pauseBetweenClusters: false };
    const runbooks = { release: { steps, needsNoBackup: true } };
    await engine.until(await engine.request(inWaves({ parallel, runbooks })), ['ok']);
    expect(most).toBe(2);
  });

  test('is counted over two deployments of different environments', async () => {
    const installs = gate('a-1 install', 'a-2 install');
    engine.start();
    const steps = [buildStep('install', { share: { name: 'releases', atOnce: 1 } })];
    const one = (name: string, server: string): Environment =>
      inWaves({
        name,
        clusters: [buildCluster('a', [server])],
        topology: 'single-cluster',
        runbooks: { release: { steps, needsNoBackup: true } },
      });
    const first = await engine.request(one('shop', 'a-1'));
    await seen(() => installs.begun().length === 1);
    const second = await engine.request(one('other', 'a-2'));
    await seen(() => world.done.includes('disable a-2'));
    await delay(20);
    expect(installs.begun()).toEqual(['a-1 install']);
    installs.open('a-1 install');
    await seen(() => installs.begun().length === 2);
    installs.open('a-2 install');
    await engine.until(first, ['ok']);
    await engine.until(second, ['ok']);
  });
});

describe('an executor that died in the middle of a wave', () => {
  test('law 2: every open step is looked at, none is run twice, and the thread names what was open', async () => {
    gate(...names('a', 3).map((name) => `${name} install`));
    engine.start();
    const number = await engine.request(inWaves());
    await seen(() => world.done.filter((entry) => entry.endsWith('install')).length === 3);
    engine.start(0);
    await engine.until(number, ['ok']);
    const installs = world.done.filter((entry) => entry.startsWith('a-') && entry.endsWith('install'));
    expect(installs.toSorted()).toEqual(['a-1 install', 'a-2 install', 'a-3 install']);
    expect(await engine.events(number)).toContainEqual(
      expect.objectContaining({
        type: 'attempt_resumed',
        during: 'a-1: step install, a-2: step install, a-3: step install',
      }),
    );
  });
});

describe('a person between the clusters', () => {
  test('is asked with how the wave came out, and Resume goes on', async () => {
    engine.start();
    world.when('a-2 install', () => ended('error'));
    const parallel = { perCluster: 3, clustersInFlight: 1, pauseBetweenClusters: true };
    const number = await engine.request(inWaves({ parallel, maxFailures: { count: 2 } }));
    const { question } = await engine.until(number, ['waiting']);
    expect(question).toMatchObject({
      kind: 'next-wave',
      text: 'Waves that are done: a 2 of 3 ok. The next one is b (b-1, b-2, b-3).',
      choices: ['resume', 'stop'],
    });
    expect(world.done.some((entry) => entry.includes('b-'))).toBe(false);
    await engine.answer(number, 'resume');
    await engine.until(number, ['partial']);
    expect(world.done).toContain('enable b-3');
  });
});
