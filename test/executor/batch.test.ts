import { setImmediate as turn } from 'node:timers/promises';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { FaultPoint } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import type { ExecutorNeeds } from '../../src/executor/needs.ts';
import { runDeployment } from '../../src/executor/run-deployment.ts';
import { createShares } from '../../src/executor/shares.ts';
import { change, create, requested } from '../contract/store-samples.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine } from '../helpers/engine.ts';
import { createWorld, type World } from '../helpers/world.ts';

const hour = 50_000;
let engine: Engine;

beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

/** One server each, so that what was done says whose deployment it was. */
async function request(name: string, server: string, joins?: number): Promise<number> {
  const environment = buildSingleCluster(['web-1', 'web-2', 'web-3'], { name, minInService: 0 });
  const plan = buildPlan(environment, { servers: [server] });
  const hash = planHash(plan);
  const batch = joins === undefined ? null : await engine.store.batchOf(joins);
  return await create(engine.store, {
    environment: name,
    plan,
    planHash: hash,
    startsAt: hour,
    events: [requested({ planHash: hash, startsAt: hour }), { type: 'scheduled', startsAt: hour }],
    ...(batch && { joins: { batch: batch.id, version: batch.version } }),
  });
}

/** Three of one batch, each on the server of its number, in the order 3, 1, 2; all of them queued, the first one first. */
async function queueThree(name = 'shop'): Promise<[number, number, number]> {
  const one = await request(name, 'web-1');
  const two = await request(name, 'web-2', one);
  const three = await request(name, 'web-3', one);
  const batch = await engine.store.batchOf(one);
  const order = { batch: batch?.id ?? 0, version: batch?.version ?? 0, order: [three, one, two] };
  const by = { onFailure: 'continue' as const, by: 'U0ANA', at: 1, events: new Map() };
  expect(await engine.store.orderBatch({ ...order, ...by })).toBe(true);
  for (const number of [one, two, three])
    await engine.store.commit(change(number, [{ type: 'queued', behind: null }]));
  return [one, two, three];
}

const installed = ({ done }: World) => done.filter((entry) => entry.endsWith('install'));
const inOrder = ['web-3 install', 'web-1 install', 'web-2 install'];

test('a batch runs in its order, one after another', async () => {
  const numbers = await queueThree();
  engine.start();
  for (const number of numbers) await engine.until(number, ['ok']);
  expect(installed(engine.world)).toEqual(inOrder);
});

test('its order holds where two processes take up what is queued', async () => {
  const numbers = await queueThree();
  const other = engine.start();
  engine.start();
  for (const number of numbers) await engine.until(number, ['ok']);
  expect(installed(engine.world)).toEqual(inOrder);
  await other.stop();
});

class Death extends Error {}

/** Runs a batch with a process that dies at the n-th fault point, and another one that finds what it left. */
async function runBatch(
  name: string,
  diesAt: number,
): Promise<{ world: World; points: number; ends: string[] }> {
  const numbers = await queueThree(name);
  const world = createWorld();
  const points: FaultPoint[] = [];
  const needs: ExecutorNeeds = {
    store: engine.store,
    system: world.system,
    balancer: world.balancer,
    now: Date.now,
    sleep: async () => await turn(),
    shares: createShares(),
    log: engine.log,
    reach: (point) => {
      if (points.push(point) === diesAt) throw new Death();
    },
    holder: 'test',
    admitIfQueued: async () => true,
    leaseMs: 60_000,
  };
  const run = async (): Promise<void> => {
    const next = (await engine.store.claimable(Infinity)).find(({ environment }) => environment === name);
    if (!next) return;
    const claim = { deployment: next.number, holder: 'test', at: Date.now(), staleBefore: Infinity };
    const lease = await engine.store.claim(claim);
    if (lease) await runDeployment(needs, lease, new AbortController().signal);
    await run();
  };
  await run().catch(async (error: unknown) => {
    if (!(error instanceof Death)) throw error;
    await run();
  });
  const rows = await Promise.all(numbers.map(async (number) => await engine.load(number)));
  return { world, points: points.length, ends: rows.map(({ state }) => state) };
}

test('a process that dies at any moment of a batch changes nothing of its order, and nothing is done twice', async () => {
  const whole = await runBatch('whole', Infinity);
  expect(installed(whole.world)).toEqual(inOrder);
  expect(whole.points).toBeGreaterThan(40);
  for (let diesAt = 1; diesAt <= whole.points; diesAt += 1) {
    const { world, ends } = await runBatch(`shop-${diesAt}`, diesAt);
    expect({ diesAt, ends, done: world.done }).toEqual({
      diesAt,
      ends: ['ok', 'ok', 'ok'],
      done: whole.world.done,
    });
  }
});
