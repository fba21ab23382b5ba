import { describe, expect, test } from 'vitest';

import { forecast, type ServerTime } from '../../src/domain/plan/forecast.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';

const minute = 60_000;
const plan = buildPlan(buildSingleCluster(['a', 'b', 'c', 'd', 'e', 'f']));

/** One run after another server, each of `eachMs` and `gapMs` apart. */
function run(deployment: number, eachMs: number, { servers = 3, gapMs = 0, attempt = 1 } = {}): ServerTime[] {
  return Array.from({ length: servers }, (_, index) => {
    const startedAt = deployment * 100 * minute + index * (eachMs + gapMs);
    return { deployment, attempt, server: `s${index}`, startedAt, endedAt: startedAt + eachMs };
  });
}

describe('a forecast', () => {
  test('is none where nothing was deployed there before', () => {
    expect(forecast(plan, [])).toBeNull();
  });

  test('is so many servers one after another, as long each as the middle one took before', () => {
    const earlier = [...run(3, minute), ...run(2, 2 * minute), ...run(1, 9 * minute)];
    expect(forecast(plan, earlier)).toEqual({
      totalMs: 12 * minute,
      servers: 6,
      eachMs: 2 * minute,
      runs: 3,
    });
  });

  test('counts what went by between servers, and no single night of waiting for an answer', () => {
    const usual = [1, 2, 3].flatMap((deployment) => run(deployment, minute, { gapMs: 10_000 }));
    expect(forecast(plan, usual)?.totalMs).toBe(6 * minute + 50_000);
    const waited = run(4, minute, { gapMs: 30 * minute });
    expect(forecast(plan, [...waited, ...usual])?.totalMs).toBe(6 * minute + 50_000);
  });

  test('counts no time between two attempts of one deployment', () => {
    const first = run(1, minute);
    const later = run(1, minute, { attempt: 2 }).map((time) => ({
      ...time,
      startedAt: time.startedAt + 500 * minute,
      endedAt: time.endedAt + 500 * minute,
    }));
    expect(forecast(plan, [...first, ...later])?.totalMs).toBe(6 * minute);
  });

  test('is that of the servers that were chosen', () => {
    const chosen = buildPlan(buildSingleCluster(['a', 'b', 'c']), { servers: ['b'] });
    expect(forecast(chosen, run(1, minute))).toMatchObject({ totalMs: minute, servers: 1 });
  });
});

describe('a forecast of servers that differ', () => {
  /** What each server took in one run, in minutes. */
  const took = (deployment: number, minutes: Record<string, number>): ServerTime[] =>
    Object.entries(minutes).map(([server, each], index) => {
      const startedAt = (deployment * 100 + index * 10) * minute;
      return { deployment, attempt: 1, server, startedAt, endedAt: startedAt + each * minute };
    });
  const differing = [1, 2, 3].flatMap((deployment) => took(deployment, { a: 1, b: deployment + 5, c: 1 }));
  const planOf = (...servers: string[]) => buildPlan(buildSingleCluster(['a', 'b', 'c', 'd']), { servers });

  test('reckons each by the middle of its own runs, of which there are at least three', () => {
    const apart = differing.map((time) => ({ ...time, attempt: time.startedAt }));
    expect(forecast(planOf('b'), apart)).toEqual({
      totalMs: 7 * minute,
      servers: 1,
      eachMs: minute,
      runs: 3,
      own: { servers: 1, shortestMs: 7 * minute, longestMs: 7 * minute },
    });
    expect(forecast(planOf('a', 'b'), apart)).toMatchObject({
      totalMs: 8 * minute,
      own: { servers: 2, shortestMs: minute, longestMs: 7 * minute },
    });
  });

  test('reckons the others by the middle of all', () => {
    const apart = differing.map((time) => ({ ...time, attempt: time.startedAt }));
    const { own, totalMs } = forecast(planOf('b', 'd'), apart) ?? {};
    expect([totalMs, own?.servers]).toEqual([8 * minute, 1]);
    const twice = apart.filter(({ deployment }) => deployment > 1);
    expect(forecast(planOf('b'), twice)).toMatchObject({ totalMs: minute });
    expect(forecast(planOf('b'), twice)?.own).toBeUndefined();
  });

  test('begins the next of a wave where one has ended, in their order', () => {
    const clusters = [buildCluster('n', ['a', 'b', 'c', 'd'])];
    const parallel = { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false };
    const wave = buildPlan(buildEnvironment({ clusters, minInService: 1, parallel }));
    const earlier = [1, 2, 3].flatMap((deployment) => took(deployment, { a: 6, b: 1, c: 2, d: 2 }));
    expect(forecast(wave, earlier)?.totalMs).toBe(6 * minute);
  });
});

describe('a forecast in waves', () => {
  const clusters = ['n', 's', 'w'].map((name) =>
    buildCluster(
      name,
      [1, 2, 3, 4].map((index) => `${name}${index}`),
    ),
  );
  const parallel = { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false };
  const inWaves = (more: Partial<typeof parallel>, minInService = 1) =>
    forecast(
      buildPlan(buildEnvironment({ clusters, minInService, parallel: { ...parallel, ...more } })),
      run(1, minute),
    )?.totalMs;

  test('counts what is done at once once', () => {
    expect(inWaves({})).toBe(6 * minute);
    expect(inWaves({ perCluster: 4 })).toBe(3 * minute);
  });

  test('counts clusters that are in flight together once', () => {
    expect(inWaves({ clustersInFlight: 2 })).toBe(4 * minute);
    expect(inWaves({ clustersInFlight: 3 })).toBe(2 * minute);
  });

  test('takes no more servers out at once than the floor leaves', () => {
    expect(inWaves({ perCluster: 4 }, 11)).toBe(12 * minute);
  });
});
