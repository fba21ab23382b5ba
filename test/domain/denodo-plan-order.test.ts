import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { plannedServers, type Plan } from '../../src/domain/plan/plan.ts';
import type { Revision } from '../../src/domain/revision.ts';
import { buildPlan } from '../helpers/build.ts';
import {
  buildDenodo,
  buildDenodoCluster,
  buildDenodoRevision,
  buildSync,
  caches,
} from '../helpers/denodo-shapes.ts';
import { nameOf } from '../helpers/play-attempt.ts';

function named(plan: Plan): string[] {
  return plan.tasks.filter(({ phase }) => phase !== null).map(nameOf);
}

function planned(environment: Partial<Environment>, revisions: Revision[], servers?: string[]): string[] {
  return named(buildPlan(buildDenodo(environment), { revisions, ...(servers && { servers }) }));
}

const a = buildDenodoRevision('a', { tasks: ['VDPDataLoad'] });
const b = buildDenodoRevision('b');
const loads = buildDenodoRevision('c', { tasks: ['VDPCache'] });

describe('the plan of one Denodo cluster', () => {
  test('deploys all revisions on a server before the next, and Scheduler tasks with the first', () => {
    expect(planned({}, [a, b])).toEqual([
      'disable vdp-1',
      'VQL a@1 vdp-1',
      'VQL b@1 vdp-1',
      'SCH create+run a@1 sched',
      'enable vdp-1',
      'disable vdp-2',
      'VQL a@1 vdp-2',
      'VQL b@1 vdp-2',
      'enable vdp-2',
    ]);
  });

  test('swaps the cache before the VQL of each server, and loads it once, after the first', () => {
    expect(planned({ sharedCache: caches, paradigm: 'simple' }, [loads])).toEqual([
      'CACHE swap vdp-1',
      'VQL c@1 vdp-1',
      'SCH create+run c@1 sched',
      'SCH run-cache sched',
      'CACHE swap vdp-2',
      'VQL c@1 vdp-2',
    ]);
  });

  test('leaves the cache alone where nothing loads one: other tasks, a dropped load, no second cache', () => {
    const dropped = buildDenodoRevision('d', { tasks: ['VDPCache'] }, { operation: 'drop' });
    for (const tasks of [
      planned({ sharedCache: caches }, [a]),
      planned({ sharedCache: caches }, [dropped]),
      planned({}, [loads]),
    ])
      expect(tasks.filter((task) => /CACHE|run-cache/.test(task))).toEqual([]);
  });

  test('removes the Scheduler tasks of a dropped revision', () => {
    const dropped = buildDenodoRevision('d', { tasks: ['VDPDataLoad'] }, { operation: 'drop' });
    expect(planned({}, [dropped])).toContain('SCH remove d@1 sched');
  });

  test('gives Scheduler tasks to the first Scheduler that is switched on', () => {
    const clusters = [buildDenodoCluster('main', ['vdp-1', '-sched-1', 'sched-2', 'sched-3'])];
    expect(planned({ clusters }, [a])).toContain('SCH create+run a@1 sched-2');
  });

  test('takes the first of the chosen servers for the first', () => {
    expect(planned({}, [a], ['vdp-2'])).toEqual([
      'disable vdp-2',
      'VQL a@1 vdp-2',
      'SCH create+run a@1 sched',
      'enable vdp-2',
    ]);
  });

  test('leaves servers in service for which there is nothing to do', () => {
    const tasksOnly = buildDenodoRevision('t', { vql: false, tasks: ['VDPDataLoad'] });
    const plan = buildPlan(buildDenodo({ serverStrategy: 'half-by-half' }), { revisions: [tasksOnly] });
    expect(plan.groups).toEqual([['vdp-1']]);
    expect(named(plan)).toEqual(['disable vdp-1', 'SCH create+run t@1 sched', 'enable vdp-1']);
  });

  test('synchronises after the last server is back, and backs up at the very end', () => {
    const clusters = [buildDenodoCluster('main', ['vdp-1', 'catalog-1', '-catalog-2', 'vdp-2', 'catalog-3'])];
    const plan = planned({ clusters, sync: [buildSync()], backupAfter: { onFailure: 'warn' } }, [b]);
    expect(plan.slice(-4)).toEqual([
      'enable vdp-2',
      'DATACATALOG_SYNC catalog catalog-1',
      'DATACATALOG_SYNC catalog catalog-3',
      'BACKUP vdp-1',
    ]);
  });
});

