import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { loadConfiguration } from '../../src/config/load-configuration.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { buildDenodoRevision } from '../helpers/denodo-shapes.ts';
import { inWords, simulated } from './simulated.ts';

let store: Store;
beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
});
afterAll(async () => await store.close());

function example(name: string): Environment {
  const loaded = loadConfiguration(join('examples/config', `${name}.yaml`));
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  const [environment] = loaded.configuration.environments;
  if (!environment) throw new Error(`${name} has no environment`);
  return environment;
}

/** Simulates customer360@2 with Scheduler tasks of these types, and failures. */
async function inWordsOf(environment: Environment, types: string[], fails: string[] = []): Promise<string[]> {
  const revision = buildDenodoRevision('customer360', { tasks: types }, { version: '2' });
  return (await simulated(store, environment, [revision], fails)).map(inWords);
}

describe('the example with two clusters, half by half', () => {
  const twoClusters = example('denodo-two-clusters');

  test('goes through both, and synchronises the one that is to be', async () => {
    expect(await inWordsOf(twoClusters, ['VDPDataLoad'])).toEqual([
      'SCRIPT_CLUSTER disable eu → ok',
      'VQL vdp-eu-2 customer360@2 → ok',
      'SCH create+run sched-eu customer360@2 → ok',
      'VQL vdp-eu-1 customer360@2 → ok',
      'DATACATALOG_SYNC catalog-eu data-catalog → ok',
      'SCRIPT_CLUSTER enable eu → ok',
      'SCRIPT_CLUSTER disable us → ok',
      'VQL vdp-us-1 customer360@2 → ok',
      'SCH create+run sched-us customer360@2 → ok',
      'SCRIPT_CLUSTER enable us → ok',
      'BACKUP vdp-eu-2 → ok',
      'SERVER_DEPLOYMENT vdp-us-2 → skipped',
      'CLUSTER_DEPLOYMENT apac → skipped',
      'RESULT → ok',
    ]);
  });

  test('restores its first server when that fails, holds the cluster, and leaves the other one alone', async () => {
    expect(await inWordsOf(twoClusters, ['VDPDataLoad'], ['vdp-eu-2:VQL'])).toEqual([
      'SCRIPT_CLUSTER disable eu → ok',
      'VQL vdp-eu-2 customer360@2 → error',
      'ROLLBACK vdp-eu-2 → ok',
      'SCH create+run sched-eu customer360@2 → skipped',
      'DATACATALOG_SYNC catalog-eu data-catalog → skipped',
      'SERVER_DEPLOYMENT vdp-eu-1 → skipped',
      'CLUSTER_DEPLOYMENT us → skipped',
      'SERVER_DEPLOYMENT vdp-us-1 → skipped',
      'HELD eu → held',
      'BACKUP vdp-eu-2 → ok',
      'SERVER_DEPLOYMENT vdp-us-2 → skipped',
      'CLUSTER_DEPLOYMENT apac → skipped',
      'RESULT → error',
    ]);
  });

  test('ends partial where the second half fails, and warns of a sync and a backup that failed', async () => {
    const fails = ['catalog-eu:DATACATALOG_SYNC', 'sched-us:SCH:create+run', 'eu:BACKUP'];
    expect(await inWordsOf(twoClusters, ['VDPDataLoad'], fails)).toEqual([
      'SCRIPT_CLUSTER disable eu → ok',
      'VQL vdp-eu-2 customer360@2 → ok',
      'SCH create+run sched-eu customer360@2 → ok',
      'VQL vdp-eu-1 customer360@2 → ok',
      'DATACATALOG_SYNC catalog-eu data-catalog → warning',
      'SCRIPT_CLUSTER enable eu → ok',
      'SCRIPT_CLUSTER disable us → ok',
      'VQL vdp-us-1 customer360@2 → ok',
      'SCH create+run sched-us customer360@2 → error',
      'HELD us → held',
      'BACKUP vdp-eu-2 → warning',
      'SERVER_DEPLOYMENT vdp-us-2 → skipped',
      'CLUSTER_DEPLOYMENT apac → skipped',
      'RESULT → partial',
    ]);
  });

  test('begins no server of a cluster that cannot be taken out', async () => {
    const lines = await inWordsOf(twoClusters, [], ['eu:SCRIPT_CLUSTER:disable']);
    expect(lines).toEqual([
      'SCRIPT_CLUSTER disable eu → error',
      'VQL vdp-eu-2 customer360@2 → skipped',
      'DATACATALOG_SYNC catalog-eu data-catalog → skipped',
      'VQL vdp-eu-1 customer360@2 → skipped',
      'CLUSTER_DEPLOYMENT us → skipped',
      'SERVER_DEPLOYMENT vdp-us-1 → skipped',
      'HELD eu → held',
      'BACKUP vdp-eu-2 → skipped',
      'SERVER_DEPLOYMENT vdp-us-2 → skipped',
      'CLUSTER_DEPLOYMENT apac → skipped',
      'RESULT → error',
    ]);
  });
});

