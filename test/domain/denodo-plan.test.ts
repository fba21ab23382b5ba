import { describe, expect, test } from 'vitest';

import { chooseCache } from '../../src/domain/attempt/choose-cache.ts';
import type { Cluster, Environment } from '../../src/domain/configured/environment.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { plannedServers } from '../../src/domain/plan/plan.ts';
import {
  buildDenodo,
  buildDenodoCluster,
  buildDenodoRevision,
  buildSingleDenodo,
  buildTask,
  buildVql,
  linesOf,
  planDenodo,
  twoCaches,
} from '../helpers/build-denodo.ts';

const off = (cluster: Cluster, ...names: string[]): Cluster => ({
  ...cluster,
  servers: cluster.servers.map((server) => ({ ...server, enabled: !names.includes(server.name) })),
});

const first = buildDenodoRevision({ version: '1' });
const second = buildDenodoRevision({ parts: { vql: buildVql(), scheduler: buildTask() } });
const dropped = buildDenodoRevision({
  name: 'old',
  operation: 'drop',
  parts: { vql: buildVql(), scheduler: buildTask({ file: null }) },
});
const loads = buildDenodoRevision({
  parts: { vql: buildVql(), scheduler: buildTask({ type: 'VDPCache' }) },
});
const sync = {
  name: 'data-catalog',
  role: 'data-catalog',
  clusters: null,
  elements: 'all' as const,
  priority: 'local' as const,
  onFailure: 'warn' as const,
};
const only = (lines: string[], word: string): string[] => lines.filter((line) => line.startsWith(word));
const leftOut = (environment: Environment): string[] =>
  planDenodo(environment)
    .tasks.filter(({ phase }) => phase === null)
    .map(({ type, server, cluster }) => `${type} ${server ?? cluster}`);

