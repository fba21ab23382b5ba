import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { StoreUnavailable } from '../../src/store/unavailable.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { type Engine, openEngine, statesOf } from '../helpers/engine.ts';

let engine: Engine;
let refused: DeploymentEvent['type'] | null;
let refusals: number;
beforeEach(async () => {
  engine = await openEngine();
  [refused, refusals] = [null, 0];
  const commit = engine.store.commit.bind(engine.store);
  engine.store.commit = async (change) => {
    if (!change.events.some(({ type }) => type === refused)) return await commit(change);
    refusals += 1;
    throw new StoreUnavailable('its disk is full', 'x.db is full');
  };
});
afterEach(async () => await engine.close());

const refusedTimes = async (times: number): Promise<void> => {
  await vi.waitFor(() => expect(refusals).toBeGreaterThanOrEqual(times), { timeout: 20_000 });
};

test('a step whose intent the disk refuses does not begin; with room again it does, once', async () => {
  refused = 'task_intended';
  const number = await engine.request(buildEnvironment());
  engine.start(20);
  await refusedTimes(3);
  expect(engine.world.done).toEqual([]);
  refused = null;
  expect((await engine.until(number, ['ok', 'error'])).state).toBe('ok');
  expect(new Set(engine.world.done).size).toBe(engine.world.done.length);
});

test('a step whose end the disk refuses is found again on the server, and not run a second time', async () => {
  refused = 'task_ended';
  const number = await engine.request(buildEnvironment());
  engine.start(20);
  await refusedTimes(3);
  const begun = [...engine.world.done];
  expect(begun).toHaveLength(1);
  refused = null;
  const deployment = await engine.until(number, ['ok', 'error']);
  expect(new Set(Object.values(statesOf(deployment)))).toEqual(new Set(['ok']));
  expect(new Set(engine.world.done).size).toBe(engine.world.done.length);
});
