import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { endWindow } from '../../src/app/end-window.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Window } from '../../src/domain/configured/hours.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { factsOf } from '../../src/progress/facts.ts';
import type { TaskOutcome } from '../../src/systems/system.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import {
  buildCluster,
  buildEnvironment,
  buildPlan,
  buildSingleCluster,
  buildStep,
} from '../helpers/build.ts';
import { type Engine, openEngine, requestPlan, statesOf } from '../helpers/engine.ts';
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

describe('when a window with atEnd: stop ends', () => {
  const strict: Partial<Environment> = { windows: [{ ...evening, atEnd: 'stop' }] };
  const begun = async (entry: string) =>
    await expect.poll(() => world.done.includes(entry), { timeout: 20_000, interval: 5 }).toBe(true);

  test('what runs is ended by the rule, its server is held, what was never touched is put back, and the rest is offered', async () => {
    world.hangs('web-2 install');
    engine.start();
    const number = await engine.request(oneByOne({ ...strict, serverStrategy: 'half-by-half' }));
    await begun('web-2 install');
    now = closes;
    await endWindow(clockOf(), number);
    const deployment = await engine.until(number, ['partial']);
    expect(deployment).toMatchObject({ endedBy, question: null });
    expect(statesOf(deployment)).toEqual({
      'web-1': 'ok',
      'web-2': 'cancelled',
      'web-3': 'skipped',
      'web-4': 'skipped',
    });
    expect(deployment.run?.servers.get('web-2')?.message).toBe(`stopped by ${endedBy} during step install`);
    expect(deployment.run?.servers.get('web-3')?.message).toBe(`not begun because of ${endedBy}`);
    expect(world.done.slice(-3)).toEqual(['web-2 install', 'end web-2 install', 'enable web-1']);
    expect(await held()).toMatchObject([{ member: 'web-2' }]);
    const shown = factsOf(buildPlan(oneByOne(strict)), await engine.store.eventsAfter(number, 0)).find(
      ({ event }) => event.type === 'window_ended',
    );
    expect(shown && threadLine(buildPlan(oneByOne(strict)), shown, String)).toBe(
      '*The window tue 20:00–23:30 has ended*: what runs on servers is ended, and nothing further begins.',
    );
  });

  test('where nothing was done yet it ends as failed, not as cancelled: no person ended it', async () => {
    world.hangs('web-1 install');
    engine.start();
    const number = await engine.request(oneByOne(strict));
    await begun('web-1 install');
    now = closes;
    expect(await engine.until(number, ['error', 'cancelled'])).toMatchObject({ state: 'error', endedBy });
  });

  test('the next process ends it where the one that ran it is dead', async () => {
    world.hangs('web-1 install');
    const hung = engine.start(100);
    const number = await engine.request(oneByOne(strict));
    await begun('web-1 install');
    await hung.stop();
    now = closes + 60_000;
    engine.start(100);
    expect((await engine.until(number, ['error'])).endedBy).toBe(endedBy);
    expect(world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(1);
    expect(world.done).toContain('end web-1 install');
  });

  test('a question about a step that began is answered with stop too, and nobody is waited for', async () => {
    world.when('web-1 install', () => ({ state: 'lost', reason: 'it was killed', lastLines: [] }));
    engine.start();
    const number = await engine.request(oneByOne(strict));
    await engine.until(number, ['waiting']);
    now = closes;
    await endWindow(clockOf(), number);
    const deployment = await engine.until(number, ['error']);
    expect(deployment).toMatchObject({ question: null, endedBy });
    expect(statesOf(deployment)).toMatchObject({ 'web-1': 'unknown', 'web-2': 'skipped' });
  });

  test('a manual step that was not done by then says that the window ended it', async () => {
    const steps = [buildStep('switch', { manual: 'Switch it.' })];
    engine.start();
    const number = await engine.request(
      oneByOne({ ...strict, runbooks: { release: { steps, needsNoBackup: true } } }),
    );
    await engine.until(number, ['waiting']);
    now = closes;
    await endWindow(clockOf(), number);
    const deployment = await engine.until(number, ['error']);
    const task = [...(deployment.run?.tasks.values() ?? [])].find(({ end }) => end === 'error');
    expect(task?.message).toBe(`it was not done: stopped by ${endedBy}`);
  });

  test('a person who stopped it at once before is who ended it', async () => {
    world.hangs('web-1 install');
    const hung = engine.start(100);
    const number = await engine.request(oneByOne(strict));
    await begun('web-1 install');
    await hung.stop();
    await engine.decide(number, { type: 'stop_now_requested', by: 'U0BEN', reason: 'it is wrong' });
    now = closes + 60_000;
    await endWindow(clockOf(), number);
    engine.start(100);
    expect((await engine.until(number, ['cancelled'])).endedBy).toBe('<@U0BEN>');
  });

  test('a rollback goes on', async () => {
    engine.start();
    const install = hold('web-1 install');
    const undoes: Plan['undoes'] = { deployment: 1, servers: {} };
    const number = await requestPlan(engine.store, { ...buildPlan(oneByOne(strict)), undoes });
    await install.begun();
    now = closes;
    await endWindow(clockOf(), number);
    install.end();
    expect((await engine.until(number, ['ok'])).endedBy).toBe('completion');
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
