import { describe, expect, test } from 'vitest';

import { leftOutTogether } from '../../src/domain/deployment/exclusion.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';

const clusters = [buildCluster('one', ['web-1', 'web-2']), buildCluster('other', ['web-3'])];

describe('a server that is left out takes along', () => {
  test('the rest of a cluster that leaves the load balancer as a whole', () => {
    expect(leftOutTogether(buildPlan(buildEnvironment()), 'web-2')).toEqual(['web-1', 'web-2']);
  });

  test('the rest of a cluster that gets something once, with its first server', () => {
    const payloads = [
      { part: 'release', role: 'web', placement: 'first-in-cluster' as const, run: 'always' as const },
    ];
    const parallel = { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false };
    const plan = buildPlan(buildEnvironment({ payloads, clusters, parallel, clusterStrategy: null }));
    expect(plan.level).toBe('server');
    expect(leftOutTogether(plan, 'web-1')).toEqual(['web-1', 'web-2']);
    expect(leftOutTogether(plan, 'web-2')).toEqual(['web-2']);
  });

  test('everything, where the backup of all is made on it', () => {
    const plan = buildPlan(buildSingleCluster(['web-1', 'web-2', 'web-3']));
    const [task] = plan.tasks;
    const backup = {
      ...task!,
      id: 99,
      type: 'BACKUP' as const,
      phase: 'end' as const,
      server: null,
      on: 'web-1',
    };
    const saved = { ...plan, tasks: [...plan.tasks, backup] };
    expect(leftOutTogether(saved, 'web-1')).toEqual(['web-1', 'web-2', 'web-3']);
    expect(leftOutTogether(saved, 'web-2')).toEqual(['web-2']);
  });

  test('the rest of a cluster whose Scheduler tasks are made with it', () => {
    const plan = buildPlan(buildSingleCluster(['web-1', 'web-2']));
    const task = plan.tasks.find(({ server }) => server === 'web-1');
    const scheduled = { ...plan, tasks: [...plan.tasks, { ...task!, id: 99, type: 'SCH' as const }] };
    expect(leftOutTogether(scheduled, 'web-1')).toEqual(['web-1', 'web-2']);
    expect(leftOutTogether(scheduled, 'web-2')).toEqual(['web-2']);
  });

  test('nobody else', () => {
    expect(leftOutTogether(buildPlan(buildSingleCluster(['web-1', 'web-2'])), 'web-1')).toEqual(['web-1']);
  });
});