describe('the example with a shared cache, one by one', () => {
  const sharedCache = example('denodo-shared-cache');

  test('swaps the cache of each server first, and loads it after the first', async () => {
    expect(await inWordsOf(sharedCache, ['VDPCache'])).toEqual([
      'SCRIPT_SERVER disable vdp-1 → ok',
      'CACHE swap vdp-1 → ok',
      'VQL vdp-1 customer360@2 → ok',
      'SCH create+run sched customer360@2 → ok',
      'SCH run-cache sched → ok',
      'SCRIPT_SERVER enable vdp-1 → ok',
      'SCRIPT_SERVER disable vdp-2 → ok',
      'CACHE swap vdp-2 → ok',
      'VQL vdp-2 customer360@2 → ok',
      'SCRIPT_SERVER enable vdp-2 → ok',
      'SCRIPT_SERVER disable vdp-3 → ok',
      'CACHE swap vdp-3 → ok',
      'VQL vdp-3 customer360@2 → ok',
      'SCRIPT_SERVER enable vdp-3 → ok',
      'RESULT → ok',
    ]);
  });

  test('leaves the cache alone where no revision loads one', async () => {
    const lines = await inWordsOf(sharedCache, ['VDPDataLoad']);
    expect(lines.filter((line) => /CACHE|run-cache/.test(line))).toEqual([]);
    expect(lines.at(-1)).toBe('RESULT → ok');
  });

  test('swaps a failed server back, holds it, and leaves the rest in service', async () => {
    expect(await inWordsOf(sharedCache, ['VDPCache'], ['vdp-2:VQL'])).toEqual([
      'SCRIPT_SERVER disable vdp-1 → ok',
      'CACHE swap vdp-1 → ok',
      'VQL vdp-1 customer360@2 → ok',
      'SCH create+run sched customer360@2 → ok',
      'SCH run-cache sched → ok',
      'SCRIPT_SERVER enable vdp-1 → ok',
      'SCRIPT_SERVER disable vdp-2 → ok',
      'CACHE swap vdp-2 → ok',
      'VQL vdp-2 customer360@2 → error',
      'CACHE revert vdp-2 → ok',
      'SERVER_DEPLOYMENT vdp-3 → skipped',
      'HELD vdp-2 → held',
      'RESULT → partial',
    ]);
  });

  test('half by half puts back a server of the same half that was never touched', async () => {
    const environment: Environment = { ...sharedCache, serverStrategy: 'half-by-half' };
    expect(await inWordsOf(environment, [], ['vdp-2:VQL'])).toEqual([
      'SCRIPT_SERVER disable vdp-1 → ok',
      'VQL vdp-1 customer360@2 → ok',
      'SCRIPT_SERVER enable vdp-1 → ok',
      'SCRIPT_SERVER disable vdp-2 → ok',
      'SCRIPT_SERVER disable vdp-3 → ok',
      'VQL vdp-2 customer360@2 → error',
      'SERVER_DEPLOYMENT vdp-3 → skipped',
      'HELD vdp-2 → held',
      'SCRIPT_SERVER enable vdp-3 → ok',
      'RESULT → partial',
    ]);
  });

  test('stops at the capacity floor, and asks nobody who could answer', async () => {
    const environment: Environment = { ...sharedCache, onServerFailure: 'continue', minInService: 2 };
    expect(await inWordsOf(environment, [], ['vdp-1:SCRIPT_SERVER:enable'])).toEqual([
      'SCRIPT_SERVER disable vdp-1 → ok',
      'VQL vdp-1 customer360@2 → ok',
      'SCRIPT_SERVER enable vdp-1 → error',
      'HELD vdp-1 → held',
      'GUARD vdp-2 → error',
      'SERVER_DEPLOYMENT vdp-2 → skipped',
      'SERVER_DEPLOYMENT vdp-3 → skipped',
      'RESULT → error',
    ]);
  });

  test('names the cluster of a half that the floor refuses', async () => {
    const environment: Environment = { ...sharedCache, serverStrategy: 'half-by-half', minInService: 2 };
    expect(await inWordsOf(environment, [])).toEqual([
      'SCRIPT_SERVER disable vdp-1 → ok',
      'VQL vdp-1 customer360@2 → ok',
      'SCRIPT_SERVER enable vdp-1 → ok',
      'GUARD main → error',
      'SERVER_DEPLOYMENT vdp-2 → skipped',
      'SERVER_DEPLOYMENT vdp-3 → skipped',
      'RESULT → partial',
    ]);
  });
});
