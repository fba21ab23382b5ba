import { describe, expect, test } from 'vitest';

import { moved } from '../../src/domain/batch/batch.ts';
import { type BatchEntry, findConflicts } from '../../src/domain/batch/conflicts.ts';
import { morningAfter } from '../../src/domain/batch/morning.ts';
import type { Connection } from '../../src/domain/configured/connection.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { buildCluster, buildEnvironment, buildPlan, buildRevision, buildServer } from '../helpers/build.ts';

const startsAt = Date.parse('2026-11-17T20:00:00Z');
const isOlder = (one: string, other: string): boolean => Number(one) < Number(other);
const facts = { startsAt, isOlder };
const entry = (plan: BatchEntry['plan'], forecastMs: number | null = null): BatchEntry => ({
  number: 1040,
  plan,
  forecastMs,
});
const rules = (found: { rule: string }[]): string[] => found.map(({ rule }) => rule);
const planOf = (environment: Environment, version = '2', servers?: string[]) => ({
  ...buildPlan(environment, servers ? { servers } : {}),
  revisions: [buildRevision({ version })],
});

describe('what stands between a plan and those before it on its list', () => {
  test('is nothing where they share nothing', () => {
    const other = buildEnvironment({ name: 'bank', paradigm: 'simple' });
    const found = findConflicts(planOf(buildEnvironment()), [entry(planOf(other))], facts);
    expect(found).toEqual({ news: [], warnings: [], refusals: [] });
  });

  test('the same environment: it is good to know that it runs after them', () => {
    const shop = buildEnvironment();
    const before = [
      entry(planOf(shop, '2', ['web-1'])),
      { ...entry(planOf(shop, '2', ['web-1'])), number: 1041 },
    ];
    const found = findConflicts(planOf(shop, '2', ['web-2']), before, facts);
    expect(found.news).toEqual([
      { rule: 'batch-environment', message: 'It begins in `shop` only when #1040 and #1041 have ended.' },
    ]);
    expect(found.warnings).toEqual([]);
  });

  test('the same version for the same servers, or a newer one, is a warning', () => {
    const shop = buildEnvironment();
    const same = findConflicts(planOf(shop, '2', ['web-1', 'web-2']), [entry(planOf(shop, '2'))], facts);
    expect(same.warnings).toEqual([
      { rule: 'batch-revision', message: '#1040 deploys `shop@2` to web-1, web-2 already, just before it.' },
    ]);
    const newer = findConflicts(planOf(shop, '3', ['web-1']), [entry(planOf(shop, '2'))], facts);
    expect(newer.warnings).toEqual([
      {
        rule: 'batch-revision',
        message: '#1040 deploys `shop@2` to web-1 just before it: that will not stay.',
      },
    ]);
    expect([...same.refusals, ...newer.refusals]).toEqual([]);
  });

  test('an older version after a newer one is refused, with who lifts that and the way out', () => {
    const shop = buildEnvironment();
    const found = findConflicts(planOf(shop, '2', ['web-1']), [entry(planOf(shop, '3'))], facts);
    expect(found.refusals).toEqual([
      {
        rule: 'batch-revision',
        message: '`shop@2` is older than `shop@3`, which #1040 deploys there just before it.',
        liftedBy: 'whoever may cancel #1040',
        wayOut: 'Let the newer one be the last, or leave the older one out.',
      },
    ]);
    expect(found.warnings).toEqual([]);
  });

  test('what one creates and the next drops is refused', () => {
    const shop = buildEnvironment();
    const drop = { ...planOf(shop), revisions: [buildRevision({ version: '3', operation: 'drop' })] };
    const found = findConflicts(drop, [entry(planOf(shop))], facts);
    expect(rules(found.refusals)).toEqual(['batch-undoes']);
    expect(found.refusals[0]?.message).toContain('drops what `shop@2` of #1040 creates');
    expect(found.warnings).toEqual([]);
  });

  test('a server of the same address in another environment is a warning, one of another address is none', () => {
    const at = (port: number): Connection => ({
      driver: 'ssh',
      host: '10.0.0.7',
      port,
      user: 'deploy',
      privateKey: { env: 'KEY' },
      pin: { hostKey: 'ssh-ed25519 AAAA' },
      shell: 'sh',
      workDirectory: '/srv',
      keepRevisions: 5,
    });
    const environment = (name: string, port: number) =>
      buildEnvironment({
        name,
        paradigm: 'simple',
        clusters: [buildCluster('a', [buildServer(`${name}-1`, { connection: at(port) })])],
      });
    const shop = planOf(environment('shop', 22));
    const shared = findConflicts(shop, [entry(planOf(environment('bank', 22)))], facts);
    expect(shared.warnings).toEqual([
      {
        rule: 'batch-server',
        message: 'shop-1 may be deployed to by #1040 (`bank`) at the same time: it is the same address.',
      },
    ]);
    expect(findConflicts(shop, [entry(planOf(environment('bank', 23)))], facts).warnings).toEqual([]);
  });

  test('a script of the load balancer that another environment calls too is a warning', () => {
    const bank = planOf(buildEnvironment({ name: 'bank' }));
    const found = findConflicts(planOf(buildEnvironment()), [entry(bank)], facts);
    expect(found.warnings).toEqual([
      {
        rule: 'batch-balancer',
        message: "#1040 (`bank`) may call the load balancer's /lb/disable-server at the same time.",
      },
    ]);
  });

  test('those before it that take longer than the window, or into a freeze, are a warning', () => {
    const hour = 3_600_000;
    const until23 = buildEnvironment({
      windows: [{ days: ['tue'], from: '20:00', to: '23:00', name: null }],
    });
    const found = (forecastMs: number | null, environment: Environment = until23) =>
      rules(
        findConflicts(
          planOf(environment, '2', ['web-1']),
          [entry(planOf(environment, '2', ['web-2']), forecastMs)],
          facts,
        ).warnings,
      );
    expect(found(2 * hour)).toEqual(['batch-time']);
    expect(found(2 * hour - 1)).toEqual([]);
    expect(found(null)).toEqual([]);
    const frozen = buildEnvironment({
      freezes: [{ from: '2026-11-18T00:00', to: '2026-11-19T00:00', reason: 'audit' }],
    });
    expect(found(3 * hour, frozen)).toEqual(['batch-time']);
    expect(found(2 * hour, frozen)).toEqual([]);
  });
});

