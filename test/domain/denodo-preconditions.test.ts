import { describe, expect, test } from 'vitest';

import type { Cluster, Environment } from '../../src/domain/configured/environment.ts';
import { checkPreconditions, type Precondition } from '../../src/domain/plan/preconditions.ts';
import type { Revision } from '../../src/domain/revision.ts';
import type { PreconditionFacts } from '../../src/domain/rules/rule.ts';
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
import { buildConfiguration } from '../helpers/build.ts';

const at = Date.UTC(2026, 10, 23, 20, 4);

function report(
  environment: Environment,
  revisions?: Revision[],
  more: Partial<PreconditionFacts> & { servers?: string[] } = {},
): Precondition[] {
  const { servers, ...facts } = more;
  return checkPreconditions({
    plan: planDenodo(environment, revisions, servers ? { servers } : {}),
    configuration: buildConfiguration([environment]),
    person: null,
    startsAt: at,
    startsNow: true,
    lock: null,
    busy: null,
    backup: null,
    looks: [],
    ...facts,
  });
}

const refused = (preconditions: Precondition[]): string[] =>
  preconditions.filter(({ ok }) => !ok).map(({ rule, message }) => `${rule} ${message}`);

const without = (cluster: Cluster, ...names: string[]): Cluster => ({
  ...cluster,
  servers: cluster.servers.map((server) => ({ ...server, enabled: !names.includes(server.name) })),
});

const withTask = buildDenodoRevision({ parts: { vql: buildVql(), scheduler: buildTask() } });
const lacking = buildDenodoRevision({
  parts: {
    vql: buildVql({ properties: ['databases.a.URI', 'databases.a.USER'] }),
    scheduler: buildTask({ properties: ['default.dataSource.login'] }),
  },
});
const sync = {
  name: 'catalog',
  role: 'data-catalog',
  clusters: ['eu'],
  elements: 'all' as const,
  priority: 'local' as const,
  onFailure: 'warn' as const,
};
const busy = { number: 41, requestedBy: 'U0ANA', since: at, done: 3, servers: 6 };

describe('the report', () => {
  test('D-28: names every failed precondition at once, in the order of the source', () => {
    const eu = without(buildDenodoCluster('eu'), 'sched-eu', 'catalog-eu');
    const apac = { ...buildDenodoCluster('us'), enabled: false };
    const environment = buildDenodo({
      deploymentsEnabled: false,
      whenBusy: 'refuse',
      sync: [sync],
      clusters: [eu, apac],
    });
    const rules = report(environment, [lacking], { busy }).filter(({ ok }) => !ok);
    expect(rules.map(({ rule }) => rule)).toEqual(['D-20', 'D-21', 'D-23', 'D-24', 'D-25', 'D-27']);
  });

  test('D-28: says of each of the nine that it holds, where it does', () => {
    const all = report(buildDenodo(), [withTask], {
      person: { id: 'U0ANA', name: 'Ana', timezone: 'UTC', standing: 'member', usergroups: [] },
    });
    expect(all.every(({ ok }) => ok)).toBe(true);
    const nine = ['D-19', 'D-20', 'D-21', 'D-22', 'D-23', 'D-24', 'D-25', 'D-26', 'D-27'];
    expect(all.map(({ rule }) => rule).slice(0, 9)).toEqual(nine);
  });
});

