import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { endWindow } from '../../src/app/end-window.ts';
import type { Environment, Window } from '../../src/domain/environment.ts';
import type { TaskOutcome } from '../../src/systems/system.ts';
import { buildCluster, buildEnvironment, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine, statesOf } from '../helpers/engine.ts';
import { ended, type World } from '../helpers/world.ts';

const opens = Date.parse('2026-11-17T19:00:00Z');
const closes = Date.parse('2026-11-17T22:30:00Z');
const evening: Window = {
  days: ['tue'],
  from: '20:00',
  to: '23:30',
  name: null,
  atEnd: 'no-new-server',
};
const endedBy = 'the end of the window tue 20:00–23:30';
let engine: Engine;
let world: World;
let now = opens;

beforeEach(async () => {
  engine = await openEngine();
  ({ world } = engine);
  now = opens;
  engine.clock.now = () => now;
});
afterEach(async () => await engine.close());

const oneByOne = (more: Partial<Environment> = {}): Environment =>
  buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4'], { windows: [evening], ...more });

/** Holds an act back until it is let go. */
function hold(entry: string): { begun: () => Promise<void>; end: () => void } {
  const held: { end: (outcome: TaskOutcome) => void } = { end: () => undefined };
  world.when(entry, async () => await new Promise<TaskOutcome>((done) => (held.end = done)));
  return {
    begun: async () =>
      await expect.poll(() => world.done.includes(entry), { timeout: 20_000, interval: 5 }).toBe(true),
    end: () => held.end(ended('ok')),
  };
}

const clockOf = () => ({ store: engine.store, now: () => now });
const typesOf = async (number: number) => (await engine.events(number)).map(({ type }) => type);
const held = async () => (await engine.store.members('shop')).filter(({ inService }) => inService === 'held');

describe('when a window with atEnd: no-new-server ends', () => {
  test('what is under way is finished and put back, nothing further begins, and the rest is offered', async () => {
    engine.start();
    const install = hold('web-2 install');
    const number = await engine.request(oneByOne());
    await install.begun();
    expect(await engine.store.dueBefore(closes, 10)).toEqual([
      { kind: 'window-end', deployment: number, at: closes },
    ]);
    now = closes;
    await endWindow(clockOf(), number);
    install.end();
    const deployment = await engine.until(number, ['partial']);
    expect(deployment.endedBy).toBe(endedBy);
    expect(statesOf(deployment)).toEqual({
      'web-1': 'ok',
      'web-2': 'ok',
      'web-3': 'skipped',
      'web-4': 'skipped',
    });
    expect(deployment.run?.servers.get('web-3')?.message).toBe(`not begun because of ${endedBy}`);
    expect(world.done.slice(-2)).toEqual(['web-2 verify', 'enable web-2']);
    expect(await held()).toEqual([]);
  });

  test('members that were taken out together and not yet touched are put back as they were', async () => {
    engine.start();
    const install = hold('web-1 install');
    const number = await engine.request(oneByOne({ serverStrategy: 'half-by-half' }));
    await install.begun();
    now = closes;
    await endWindow(clockOf(), number);
    install.end();
    expect(statesOf(await engine.until(number, ['partial']))).toMatchObject({
      'web-1': 'ok',
      'web-2': 'skipped',
    });
    expect(world.done).toEqual([
      'disable web-1',
      'disable web-2',
      'web-1 install',
      'web-1 verify',
      'enable web-1',
      'enable web-2',
    ]);
    expect(await held()).toEqual([]);
  });

  test('in waves nothing further begins either', async () => {
    engine.start();
    const install = hold('a-1 install');
    const environment = buildEnvironment({
      windows: [evening],
      clusterStrategy: null,
      minInService: 0,
      parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false },
      clusters: [buildCluster('a', ['a-1', 'a-2']), buildCluster('b', ['b-1'])],
    });
    const number = await engine.request(environment);
    await install.begun();
    now = closes;
    await endWindow(clockOf(), number);
    install.end();
    const deployment = await engine.until(number, ['partial']);
    expect(statesOf(deployment)).toMatchObject({ 'a-1': 'ok', 'b-1': 'skipped' });
    expect(deployment.endedBy).toBe(endedBy);
  });

  test('a process that slept over the end begins nothing further when it wakes, whoever looks first', async () => {
    engine.start();
    const install = hold('web-1 install');
    const number = await engine.request(oneByOne());
    await install.begun();
    now = closes + 8 * 3_600_000;
    install.end();
    const deployment = await engine.until(number, ['partial']);
    expect(statesOf(deployment)).toMatchObject({ 'web-1': 'ok', 'web-2': 'skipped' });
    await endWindow(clockOf(), number);
    expect((await typesOf(number)).filter((type) => type === 'window_ended')).toHaveLength(1);
  });

  test('a process that was killed before the end and comes back after it begins nothing further', async () => {
    const install = hold('web-1 install');
    engine.start();
    const number = await engine.request(oneByOne());
    await install.begun();
    now = closes;
    engine.start(0);
    expect(statesOf(await engine.until(number, ['partial']))).toMatchObject({
      'web-1': 'ok',
      'web-2': 'skipped',
    });
    expect(world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(1);
    expect(world.done).not.toContain('disable web-2');
  });

  test('the question before the next wave is answered with stop, and nobody is waited for', async () => {
    engine.start();
    const environment = buildEnvironment({
      windows: [evening],
      clusterStrategy: null,
      minInService: 0,
      parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: true },
      clusters: [buildCluster('a', ['a-1']), buildCluster('b', ['b-1'])],
    });
    const number = await engine.request(environment);
    await engine.until(number, ['waiting']);
    now = closes;
    await endWindow(clockOf(), number);
    const deployment = await engine.until(number, ['partial']);
    expect(deployment).toMatchObject({ question: null, endedBy });
    expect(statesOf(deployment)).toEqual({ 'a-1': 'ok', 'b-1': 'skipped' });
  });

  test('a question about a step that began stays open: only a person knows', async () => {
    engine.start();
    world.when('web-1 install', () => ({ state: 'lost', reason: 'it was killed', lastLines: [] }));
    const number = await engine.request(oneByOne());
    await engine.until(number, ['waiting']);
    now = closes;
    await endWindow(clockOf(), number);
    expect((await engine.load(number)).question).toMatchObject({ kind: 'unknown-task' });
    await engine.answer(number, 'retry');
    expect(statesOf(await engine.until(number, ['partial']))).toMatchObject({
      'web-1': 'ok',
      'web-2': 'skipped',
    });
  });
});

describe('when a window ends', () => {
  test('without atEnd, what has begun runs to its end', async () => {
    engine.start();
    const install = hold('web-1 install');
    const { atEnd: _, ...open } = evening;
    const number = await engine.request(oneByOne({ windows: [open] }));
    await install.begun();
    expect(await engine.store.dueBefore(closes, 10)).toEqual([]);
    now = closes;
    await endWindow(clockOf(), number);
    install.end();
    expect((await engine.until(number, ['ok'])).endedBy).toBe('completion');
  });

  test('a moment too early, or after the attempt, nothing is written', async () => {
    engine.start();
    const install = hold('web-1 install');
    const number = await engine.request(oneByOne());
    await install.begun();
    now = closes - 1;
    await endWindow(clockOf(), number);
    install.end();
    await engine.until(number, ['ok']);
    now = closes;
    await endWindow(clockOf(), number);
    expect(await typesOf(number)).not.toContain('window_ended');
  });
});
