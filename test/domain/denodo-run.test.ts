import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import {
  buildDenodo,
  buildDenodoCluster,
  buildDenodoRevision,
  buildSingleDenodo,
  buildTask,
  buildVql,
  planDenodo,
  twoCaches,
} from '../helpers/build-denodo.ts';
import { failing, play, type Played } from '../helpers/play.ts';

const withTask = buildDenodoRevision({ parts: { vql: buildVql(), scheduler: buildTask() } });
const loads = buildDenodoRevision({
  parts: { vql: buildVql(), scheduler: buildTask({ type: 'VDPCache' }) },
});
const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };
const clusters = ['a', 'b', 'c', 'd'].map((name) => buildDenodoCluster(name));
const service = ({ run }: Played): Record<string, string> => Object.fromEntries(run.service);
const states = ({ run }: Played): Record<string, string> =>
  Object.fromEntries([...run.servers].map(([name, { state }]) => [name, state]));

describe('a failure on a Denodo server', () => {
  test('D-14: of its VQL leaves out the tasks of its Scheduler', () => {
    const { done } = play(planDenodo(buildSingleDenodo(), [withTask]), failing('VQL vdp-eu-1'));
    expect(done).toEqual(['SCRIPT_SERVER disable vdp-eu-1', 'VQL vdp-eu-1 customer360@2']);
  });

  test('D-42: keeps it out of the balancer; a server that finished is put back', () => {
    const environment = buildSingleDenodo({ onServerFailure: 'continue', minInService: 0 });
    const played = play(planDenodo(environment), failing('VQL vdp-eu-1'));
    expect(service(played)).toEqual({ 'vdp-eu-1': 'held', 'vdp-eu-2': 'yes' });
    expect(played.run.ended?.state).toBe('partial');
  });

  test('D-43: keeps its whole cluster out; clusters of which every server finished are put back', () => {
    const played = play(planDenodo(buildDenodo({ clusters })), failing('VQL vdp-b-2'));
    expect(service(played)).toEqual({ a: 'yes', b: 'held' });
    expect(played.done).not.toContain('SCRIPT_CLUSTER disable c');
  });

  test('D-41: servers of a group are disabled together and updated one by one', () => {
    const { done } = play(planDenodo(buildDenodo({ clusters })));
    expect(done.slice(0, 8)).toEqual([
      'SCRIPT_CLUSTER disable a',
      'SCRIPT_CLUSTER disable b',
      'VQL vdp-a-1 customer360@2',
      'VQL vdp-a-2 customer360@2',
      'VQL vdp-b-1 customer360@2',
      'VQL vdp-b-2 customer360@2',
      'SCRIPT_CLUSTER enable a',
      'SCRIPT_CLUSTER enable b',
    ]);
  });

  test('D-09: restores the first server from the last good backup, and it stays out and failed', () => {
    const plan = planDenodo(buildSingleDenodo({ rollback }));
    const played = play(plan, failing('VQL vdp-eu-1'), { backup: '/b/41.vql' });
    expect(played.done.at(-1)).toBe('ROLLBACK vdp-eu-1');
    expect(states(played)).toEqual({ 'vdp-eu-1': 'rolled_back', 'vdp-eu-2': 'skipped' });
    expect(service(played)).toEqual({ 'vdp-eu-1': 'held' });
    expect(played.run.ended?.state).toBe('error');
  });

  test.each<[where: string, failed: string, environment: Environment, backup: string | undefined]>([
    ['where there is no backup', 'VQL vdp-eu-1', buildSingleDenodo({ rollback }), undefined],
    ['of a later server', 'VQL vdp-eu-2', buildSingleDenodo({ rollback }), '/b/41.vql'],
    ['where nobody asked for it', 'VQL vdp-eu-1', buildSingleDenodo(), '/b/41.vql'],
  ])('D-09: restores nothing %s', (_where, failed, environment, backup) => {
    const { done } = play(planDenodo(environment), failing(failed), backup === undefined ? {} : { backup });
    expect(done.filter((line) => line.startsWith('ROLLBACK'))).toEqual([]);
  });

  test('D-47b: after the swap of its cache swaps it back, and before it is restored', () => {
    const plan = planDenodo(buildSingleDenodo({ sharedCache: twoCaches, rollback }), [loads]);
    const { done } = play(plan, failing('VQL vdp-eu-1'), {
      backup: '/b/41.vql',
      cache: twoCaches.primaryUrl,
    });
    expect(done).toEqual([
      'SCRIPT_SERVER disable vdp-eu-1',
      'CACHE swap vdp-eu-1',
      'VQL vdp-eu-1 customer360@2',
      'CACHE revert vdp-eu-1',
      'ROLLBACK vdp-eu-1',
    ]);
  });
});

describe('beside the servers', () => {
  const sync = {
    name: 'data-catalog',
    role: 'data-catalog',
    clusters: null,
    elements: 'all' as const,
    priority: 'local' as const,
    onFailure: 'warn' as const,
  };

  test('D-06: a Data Catalog is synchronised only where its whole cluster succeeded', () => {
    const environment = buildDenodo({
      clusterStrategy: 'one-by-one',
      onServerFailure: 'continue',
      minInService: 0,
      sync: [sync],
    });
    const { done } = play(planDenodo(environment), failing('VQL vdp-eu-2'));
    expect(done.filter((line) => line.startsWith('DATACATALOG'))).toEqual([
      'DATACATALOG_SYNC catalog-us data-catalog',
    ]);
  });

  test('D-47a: a cache that is neither of the two touches no server at all', () => {
    const plan = planDenodo(buildSingleDenodo({ sharedCache: twoCaches }), [loads]);
    const played = play(plan, () => 'ok', { cache: 'jdbc:other' });
    expect(played.done).toEqual([]);
    expect(states(played)).toMatchObject({ 'vdp-eu-1': 'preflight_failed' });
  });

  test('a backup is made after a failed deployment too, and after none that began nothing', () => {
    const environment = buildSingleDenodo({ backupAfter: { onFailure: 'warn' }, sharedCache: twoCaches });
    const failed = play(planDenodo(environment), failing('VQL vdp-eu-1'));
    expect(failed.done.at(-1)).toBe('BACKUP vdp-eu-1');
    const none = play(planDenodo(environment, [loads]), () => 'ok', { cache: 'jdbc:other' });
    expect(none.done).toEqual([]);
  });
});
