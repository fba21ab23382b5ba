import { afterEach, beforeEach, expect, test } from 'vitest';

import type { TaskOutcome } from '../../src/systems/system.ts';
import { buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine } from '../helpers/engine.ts';
import { ended, type World } from '../helpers/world.ts';

const hour = 3_600_000;
let engine: Engine;
let world: World;
let offset = 0;

beforeEach(async () => {
  engine = await openEngine();
  ({ world } = engine);
  offset = 0;
  engine.clock.now = () => Date.now() + offset;
});
afterEach(async () => await engine.close());

function hold(entry: string): { begun: () => Promise<void>; end: () => void } {
  const held: { end: (outcome: TaskOutcome) => void } = { end: () => undefined };
  world.when(entry, async () => await new Promise<TaskOutcome>((done) => (held.end = done)));
  return {
    begun: async () =>
      await expect.poll(() => world.done.includes(entry), { timeout: 20_000, interval: 5 }).toBe(true),
    end: () => held.end(ended('ok')),
  };
}

/** The loop has looked at the clock, and for work, since this was called. */
async function looksTwice(): Promise<void> {
  let looks = 0;
  const { now } = engine.clock;
  engine.clock.now = () => {
    looks += 1;
    return now();
  };
  await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(4);
}

test.each([
  ['forward', 6 * hour],
  ['back', -6 * hour],
])('a clock that jumps %s takes nothing from the process that runs the deployment', async (_way, jump) => {
  engine.start(15_000);
  const install = hold('web-1 install');
  const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
  await install.begun();
  offset = jump;
  await looksTwice();
  install.end();
  await engine.until(number, ['ok']);
  const types = (await engine.events(number)).map(({ type }) => type);
  expect(types).not.toContain('attempt_resumed');
  expect(world.done.filter((entry) => entry.includes('install'))).toEqual(['web-1 install', 'web-2 install']);
});

test('after a jump forward another process may take it over, and no step runs twice', async () => {
  engine.start(15_000);
  const install = hold('web-1 install');
  const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
  await install.begun();
  offset = hour;
  const first = await engine.store.lease('shop');
  engine.start(15_000);
  await engine.until(number, ['ok']);
  install.end();
  expect(world.done.filter((entry) => entry.includes('install'))).toEqual(['web-1 install', 'web-2 install']);
  const fences = (await engine.events(number)).flatMap((event) => ('fence' in event ? [event.fence] : []));
  expect(fences).toEqual(fences.toSorted((left, right) => left - right));
  expect(fences.at(-1)).toBe((first?.fence ?? 0) + 1);
});

test('a dead process whose clock was set back does not keep its environment for hours', async () => {
  const install = hold('web-1 install');
  engine.start(15_000);
  const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
  await install.begun();
  offset = -2 * hour;
  engine.start(15_000);
  await engine.until(number, ['ok']);
  expect(world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(1);
});
