import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/environment.ts';
import { planHash } from '../../src/domain/plan/make-plan.ts';
import type { TaskOutcome } from '../../src/systems/system.ts';
import { change, create, requested } from '../contract/store-samples.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

const hour = 50_000;
let engine: Engine;

beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

/** One server each, so that what was done says whose deployment it was. */
const environment = (name = 'shop'): Environment =>
  buildSingleCluster(['web-1', 'web-2', 'web-3'], { name, minInService: 0 });

async function request(server: string, joins?: number): Promise<number> {
  const plan = buildPlan(environment(), { servers: [server] });
  const hash = planHash(plan);
  const batch = joins === undefined ? null : await engine.store.batchOf(joins);
  return await create(engine.store, {
    environment: 'shop',
    plan,
    planHash: hash,
    startsAt: hour,
    events: [requested({ planHash: hash, startsAt: hour }), { type: 'scheduled', startsAt: hour }],
    ...(batch && { joins: { batch: batch.id, version: batch.version } }),
  });
}

/** Three of one batch, each on the server of its number, in the order 3, 1, 2; all of them queued, the first one first. */
async function queueThree(): Promise<[number, number, number]> {
  const one = await request('web-1');
  const two = await request('web-2', one);
  const three = await request('web-3', one);
  const batch = await engine.store.batchOf(one);
  const order = { batch: batch?.id ?? 0, version: batch?.version ?? 0, order: [three, one, two] };
  const by = { onFailure: 'continue' as const, by: 'U0ANA', at: 1, events: new Map() };
  expect(await engine.store.orderBatch({ ...order, ...by })).toBe(true);
  for (const number of [one, two, three])
    await engine.store.commit(change(number, [{ type: 'queued', behind: null }]));
  return [one, two, three];
}

const installed = () => engine.world.done.filter((entry) => entry.endsWith('install'));
const inOrder = ['web-3 install', 'web-1 install', 'web-2 install'];

test('a batch runs in its order, one after another', async () => {
  const numbers = await queueThree();
  engine.start();
  for (const number of numbers) await engine.until(number, ['ok']);
  expect(installed()).toEqual(inOrder);
});

test('its order holds when the process dies in the middle of one, and nothing is done twice', async () => {
  const [one, two, three] = await queueThree();
  const held: { end: (outcome: TaskOutcome) => void } = { end: () => undefined };
  engine.world.when('web-1 install', async () => await new Promise<TaskOutcome>((done) => (held.end = done)));
  const leaseMs = 300;
  const first = engine.start(leaseMs);
  await engine.until(three, ['ok']);
  await expect.poll(() => engine.world.done.includes('web-1 install'), { interval: 5 }).toBe(true);
  const stopping = first.stop();
  engine.start(leaseMs);
  expect((await engine.load(two)).state).toBe('queued');
  held.end(ended('ok'));
  await stopping;
  await engine.until(one, ['ok']);
  await engine.until(two, ['ok']);
  expect(installed()).toEqual(inOrder);
});

test('its order holds where two processes take up what is queued', async () => {
  const numbers = await queueThree();
  const other = engine.start();
  engine.start();
  for (const number of numbers) await engine.until(number, ['ok']);
  expect(installed()).toEqual(inOrder);
  await other.stop();
});
