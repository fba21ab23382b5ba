import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { buildEnvironment, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine, statesOf } from '../helpers/engine.ts';
import { ended, type World } from '../helpers/world.ts';

let engine: Engine;
let world: World;

beforeEach(async () => {
  engine = await openEngine();
  ({ world } = engine);
});
afterEach(async () => await engine.close());

const held = async () =>
  (await engine.store.members('shop'))
    .filter(({ inService }) => inService === 'held')
    .map(({ member }) => member);

/** Deploys these again, and forgets what was done before. */
async function retry(number: number, servers: string[]): Promise<void> {
  world.done.length = 0;
  await engine.decide(number, { type: 'retry_requested', by: 'U0ANA', servers });
}

describe('law 13: an attempt on a part of what remains', () => {
  test('is no success while something remains, says so, and the rest is done later', async () => {
    engine.start();
    world.when('web-2 install', () => ended('error'));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4']));
    await engine.until(number, ['partial']);
    await retry(number, ['web-2']);
    const deployment = await engine.until(number, ['partial']);
    expect(deployment.attempt).toBe(2);
    expect(statesOf(deployment)).toEqual({ 'web-2': 'ok' });
    expect(deployment.endedBy).toBe('the choice of servers: 2 remain');
    expect(world.done).toEqual(['disable web-2', 'web-2 install', 'web-2 verify', 'enable web-2']);
    expect(await held()).toEqual([]);
    await retry(number, ['web-3', 'web-4']);
    expect(await engine.until(number, ['ok'])).toMatchObject({ attempt: 3, endedBy: 'completion' });
  });

  test('is not rolled back by itself for what somebody chose to leave', async () => {
    engine.start();
    const rollback = {
      runbook: 'release',
      onFirstServerFailure: false,
      countdownSeconds: 600,
      lockAfter: false,
    };
    world.when('web-1 install', () => ended('error'));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2'], { rollback }));
    expect((await engine.until(number, ['error'])).countdown).not.toBeNull();
    await retry(number, ['web-1']);
    expect(await engine.until(number, ['partial'])).toMatchObject({ attempt: 2, countdown: null });
  });
});

describe('law 4: what an attempt leaves alone counts for the balancer', () => {
  test('a cluster stays held while a server of it that was left alone is broken', async () => {
    engine.start();
    world.when('web-1 install', () => ended('error'));
    const number = await engine.request(buildEnvironment());
    await engine.until(number, ['error']);
    expect(await held()).toEqual(['north']);
    await retry(number, ['web-2']);
    await engine.until(number, ['partial']);
    expect(world.done).toEqual(['disable north', 'web-2 install', 'web-2 verify']);
    expect(await held()).toEqual(['north']);
    const member = (await engine.store.members('shop')).find(({ inService }) => inService === 'held');
    expect(member?.reason).toBe('web-1 did not finish');
    await retry(number, ['web-1']);
    await engine.until(number, ['partial']);
    expect(world.done.at(-1)).toBe('enable north');
    expect(await held()).toEqual([]);
  });

  test('a failed server that a later attempt took out and never began is not put back', async () => {
    engine.start();
    world.when('web-1 install', () => ended('error'));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    await engine.until(number, ['error']);
    world.when('disable web-1', async () => {
      await engine.decide(number, { type: 'stop_now_requested', by: 'U0BEN', reason: 'not yet' });
      return ended('ok');
    });
    await retry(number, ['web-1', 'web-2']);
    await engine.until(number, ['cancelled']);
    expect(world.done).toEqual(['disable web-1']);
    expect(await held()).toEqual(['web-1']);
  });

  test('what a later attempt took out and nobody ever touched is put back', async () => {
    engine.start();
    world.when('web-1 install', () => ended('error'));
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2', 'web-3']));
    await engine.until(number, ['error']);
    world.when('disable web-2', async () => {
      await engine.decide(number, { type: 'stop_now_requested', by: 'U0BEN', reason: 'not yet' });
      return ended('ok');
    });
    await retry(number, ['web-2']);
    await engine.until(number, ['cancelled']);
    expect(world.done).toEqual(['disable web-2', 'enable web-2']);
    expect(await held()).toEqual(['web-1']);
  });
});
