import fc from 'fast-check';

import type { Sync } from '../../src/domain/configured/denodo.ts';
import type { Cluster, Environment, Server } from '../../src/domain/configured/environment.ts';
import type { Revision } from '../../src/domain/revision.ts';
import { buildCluster, buildPart, buildRevision, buildStep } from '../helpers/build.ts';
import {
  buildDenodo,
  buildDenodoRevision,
  buildDenodoServer,
  buildSync,
  caches,
} from '../helpers/denodo-shapes.ts';

/** One random deployment: what is deployed where, and what of it fails. */
export interface Scenario {
  environment: Environment;
  revisions: Revision[];
  /** Null: every enabled server. */
  servers: string[] | null;
  /** Each picks a kind of task and one of its tasks, counted around, which fails once. */
  fails: { kind: number; which: number }[];
}

const strategy = fc.constantFrom('one-by-one' as const, 'half-by-half' as const);
const warnOrStop = fc.constantFrom('warn' as const, 'stop' as const);
const mostly = fc.nat(4).map((chance) => chance > 0);

interface Shape {
  enabled: boolean;
  main: boolean[];
  schedulers: boolean[];
  catalogs: boolean[];
  othersFirst: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  enabled: mostly,
  main: fc.array(mostly, { minLength: 1, maxLength: 4 }),
  schedulers: fc.array(fc.boolean(), { maxLength: 2 }),
  catalogs: fc.array(mostly, { maxLength: 2 }),
  othersFirst: fc.boolean(),
});

function clusterOf({ enabled, main, schedulers, catalogs, othersFirst }: Shape, index: number): Cluster {
  const name = `c${index}`;
  const named = (kind: string, isEnabled: boolean, position: number): Server =>
    buildDenodoServer(`${kind}-${name}-${position}`, { enabled: isEnabled });
  const servers = main.map((isEnabled, position) => named('vdp', isEnabled, position));
  const others = [
    ...schedulers.map((isEnabled, position) => named('sched', isEnabled, position)),
    ...catalogs.map((isEnabled, position) => named('catalog', isEnabled, position)),
  ];
  return buildCluster(name, othersFirst ? [...others, ...servers] : [...servers, ...others], { enabled });
}

const one = fc.array(shape, { minLength: 1, maxLength: 1 });
const several = fc.array(shape, { minLength: 2, maxLength: 3 });
const clusters = fc.oneof(one, several).map((shapes) => shapes.map(clusterOf));

const syncs: fc.Arbitrary<Sync[]> = fc
  .array(
    fc.record({ onFailure: warnOrStop, clusters: fc.option(fc.subarray(['c0', 'c1', 'c2']), { freq: 1 }) }),
    {
      maxLength: 2,
    },
  )
  .map((rules) => rules.map((rule, index) => buildSync({ ...rule, name: `sync-${index}` })));

const rules = fc.record({
  paradigm: fc.constantFrom('simple' as const, 'online' as const, 'online' as const),
  serverStrategy: strategy,
  clusterStrategy: strategy,
  onServerFailure: fc.constantFrom('stop' as const, 'continue' as const),
  maxFailures: fc.option(
    fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    ),
    { freq: 2 },
  ),
  minInService: fc.option(fc.nat(2)),
  parallel: fc
    .record({
      isParallel: fc.nat(5).map((chance) => chance === 0),
      perCluster: fc.integer({ min: 1, max: 3 }),
      clustersInFlight: fc.integer({ min: 1, max: 2 }),
    })
    .map(({ isParallel, ...rule }) => (isParallel ? { ...rule, pauseBetweenClusters: false } : null)),
});

const denodoRules = fc.record({
  sharedCache: fc.constantFrom(caches, caches, null),
  sync: fc.option(syncs).map((chosen) => chosen ?? []),
  backupAfter: fc.option(fc.record({ onFailure: warnOrStop })),
  rollback: fc
    .option(fc.boolean())
    .map((onFirstServerFailure) =>
      onFirstServerFailure === null
        ? null
        : { runbook: null, onFirstServerFailure, countdownSeconds: null, lockAfter: false },
    ),
});

const denodoRevisions: fc.Arbitrary<Revision[]> = fc
  .array(
    fc.record({
      operation: fc.constantFrom('create' as const, 'create' as const, 'drop' as const),
      vql: mostly,
      tasks: fc.array(fc.constantFrom('VDPCache', 'VDPCache', 'VDPDataLoad'), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) =>
    parts.map(({ operation, vql, tasks }, index) =>
      buildDenodoRevision(`r${index}`, { vql: vql || tasks.length === 0, tasks }, { operation }),
    ),
  );

const denodo = fc.record({ rules, denodoRules, clusters, revisions: denodoRevisions }).map((given) => ({
  environment: buildDenodo({ ...given.rules, ...given.denodoRules, clusters: given.clusters }),
  revisions: given.revisions,
}));

const manager = fc.record({ rules, clusters, revisions: denodoRevisions }).map((given) => ({
  environment: buildDenodo({ ...given.rules, system: 'denodo-solution-manager', clusters: given.clusters }),
  revisions: given.revisions,
}));

const command = fc
  .record({
    rules,
    clusters,
    readBack: fc.boolean(),
    restores: fc.boolean(),
    count: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ rules: given, readBack, restores, count, clusters: shapes }) => ({
    environment: buildDenodo({
      ...given,
      system: 'command',
      clusters: shapes,
      payloads: [{ part: 'release', role: 'vdp', placement: 'every-server', run: 'always' }],
      readBack: readBack ? { run: 'cat REVISION', timeoutSeconds: 5 } : null,
      rollback: restores
        ? { runbook: 'restore', onFirstServerFailure: true, countdownSeconds: null, lockAfter: false }
        : null,
      runbooks: {
        release: {
          steps: [buildStep('install'), buildStep('verify', { kind: 'verify' })],
          needsNoBackup: true,
        },
        restore: { steps: [buildStep('put-back', { kind: 'rollback' })], needsNoBackup: true },
      },
    }),
    revisions: Array.from({ length: count }, (_none, index) =>
      buildRevision({ name: `r${index}`, version: '1', parts: { release: buildPart('release') } }),
    ),
  }));

/** Deployments of any shape to any system. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    deployment: fc.oneof(
      { weight: 5, arbitrary: denodo },
      { weight: 1, arbitrary: manager },
      { weight: 2, arbitrary: command },
    ),
    filter: fc.option(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), { freq: 3 }),
    fails: fc.array(fc.record({ kind: fc.nat(19), which: fc.nat(19) }), { maxLength: 3 }),
  })
  .map(({ deployment, filter, fails }) => ({
    ...deployment,
    fails,
    servers: filterOf(deployment.environment, filter),
  }));

function filterOf({ clusters: all }: Environment, filter: boolean[] | null): string[] | null {
  if (filter === null) return null;
  const names = all
    .flatMap(({ servers }) => servers.map(({ name }) => name))
    .filter((name) => name.startsWith('vdp'));
  return names.filter((_name, index) => filter[index % filter.length]);
}