describe('the order of a Denodo deployment', () => {
  test('D-16: per cluster disable, per server VQL and tasks, synchronise, enable; then the backup', () => {
    const plan = planDenodo(buildDenodo({ sync: [sync], backupAfter: { onFailure: 'warn' } }), [second]);
    const ofCluster = (name: string): string[] => [
      `SCRIPT_CLUSTER disable ${name}`,
      `VQL vdp-${name}-1 customer360@2`,
      `SCH create+run vdp-${name}-1 sched-${name} customer360@2`,
      `VQL vdp-${name}-2 customer360@2`,
      `DATACATALOG_SYNC catalog-${name} data-catalog`,
      `SCRIPT_CLUSTER enable ${name}`,
    ];
    expect(linesOf(plan)).toEqual([...ofCluster('eu'), ...ofCluster('us'), 'BACKUP vdp-eu-1']);
  });

  test('D-02, D-07: all revisions in their order on one server, before the next server', () => {
    const plan = planDenodo(buildSingleDenodo({ paradigm: 'simple' }), [second, first]);
    expect(only(linesOf(plan), 'VQL')).toEqual([
      'VQL vdp-eu-1 customer360@2',
      'VQL vdp-eu-1 customer360@1',
      'VQL vdp-eu-2 customer360@2',
      'VQL vdp-eu-2 customer360@1',
    ]);
  });

  test('D-14: the tasks of all revisions come after the VQL of all revisions on the first server', () => {
    const plan = planDenodo(buildSingleDenodo({ paradigm: 'simple' }), [second, dropped]);
    expect(linesOf(plan).slice(0, 4)).toEqual([
      'VQL vdp-eu-1 customer360@2',
      'VQL vdp-eu-1 old@2',
      'SCH create+run vdp-eu-1 sched-eu customer360@2',
      'SCH remove vdp-eu-1 sched-eu old@2',
    ]);
  });

  test('D-03: VQL runs on every enabled VDP server, and on no other role', () => {
    const clusters = [off(buildDenodoCluster('eu'), 'vdp-eu-1'), buildDenodoCluster('us')];
    const lines = only(linesOf(planDenodo(buildDenodo({ clusters }), [second])), 'VQL');
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['vdp-eu-2', 'vdp-us-1', 'vdp-us-2']);
  });

  test('D-04, D-13: tasks are made on the first enabled Scheduler of each enabled cluster, and on no other', () => {
    const eu = buildDenodoCluster('eu');
    const [scheduler] = eu.servers.filter(({ role }) => role === 'scheduler');
    const more = {
      ...eu,
      servers: [...eu.servers, ...(scheduler ? [{ ...scheduler, name: 'sched-eu-2' }] : [])],
    };
    const schedulers = (cluster: Cluster): string[] =>
      only(
        linesOf(planDenodo(buildDenodo({ clusters: [cluster, buildDenodoCluster('us')] }), [second])),
        'SCH',
      );
    expect(schedulers(more)).toEqual([
      'SCH create+run vdp-eu-1 sched-eu customer360@2',
      'SCH create+run vdp-us-1 sched-us customer360@2',
    ]);
    expect(schedulers(off(more, 'sched-eu'))[0]).toBe('SCH create+run vdp-eu-1 sched-eu-2 customer360@2');
  });

  test('D-05: tasks of a revision that creates are run, those of one that drops are removed', () => {
    const plan = planDenodo(buildSingleDenodo(), [second, dropped]);
    const actions = plan.tasks.flatMap(({ type, action, revision }) =>
      type === 'SCH' ? [`${revision} ${action}`] : [],
    );
    expect(actions).toEqual(['customer360@2 create+run', 'old@2 remove']);
  });

  test('D-06: Data Catalogs are synchronised as configured: of these clusters, and of enabled servers', () => {
    const synced = (more: Partial<Environment>): string[] =>
      only(linesOf(planDenodo(buildDenodo(more))), 'DATACATALOG_SYNC');
    expect(synced({ sync: [{ ...sync, clusters: ['us'] }] })).toEqual([
      'DATACATALOG_SYNC catalog-us data-catalog',
    ]);
    expect(synced({ sync: [] })).toEqual([]);
    const clusters = [off(buildDenodoCluster('eu'), 'catalog-eu'), buildDenodoCluster('us')];
    expect(synced({ sync: [sync], clusters })).toEqual(['DATACATALOG_SYNC catalog-us data-catalog']);
  });

  test('D-08: the order of the file is the order of the deployment, whatever the names', () => {
    const clusters = [buildDenodoCluster('us'), buildDenodoCluster('eu')].map((cluster) => ({
      ...cluster,
      servers: cluster.servers.toReversed(),
    }));
    expect(plannedServers(planDenodo(buildDenodo({ clusters })))).toEqual([
      'vdp-us-2',
      'vdp-us-1',
      'vdp-eu-2',
      'vdp-eu-1',
    ]);
  });

  test('D-09: the first enabled server of the first enabled cluster is first, and the only one that is restored', () => {
    const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };
    const clusters = [
      { ...buildDenodoCluster('apac'), enabled: false },
      buildDenodoCluster('eu'),
      buildDenodoCluster('us'),
    ];
    const plan = planDenodo(buildDenodo({ rollback, clusters }));
    expect(plannedServers(plan)[0]).toBe('vdp-eu-1');
    expect(plan.rollbackTasks.map(({ type, server }) => `${type} ${server}`)).toEqual(['ROLLBACK vdp-eu-1']);
  });

  test.each<[claim: string, clusters: Cluster[], named: string[]]>([
    [
      'D-10: a disabled cluster is left alone, and named once',
      [buildDenodoCluster('eu'), { ...buildDenodoCluster('us'), enabled: false }],
      ['CLUSTER_DEPLOYMENT us'],
    ],
    [
      'D-11: a cluster with no enabled VDP server is left alone, and named once',
      [buildDenodoCluster('eu'), off(buildDenodoCluster('us'), 'vdp-us-1', 'vdp-us-2')],
      ['CLUSTER_DEPLOYMENT us'],
    ],
    [
      'D-12: a disabled server is left alone, and named once; one of another role is none of it',
      [off(buildDenodoCluster('eu'), 'vdp-eu-2', 'sched-eu'), buildDenodoCluster('us')],
      ['SERVER_DEPLOYMENT vdp-eu-2'],
    ],
  ])('%s', (_claim, clusters, named) => {
    expect(leftOut(buildDenodo({ clusters }))).toEqual(named);
  });

  test('D-17: how it is deployed is part of what is signed: every setting of it changes the hash', () => {
    const changes: Partial<Environment>[] = [
      { paradigm: 'simple' },
      { clusterStrategy: 'one-by-one' },
      { minInService: 0 },
      { onServerFailure: 'continue' },
      { maxFailures: { count: 1 } },
      { backupAfter: { onFailure: 'warn' } },
      { sharedCache: twoCaches },
      { sync: [sync] },
    ];
    const hashes = [{}, ...changes].map((more) => planHash(planDenodo(buildDenodo(more))));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('D-35, D-37, D-38: one by one, each member is disabled, deployed and enabled before the next', () => {
    const clusters = planDenodo(buildDenodo({ clusterStrategy: 'one-by-one' }));
    expect(only(linesOf(clusters), 'SCRIPT')).toEqual(
      ['disable eu', 'enable eu', 'disable us', 'enable us'].map((words) => `SCRIPT_CLUSTER ${words}`),
    );
    const servers = planDenodo(buildSingleDenodo());
    expect(only(linesOf(servers), 'SCRIPT')).toEqual(
      ['disable vdp-eu-1', 'enable vdp-eu-1', 'disable vdp-eu-2', 'enable vdp-eu-2'].map(
        (words) => `SCRIPT_SERVER ${words}`,
      ),
    );
  });

  test('D-40: of three clusters half by half, one goes first and two follow together', () => {
    const clusters = ['a', 'b', 'c'].map((name) => buildDenodoCluster(name));
    expect(planDenodo(buildDenodo({ clusters })).groups).toEqual([['a'], ['b', 'c']]);
  });

  test('D-53, D-54: several live clusters leave the balancer as clusters, one of several alone as servers', () => {
    expect(planDenodo(buildDenodo()).level).toBe('cluster');
    const clusters = [buildDenodoCluster('eu'), off(buildDenodoCluster('us'), 'vdp-us-1', 'vdp-us-2')];
    expect(planDenodo(buildDenodo({ clusters })).level).toBe('server');
  });
});

