import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { findWarnings, newWarnings } from '../../src/domain/plan/warnings.ts';
import type { Revision } from '../../src/domain/revision.ts';
import type { KnownBackup } from '../../src/domain/rules/rule.ts';
import {
  buildDenodo,
  buildDenodoCluster,
  buildDenodoRevision,
  buildDenodoServer,
  buildSingleDenodo,
  buildTask,
  buildVql,
  planDenodo,
  twoCaches,
} from '../helpers/build-denodo.ts';
import { buildCluster } from '../helpers/build.ts';

function warnings(
  environment: Environment,
  revisions: Revision[] = [buildDenodoRevision()],
  backup: KnownBackup | null = null,
): string[] {
  const found = findWarnings({ plan: planDenodo(environment, revisions), held: [], backup });
  return found.map(({ rule, message }) => `${rule} ${message}`);
}

const uri = 'default.dataSource.VDP.vdp.connectionURI';
const pointingAt = (host: string) => ({ properties: { [uri]: `//${host}:9999/admin` } });
const withTask = buildDenodoRevision({ parts: { scheduler: buildTask({ properties: [uri] }) } });
const clusters = (host: string) => [buildDenodoCluster('eu', pointingAt(host))];

describe('a task of a Scheduler', () => {
  const misdirected = (host: string, first = 'vdp-eu-1'): string =>
    `D-15 The task \`load_sales\` of cluster \`eu\` points to \`${host}\`, but \`${first}\` is updated first; it may load a view whose schema has not changed yet.`;

  test.each<[claim: string, environment: Environment, revision: Revision, expected: string[]]>([
    [
      'D-15: that points to a server which is updated later is warned about',
      buildSingleDenodo({ clusters: clusters('vdp-eu-2') }),
      withTask,
      [misdirected('vdp-eu-2')],
    ],
    [
      'D-15: that points to the first server is well',
      buildSingleDenodo({ clusters: clusters('vdp-eu-1') }),
      withTask,
      [],
    ],
    [
      'D-15: that points to another host altogether is warned about',
      buildSingleDenodo({ clusters: clusters('balancer.lan') }),
      withTask,
      [misdirected('balancer.lan')],
    ],
    [
      'D-15: that names no data source is taken to use those of its cluster',
      buildSingleDenodo({ clusters: clusters('vdp-eu-2') }),
      buildDenodoRevision({ parts: { scheduler: buildTask() } }),
      [misdirected('vdp-eu-2')],
    ],
    [
      'D-15: that is removed points nowhere',
      buildSingleDenodo({ clusters: clusters('vdp-eu-2') }),
      { ...withTask, operation: 'drop' },
      [],
    ],
  ])('%s', (_claim, environment, revision, expected) => {
    expect(warnings(environment, [revision])).toEqual(expected);
  });

  test('D-15: is compared with the first server of those that were chosen', () => {
    const plan = planDenodo(buildSingleDenodo({ clusters: clusters('vdp-eu-2') }), [withTask], {
      servers: ['vdp-eu-2'],
    });
    expect(findWarnings({ plan, held: [], backup: null })).toEqual([]);
  });
});

describe('cache data sources', () => {
  const source = buildDenodoRevision({
    name: 'cache',
    parts: { vql: buildVql({ cacheDataSources: ['denodo_training.anothercachedatasource'] }) },
  });

  test('D-60: of a revision are set for all of several clusters, which has to be accepted', () => {
    const expected =
      "D-60 Some revisions include cache data sources. Deploying these revisions will set the same cache data source for all the clusters in the environment. The revision 'cache@2' contains the following cache data sources: denodo_training.anothercachedatasource. Do you want to proceed with the deployment?";
    expect(warnings(buildDenodo(), [source])).toEqual([expected]);
    expect(warnings(buildSingleDenodo(), [source])).toEqual([]);
    expect(warnings(buildDenodo(), [{ ...source, operation: 'drop' }])).toEqual([]);
  });

  test('D-52, D-62: of single databases are not swapped, the global one is', () => {
    const loads = { scheduler: buildTask({ type: 'VDPCache' }) };
    const of = (...cacheDataSources: string[]) =>
      warnings(buildSingleDenodo({ sharedCache: twoCaches }), [
        buildDenodoRevision({ parts: { vql: buildVql({ cacheDataSources }), ...loads } }),
      ]);
    expect(of('admin.vdpcachedatasource', 'crm.customvdpcachedatasource')).toEqual([
      'D-52 Only the global cache is swapped; these cache data sources of single databases are not: crm.customvdpcachedatasource.',
    ]);
    expect(of('admin.vdpcachedatasource')).toEqual([]);
  });
});

describe('properties', () => {
  test('D-61: at a cluster that VQL would name are not used, and the warning says where they stand', () => {
    const environment = buildSingleDenodo({
      properties: { 'databases.a.URI': 'x' },
      clusters: [buildDenodoCluster('eu', { properties: { 'databases.a.URI': 'y', 'crm.login': 'z' } })],
    });
    const revision = buildDenodoRevision({ parts: { vql: buildVql({ properties: ['databases.a.URI'] }) } });
    expect(warnings(environment, [revision])).toEqual([
      'D-61 The value of databases.a.URI at cluster eu is not used: Virtual DataPort properties are those of the environment. What differs between clusters, such as a cache, is configured on the servers by hand.',
    ]);
  });

  test('D-25: that a script does not have at all are asked about, as in the original', () => {
    const fixed = buildDenodoRevision({ parts: { vql: buildVql({ isParameterised: false }) } });
    expect(warnings(buildSingleDenodo(), [fixed])).toEqual([
      'D-25 The selected VQL file does not include Virtual DataPort properties. Do you want to continue?',
    ]);
    expect(warnings(buildSingleDenodo(), [{ ...fixed, operation: 'drop' }])).toEqual([]);
  });
});

test('without a backup the first deployment says that it could not be rolled back, and only where somebody looked', () => {
  const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };
  const none = 'backup There is no backup info to do the rollback process! Do you want to continue?';
  expect(warnings(buildSingleDenodo({ rollback }), undefined, { path: null })).toEqual([none]);
  expect(warnings(buildSingleDenodo({ rollback }), undefined, { path: '/b' })).toEqual([]);
  expect(warnings(buildSingleDenodo({ rollback }), undefined, null)).toEqual([]);
  expect(warnings(buildSingleDenodo(), undefined, { path: null })).toEqual([]);
});

test('D-29, D-30: the simple paradigm says that the service may be unavailable', () => {
  expect(warnings(buildSingleDenodo({ paradigm: 'simple' }))).toEqual([
    'D-30 The service may be unavailable for the whole deployment.',
  ]);
});

test('D-44: an active server before a standby one is warned about, the other way round not', () => {
  const inOrder = (...standby: boolean[]) =>
    buildSingleDenodo({
      clusters: [
        buildCluster(
          'eu',
          standby.map((isStandby, index) => buildDenodoServer(`vdp-${index}`, 'vdp', { standby: isStandby })),
        ),
      ],
    });
  expect(warnings(inOrder(false, true))).toEqual([
    'D-44 The active server vdp-0 is deployed before a standby one.',
  ]);
  expect(warnings(inOrder(true, false))).toEqual([]);
});

test('what was accepted is new no more, and what is held is looked at on the spot instead', () => {
  const accepted = [{ rule: 'D-60', message: 'a' }];
  const now = [...accepted, { rule: 'D-60', message: 'b' }, { rule: 'law-4', message: 'held' }];
  expect(newWarnings(now, accepted)).toEqual([{ rule: 'D-60', message: 'b' }]);
});