describe('the plan of several Denodo clusters', () => {
  const several: Partial<Environment> = {
    topology: 'several-clusters',
    clusterStrategy: 'half-by-half',
    sharedCache: caches,
    sync: [buildSync({ clusters: ['eu', 'us'] })],
    clusters: [
      buildDenodoCluster('eu', ['vdp-e1', '-vdp-e2', 'sched-e', 'catalog-e']),
      buildDenodoCluster('us', ['vdp-u1', 'sched-u', 'catalog-u']),
      buildDenodoCluster('ap', ['vdp-a1', 'vdp-a2', 'sched-a', 'catalog-a']),
      buildDenodoCluster('off', ['vdp-o1'], { enabled: false }),
      buildDenodoCluster('none', ['sched-n']),
    ],
  };

  test('takes halves out together, and synchronises each cluster before its half is put back', () => {
    expect(planned(several, [loads])).toEqual([
      'disable eu',
      'VQL c@1 vdp-e1',
      'SCH create+run c@1 sched-e',
      'DATACATALOG_SYNC catalog catalog-e',
      'enable eu',
      'disable us',
      'disable ap',
      'VQL c@1 vdp-u1',
      'SCH create+run c@1 sched-u',
      'DATACATALOG_SYNC catalog catalog-u',
      'VQL c@1 vdp-a1',
      'SCH create+run c@1 sched-a',
      'VQL c@1 vdp-a2',
      'enable us',
      'enable ap',
    ]);
  });

  test('names what is switched off', () => {
    const left = buildPlan(buildDenodo(several), { revisions: [b] }).tasks.filter(
      ({ phase }) => phase === null,
    );
    expect(left.map(nameOf)).toEqual([
      'SERVER_DEPLOYMENT vdp-e2',
      'CLUSTER_DEPLOYMENT off',
      'CLUSTER_DEPLOYMENT none',
    ]);
  });

  test('in simple paradigm moves nothing, and synchronises after the last server of each', () => {
    expect(planned({ ...several, paradigm: 'simple' }, [b])).toEqual([
      'VQL b@1 vdp-e1',
      'DATACATALOG_SYNC catalog catalog-e',
      'VQL b@1 vdp-u1',
      'DATACATALOG_SYNC catalog catalog-u',
      'VQL b@1 vdp-a1',
      'VQL b@1 vdp-a2',
    ]);
  });
});

describe('what is undone', () => {
  const rollback = { runbook: null, onFirstServerFailure: false, countdownSeconds: null, lockAfter: false };

  test('is planned for each server: its cache, and of the first the whole', () => {
    const plan = buildPlan(buildDenodo({ sharedCache: caches, rollback }), { revisions: [loads] });
    expect(plan.rollbackTasks.map(nameOf)).toEqual([
      'CACHE revert vdp-1',
      'ROLLBACK vdp-1',
      'CACHE revert vdp-2',
    ]);
    expect(plan.rollbackTasks.every(({ phase }) => phase === 'undo')).toBe(true);
  });

  test('by a deployment of its own goes through the servers in reverse, with nothing after', () => {
    const servers = {
      'vdp-1': { before: null, backupPath: '/b' },
      'vdp-2': { before: null, backupPath: '/b' },
    };
    const clusters = [buildDenodoCluster('main', ['vdp-1', 'vdp-2', 'sched', 'catalog'])];
    const after = { sync: [buildSync()], backupAfter: { onFailure: 'warn' } as const };
    const environment = buildDenodo({ clusters, rollback, ...after });
    const plan = buildPlan(environment, { revisions: [a], undoes: { deployment: 7, servers } });
    expect(plannedServers(plan)).toEqual(['vdp-2', 'vdp-1']);
    expect(named(plan)).toEqual([
      'disable vdp-2',
      'ROLLBACK vdp-2',
      'enable vdp-2',
      'disable vdp-1',
      'ROLLBACK vdp-1',
      'enable vdp-1',
    ]);
  });
});

test('a Solution Manager does each server by itself', () => {
  const environment = buildDenodo({ system: 'denodo-solution-manager', paradigm: 'simple' });
  expect(named(buildPlan(environment, { revisions: [a] }))).toEqual([
    'SERVER_DEPLOYMENT vdp-1',
    'SERVER_DEPLOYMENT vdp-2',
  ]);
});