test('moving one changes its place with its neighbour, and nothing at the ends', () => {
  expect(moved([1, 2, 3], 2, -1)).toEqual([2, 1, 3]);
  expect(moved([1, 2, 3], 2, 1)).toEqual([1, 3, 2]);
  expect(moved([1, 2, 3], 1, -1)).toEqual([1, 2, 3]);
  expect(moved([1, 2, 3], 3, 1)).toEqual([1, 2, 3]);
  expect(moved([1, 2, 3], 7, 1)).toEqual([1, 2, 3]);
});

test.each([
  ['2026-11-17T20:00:00Z', 'Europe/Madrid', '2026-11-18T07:00:00.000Z'],
  ['2026-11-18T02:00:00Z', 'Europe/Madrid', '2026-11-18T07:00:00.000Z'],
  ['2026-11-18T07:00:00Z', 'Europe/Madrid', '2026-11-19T07:00:00.000Z'],
  ['2026-03-28T22:00:00Z', 'Europe/Madrid', '2026-03-29T06:00:00.000Z'],
  ['2026-11-17T20:00:00Z', 'America/New_York', '2026-11-18T13:00:00.000Z'],
])('the morning after %s in %s is %s', (instant, zone, morning) => {
  expect(new Date(morningAfter(Date.parse(instant), zone)).toISOString()).toBe(morning);
});
