import { describe, expect, test } from 'vitest';

import { serverRun } from '../../src/domain/attempt/run.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { buildPlan } from '../helpers/build.ts';
import { buildDenodo, buildDenodoCluster, buildDenodoRevision, buildSync } from '../helpers/denodo-shapes.ts';
import { play, type Play } from '../helpers/play-attempt.ts';

const revisions = [buildDenodoRevision('a')];

/** Two clusters, one after another, each with a Data Catalog. */
function severalClusters(more: Partial<Environment> = {}): Play {
  const environment = buildDenodo({
    topology: 'several-clusters',
    clusterStrategy: 'one-by-one',
    clusters: [
      buildDenodoCluster('eu', ['vdp-e1', 'vdp-e2', 'catalog-e']),
      buildDenodoCluster('us', ['vdp-u1', 'catalog-u']),
    ],
    sync: [buildSync()],
    minInService: 0,
    ...more,
  });
  return play(buildPlan(environment, { revisions }));
}

function oneCluster(more: Partial<Environment> = {}): Play {
  const clusters = [buildDenodoCluster('main', ['vdp-1', 'vdp-2', 'catalog'])];
  return play(buildPlan(buildDenodo({ clusters, sync: [buildSync()], ...more }), { revisions }));
}

describe('what follows a cluster', () => {
  test('comes after its last server and before it is put back', () => {
    expect(severalClusters().toTheEnd()).toEqual([
      'disable eu',
      'VQL a@1 vdp-e1',
      'VQL a@1 vdp-e2',
      'DATACATALOG_SYNC catalog catalog-e',
      'enable eu',
      'disable us',
      'VQL a@1 vdp-u1',
      'DATACATALOG_SYNC catalog catalog-u',
      'enable us',
    ]);
  });

  test('comes after the return of the last server where servers leave by themselves', () => {
    expect(oneCluster().toTheEnd().slice(-3)).toEqual([
      'VQL a@1 vdp-2',
      'enable vdp-2',
      'DATACATALOG_SYNC catalog catalog',
    ]);
  });

  test('is not done where a server failed, nor where one could not be put back', () => {
    expect(oneCluster().toTheEnd({ 'VQL a@1 vdp-2': 'error' })).not.toContain(
      'DATACATALOG_SYNC catalog catalog',
    );
    expect(oneCluster().toTheEnd({ 'enable vdp-2': 'error' })).not.toContain(
      'DATACATALOG_SYNC catalog catalog',
    );
  });

  test('is looked at first where its intent has no outcome, before anything else of the group', () => {
    const game = severalClusters();
    for (let [action] = game.next(); action && !game.done.includes('VQL a@1 vdp-e2'); [action] = game.next())
      game.act(action);
    const [sync] = game.next();
    if (sync?.do !== 'perform') throw new Error('the sync was to be next');
    game.write({ type: 'task_intended', task: sync.task.id, run: 1, fence: 1 });
    expect(game.next()).toEqual([{ do: 'probe', group: 0, task: sync.task, run: 1 }]);
    expect(game.toTheEnd()).toContain('enable us');
  });
});

test('a sync that is under way is ended where everything is to end at once, and before that nothing is held', () => {
  const game = severalClusters();
  for (let [action] = game.next(); action && !game.done.includes('VQL a@1 vdp-e2'); [action] = game.next())
    game.act(action);
  const [sync] = game.next();
  if (sync?.do !== 'perform') throw new Error('the sync was to be next');
  game.write({ type: 'task_intended', task: sync.task.id, run: 1, fence: 1 });
  game.write({ type: 'stop_now_requested', by: 'U0ANA', reason: 'enough' });
  expect(game.next()).toEqual([{ do: 'end', group: 0, task: sync.task, run: 1 }]);
  expect(game.run.service.get('eu')).toBe('no');
});

describe('a sync that failed', () => {
  test('is a warning where it may: its cluster is put back, and the next one begins', () => {
    const game = severalClusters();
    const done = game.toTheEnd({ 'DATACATALOG_SYNC catalog catalog-e': 'warning' });
    expect(done).toEqual(expect.arrayContaining(['enable eu', 'enable us']));
    expect(game.run.ended).toMatchObject({ state: 'ok_with_warnings' });
  });

  test('fails its cluster where it stops: that stays held with the reason, and no further server begins', () => {
    const game = severalClusters({ sync: [buildSync({ onFailure: 'stop' })] });
    const done = game.toTheEnd({ 'DATACATALOG_SYNC catalog catalog-e': 'error' });
    expect(done.at(-1)).toBe('DATACATALOG_SYNC catalog catalog-e');
    expect(game.run.service.get('eu')).toBe('held');
    expect(serverRun(game.run, 'vdp-e1')).toMatchObject({
      state: 'error',
      message: 'deployed, but what follows its cluster failed: it is error',
    });
    expect(serverRun(game.run, 'vdp-u1').state).toBe('skipped');
    expect(game.run.ended).toEqual({ state: 'error', endedBy: 'onServerFailure: stop' });
  });

  test('fails its servers also where they are back in service already', () => {
    const game = oneCluster({ sync: [buildSync({ onFailure: 'stop' })] });
    game.toTheEnd({ 'DATACATALOG_SYNC catalog catalog': 'error' });
    expect([...game.run.servers.values()].map(({ state }) => state)).toEqual(['error', 'error']);
    expect([...game.run.service.values()]).toEqual(['yes', 'yes']);
    expect(game.run.ended?.state).toBe('error');
  });

  test('of which nobody knows the end leaves its servers unknown', () => {
    const game = oneCluster({ sync: [buildSync({ onFailure: 'stop' })] });
    game.toTheEnd({ 'DATACATALOG_SYNC catalog catalog': 'unknown' });
    expect(serverRun(game.run, 'vdp-1').state).toBe('unknown');
  });
});

describe('the backup at the end', () => {
  const backupAfter = { onFailure: 'warn' } as const;

  test('follows all groups, and also a failure', () => {
    expect(severalClusters({ backupAfter }).toTheEnd().at(-1)).toBe('BACKUP vdp-e1');
    const failed = severalClusters({ backupAfter }).toTheEnd({ 'VQL a@1 vdp-e1': 'error' });
    expect(failed).toEqual(['disable eu', 'VQL a@1 vdp-e1', 'BACKUP vdp-e1']);
  });

  test('is not made where no server was begun', () => {
    expect(severalClusters({ backupAfter }).toTheEnd({ 'disable eu': 'error' })).toEqual(['disable eu']);
  });
});