test.each<[claim: string, environment: Environment, revisions: Revision[] | undefined, refusals: string[]]>([
  [
    'D-20: refuses where deployments are switched off',
    buildDenodo({ deploymentsEnabled: false }),
    undefined,
    ['D-20 Deployments are switched off for `denodo-production`.'],
  ],
  [
    'D-22: refuses where no enabled cluster has an enabled server of the main role',
    buildSingleDenodo({ clusters: [without(buildDenodoCluster('eu'), 'vdp-eu-1', 'vdp-eu-2')] }),
    undefined,
    ['D-22 `denodo-production` has no enabled cluster with an enabled vdp server.'],
  ],
  [
    'D-23: names every cluster that has no enabled Scheduler for the tasks of a revision',
    buildDenodo({ clusters: [buildDenodoCluster('eu'), without(buildDenodoCluster('us'), 'sched-us')] }),
    [withTask],
    ['D-23 Cluster `us` has no enabled scheduler server, and `customer360@2` has scheduler tasks.'],
  ],
  [
    'D-23: asks for no Scheduler where no revision has tasks, nor in a cluster that is switched off',
    buildDenodo({
      topology: 'single-cluster',
      clusterStrategy: null,
      serverStrategy: 'one-by-one',
      clusters: [
        buildDenodoCluster('eu'),
        without({ ...buildDenodoCluster('us'), enabled: false }, 'sched-us'),
      ],
    }),
    [withTask],
    [],
  ],
  [
    'D-24: refuses to synchronise where no Data Catalog is registered',
    buildDenodo({ sync: [{ ...sync, role: 'marketplace' }] }),
    undefined,
    ['D-24 Synchronisation is on, but no marketplace server is registered.'],
  ],
  [
    'D-24: refuses to synchronise where every Data Catalog of its clusters is switched off',
    buildDenodo({
      sync: [sync],
      clusters: [without(buildDenodoCluster('eu'), 'catalog-eu'), buildDenodoCluster('us')],
    }),
    undefined,
    ['D-24 Synchronisation is on, but no data-catalog server of eu is enabled.'],
  ],
  [
    'D-25: names every VDP property without a value, one that is set as undefined too',
    buildDenodo({ properties: { 'databases.a.USER': 'undefined' } }),
    [
      buildDenodoRevision({
        parts: { vql: buildVql({ properties: ['databases.a.URI', 'databases.a.USER'] }) },
      }),
    ],
    [
      'D-25 Missing VQL properties: databases.a.URI, databases.a.USER. Some Virtual DataPort properties required by the revision are not defined in the target environment.',
    ],
  ],
  [
    'D-25: takes a secret for a value, and an empty one',
    buildDenodo({ properties: { 'databases.a.URI': { env: 'URI' }, 'databases.a.USER': '' } }),
    [
      buildDenodoRevision({
        parts: { vql: buildVql({ properties: ['databases.a.URI', 'databases.a.USER'] }) },
      }),
    ],
    [],
  ],
  [
    'D-25, D-26: ask nothing of a revision that drops',
    buildDenodo(),
    [{ ...lacking, operation: 'drop' }],
    [],
  ],
  [
    'D-26: lists what is missing for each cluster that has a Scheduler',
    buildDenodo({
      clusters: [
        buildDenodoCluster('eu'),
        buildDenodoCluster('us', { properties: { 'crm.login': 'sched' } }),
      ],
    }),
    [buildDenodoRevision({ parts: { scheduler: buildTask({ properties: ['crm.login', 'crm.uri'] }) } })],
    [
      'D-26 Missing Scheduler properties on cluster eu: crm.login, crm.uri. Missing Scheduler properties on cluster us: crm.uri.',
    ],
  ],
  [
    'D-27: refuses a configuration for several clusters where one is live',
    buildDenodo({ clusters: [buildDenodoCluster('eu'), { ...buildDenodoCluster('us'), enabled: false }] }),
    undefined,
    [
      'D-27 The configuration is for several clusters, but only one enabled cluster has enabled servers (eu).',
    ],
  ],
  [
    'D-27: refuses a configuration for a single cluster where several are live',
    buildSingleDenodo({ clusters: [buildDenodoCluster('eu'), buildDenodoCluster('us')] }),
    undefined,
    ['D-27 The configuration is for a single cluster, but 2 enabled clusters have enabled servers (eu, us).'],
  ],
  [
    'D-61: a value at a cluster is none for VQL, which is the same on every server',
    buildDenodo({
      clusters: [
        buildDenodoCluster('eu', { properties: { 'databases.a.URI': 'x' } }),
        buildDenodoCluster('us', { properties: { 'databases.a.URI': 'y' } }),
      ],
    }),
    [buildDenodoRevision({ parts: { vql: buildVql({ properties: ['databases.a.URI'] }) } })],
    [
      'D-25 Missing VQL properties: databases.a.URI. Some Virtual DataPort properties required by the revision are not defined in the target environment.',
    ],
  ],
  [
    'a revision without VQL and without tasks has nothing to do on Denodo',
    buildDenodo(),
    [buildDenodoRevision({ parts: { vql: { runbook: 'release', vql: null, tasks: [] } } })],
    ['parts customer360@2 asks for runbook release, which `denodo-production` does not have.'],
  ],
])('%s', (_claim, environment, revisions, refusals) => {
  const found = refused(report(environment, revisions));
  expect(found).toEqual(refusals);
});

describe('an environment in which another deployment runs', () => {
  const find = (preconditions: Precondition[]) => preconditions.find(({ rule }) => rule === 'D-21');
  const sentence =
    'Deployment #41 by <@U0ANA> is running in `denodo-production` since 23 Nov 2026 21:04 Europe/Madrid (3 of 6 servers).';

  test('D-21: is refused where it may not wait, with who, since when and how far', () => {
    const found = find(report(buildDenodo({ whenBusy: 'refuse' }), undefined, { busy }));
    expect(found).toMatchObject({ ok: false, message: sentence });
  });

  test.each([
    ['it may wait', 'queue' as const, true, 'This one waits for its turn.'],
    ['it starts later', 'refuse' as const, false, 'If it still runs at the start, this one does not begin.'],
  ])('D-21: is news that stands in the report where %s', (_where, whenBusy, startsNow, ending) => {
    const found = find(report(buildDenodo({ whenBusy }), undefined, { busy, startsNow }));
    expect(found).toMatchObject({ ok: true, isNews: true, message: `${sentence} ${ending}` });
  });
});

describe('a secondary cache', () => {
  const news = (environment: Environment, revision = buildDenodoRevision()) =>
    report(environment, [revision]).find(({ rule }) => rule === 'D-48');
  const loads = buildDenodoRevision({ parts: { scheduler: buildTask({ type: 'VDPCache' }) } });

  test('D-48: that no revision loads is left as it is, and the report says so', () => {
    expect(news(buildSingleDenodo({ sharedCache: twoCaches }))).toMatchObject({
      ok: true,
      isNews: true,
      message: 'No VDP Cache task in these revisions: the cache is left as it is.',
    });
    expect(news(buildSingleDenodo({ sharedCache: twoCaches }), loads)?.isNews).toBe(false);
    expect(news(buildSingleDenodo())).toBeUndefined();
  });

  test('D-45: is for a single cluster: with several live ones it is left as it is, and the report says so', () => {
    expect(news(buildDenodo({ sharedCache: twoCaches }), loads)?.message).toContain('D-45');
  });
});

test('requireBackup: require refuses a deployment that no backup could undo; nobody is refused where nobody looked', () => {
  const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };
  const environment = buildDenodo({ rollback, requireBackup: 'require' });
  const rules = (backup: PreconditionFacts['backup']) =>
    report(environment, undefined, { backup })
      .filter(({ ok }) => !ok)
      .map(({ rule }) => rule);
  expect(rules({ path: null })).toEqual(['backup']);
  expect(rules({ path: '/backups/41.vql' })).toEqual([]);
  expect(rules(null)).toEqual([]);
});
