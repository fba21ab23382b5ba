import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { timelineOf } from '../../src/progress/timeline.ts';
import { buildCluster, buildEnvironment, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

/** Runs one attempt to its end, a second passing between any two readings of the clock, and tells what it was. */
async function timeline(number: number) {
  const plan = await engine.store.plan((await engine.load(number)).planHash);
  if (!plan) throw new Error(`no plan of #${number}`);
  return timelineOf(plan, await engine.store.eventsAfter(number, 0));
}

function tick(): void {
  let now = Date.parse('2026-11-20T20:00:00Z');
  engine.clock.now = () => {
    now += 1_000;
    return now;
  };
}

describe('the timeline of an attempt', () => {
  test('tells of each server what it went through, one after another, and when it was back', async () => {
    tick();
    engine.start();
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
    await engine.until(number, ['ok']);
    const told = await timeline(number);
    expect(told?.rows.map(({ server, state, isHeld }) => [server, state, isHeld])).toEqual([
      ['web-1', 'ok', false],
      ['web-2', 'ok', false],
    ]);
    for (const { spans, backAt } of told?.rows ?? []) {
      expect(spans.map(({ stretch }) => stretch)).toEqual(['out', 'deploying', 'verifying', 'out']);
      for (const [index, { from, to }] of spans.entries()) {
        expect(to).toBeGreaterThan(from);
        expect(spans[index + 1]?.from ?? backAt).toBe(to);
      }
    }
    const [first, second] = told?.rows ?? [];
    expect(first?.backAt).toBeLessThanOrEqual(second?.spans[0]?.from ?? 0);
    expect(told?.to).toBeGreaterThanOrEqual(second?.backAt ?? Infinity);
  });

  test('shows what failed out of service to the end, and what never began without any stretch', async () => {
    tick();
    engine.world.when('web-2 install', () => ended('error'));
    engine.start();
    const number = await engine.request(buildSingleCluster(['web-1', 'web-2', 'web-3']));
    await engine.until(number, ['partial']);
    const told = await timeline(number);
    const [, failed, skipped] = told?.rows ?? [];
    expect(failed).toMatchObject({ state: 'error', isHeld: true, backAt: null });
    expect(failed?.spans.map(({ stretch }) => stretch)).toEqual(['out', 'deploying', 'out']);
    expect(failed?.spans.at(-1)?.to).toBe(told?.to);
    expect(skipped).toMatchObject({ state: 'skipped', isHeld: false, spans: [], backAt: null });
  });

  test('counts servers of a cluster as out as long as their cluster is', async () => {
    tick();
    engine.start();
    const clusters = [buildCluster('north', ['n-1', 'n-2']), buildCluster('south', ['s-1'])];
    const number = await engine.request(
      buildEnvironment({ clusters, topology: 'several-clusters', clusterStrategy: 'one-by-one' }),
    );
    await engine.until(number, ['ok']);
    const [first, second, third] = (await timeline(number))?.rows ?? [];
    expect(first?.backAt).toBe(second?.backAt);
    expect(second?.spans[0]).toMatchObject({ stretch: 'out', from: first?.spans[0]?.from });
    expect(third?.spans[0]?.from).toBeGreaterThanOrEqual(first?.backAt ?? Infinity);
  });

  test('is there only once an attempt has ended', async () => {
    const number = await engine.request(buildSingleCluster(['web-1']));
    expect(await timeline(number)).toBeNull();
  });
});