describe('the secondary cache', () => {
  const environment = buildSingleDenodo({ sharedCache: twoCaches });

  test.each([
    [
      'the other one is next',
      twoCaches.primaryUrl,
      { before: twoCaches.primaryUrl, next: twoCaches.secondaryUrl },
    ],
    [
      'and back again',
      twoCaches.secondaryUrl,
      { before: twoCaches.secondaryUrl, next: twoCaches.primaryUrl },
    ],
    [
      'one that is neither of the two stops it',
      'jdbc:other',
      {
        server: 'vdp-eu-1',
        message: 'vdp-eu-1 uses `jdbc:other`, which is neither of the two configured caches',
      },
    ],
    [
      'one that nobody knows stops it',
      null,
      { server: 'vdp-eu-1', message: 'vdp-eu-1 does not say which cache it uses' },
    ],
  ])('D-47a: what the first server uses decides, once for all: %s', (_claim, inUse, expected) => {
    const plan = planDenodo(environment, [loads]);
    expect(chooseCache(plan, { cache: null }, { server: 'vdp-eu-1', inUse })).toEqual(expected);
    const chosen = { before: 'a', next: 'b' };
    expect(chooseCache(plan, { cache: chosen }, { server: 'vdp-eu-1', inUse })).toBeNull();
  });

  test('D-47b, D-47c: is swapped on each server before its VQL, and loaded once, after the first server', () => {
    expect(linesOf(planDenodo({ ...environment, paradigm: 'simple' }, [loads]))).toEqual([
      'CACHE swap vdp-eu-1',
      'VQL vdp-eu-1 customer360@2',
      'SCH create+run vdp-eu-1 sched-eu customer360@2',
      'SCH run-cache vdp-eu-1 sched-eu',
      'CACHE swap vdp-eu-2',
      'VQL vdp-eu-2 customer360@2',
    ]);
  });

  test('D-45, D-48: is left alone with several clusters, and where no created revision loads it', () => {
    const swaps = (where: Environment, revision = loads): boolean =>
      planDenodo(where, [revision]).tasks.some(({ type }) => type === 'CACHE');
    expect(swaps(environment)).toBe(true);
    expect(swaps(buildDenodo({ sharedCache: twoCaches }))).toBe(false);
    expect(swaps(environment, second)).toBe(false);
    expect(swaps(environment, { ...loads, operation: 'drop' })).toBe(false);
  });
});
