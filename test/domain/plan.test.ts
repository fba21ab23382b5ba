import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { splitIntoGroups } from '../../src/domain/plan/plan-groups.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { liveMembers, type PlannedTask, plannedServers } from '../../src/domain/plan/plan.ts';
import {
  buildCluster,
  buildEnvironment,
  buildPlan,
  buildRevision,
  buildServer,
  buildSingleCluster,
} from '../helpers/build.ts';

/** Environments of any shape: clusters and servers on and off, both strategies, both paradigms. */
const environments: fc.Arbitrary<Environment> = fc
  .record({
    clusters: fc.array(
      fc.record({ enabled: fc.boolean(), servers: fc.array(fc.boolean(), { maxLength: 7 }) }),
      { minLength: 1, maxLength: 6 },
    ),
    strategy: fc.constantFrom('one-by-one' as const, 'half-by-half' as const),
    paradigm: fc.constantFrom('simple' as const, 'online' as const),
    readBack: fc.boolean(),
  })
  .map(({ clusters, strategy, paradigm, readBack }) =>
    buildEnvironment({
      paradigm,
      serverStrategy: strategy,
      clusterStrategy: strategy,
      readBack: readBack ? { run: 'cat REVISION', timeoutSeconds: 5 } : null,
      clusters: clusters.map((cluster, index) =>
        buildCluster(
          `c${index}`,
          cluster.servers.map((enabled, position) => buildServer(`c${index}-s${position}`, { enabled })),
          { enabled: cluster.enabled },
        ),
      ),
    }),
  );

const enabledNames = (environment: Environment): string[] =>
  environment.clusters.flatMap(({ enabled, servers }) =>
    enabled ? servers.filter((server) => server.enabled).map(({ name }) => name) : [],
  );

const applied = (tasks: PlannedTask[]): PlannedTask[] =>
  tasks.filter(({ type, group }) => group !== null && (type === 'STEP' || type === 'VERIFY'));

describe('a plan', () => {
  test('D-07, D-08: deploys every enabled server, each whole before the next, in the order of the file', () => {
    fc.assert(
      fc.property(environments, (environment) => {
        const plan = buildPlan(environment, {
          revisions: [buildRevision(), buildRevision({ version: '3' })],
        });
        expect(plannedServers(plan)).toEqual(enabledNames(environment));
        const order = applied(plan.tasks).map(({ server }) => server);
        const blocks = order.filter((server, index) => server !== order[index - 1]);
        expect(new Set(blocks).size).toBe(blocks.length);
      }),
    );
  });

  test('D-10, D-12: names everything that is switched off exactly once', () => {
    fc.assert(
      fc.property(environments, (environment) => {
        const plan = buildPlan(environment);
        const named = plan.tasks
          .filter(({ group }) => group === null)
          .map(({ server, cluster }) => server ?? cluster);
        const live = new Set(
          environment.clusters
            .filter((cluster) => cluster.enabled && cluster.servers.some(({ enabled }) => enabled))
            .map(({ name }) => name),
        );
        const off = environment.clusters.flatMap((cluster) =>
          live.has(cluster.name)
            ? cluster.servers.filter(({ enabled }) => !enabled).map(({ name }) => name)
            : [cluster.name],
        );
        expect(named).toEqual(off);
      }),
    );
  });

  test('D-41: disables a group together, applies its members one after another, then enables them together', () => {
    fc.assert(
      fc.property(environments, (environment) => {
        const plan = buildPlan(environment);
        plan.groups.forEach((members, group) => {
          const kinds = plan.tasks
            .filter((task) => task.group === group)
            .map((task) => task.action ?? 'apply');
          const steps = kinds.filter((kind) => kind === 'apply').length;
          const scripts = environment.paradigm === 'simple' ? 0 : members.length;
          expect(kinds).toEqual([
            ...Array.from({ length: scripts }, () => 'disable'),
            ...Array.from({ length: steps }, () => 'apply'),
            ...Array.from({ length: scripts }, () => 'enable'),
          ]);
        });
      }),
    );
  });

  test('D-36, D-55: moves servers while one cluster is live and clusters as soon as several are, never both', () => {
    fc.assert(
      fc.property(environments, (environment) => {
        const plan = buildPlan(environment);
        const scripts = new Set(plan.tasks.flatMap(({ type }) => (type.startsWith('SCRIPT') ? [type] : [])));
        expect(scripts.size).toBeLessThanOrEqual(1);
        const live = liveMembers(environment, 'cluster').length;
        if (environment.paradigm === 'online' && live > 0)
          expect([...scripts]).toEqual([live > 1 ? 'SCRIPT_CLUSTER' : 'SCRIPT_SERVER']);
        if (environment.paradigm === 'simple') expect(scripts.size).toBe(0);
      }),
    );
  });

  test('D-39: half by half takes at most half of the members out, the smaller half first', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 50 }), (members) => {
        const [first = [], second = [], ...more] = splitIntoGroups(members, 'half-by-half');
        expect(first.length).toBe(Math.max(1, Math.floor(members.length / 2)));
        expect([...first, ...second]).toEqual(members);
        expect(more).toEqual([]);
      }),
    );
    expect(splitIntoGroups(['only'], 'half-by-half')).toEqual([['only']]);
  });

  test('a server filter changes only the servers it names, and drops groups that become empty', () => {
    const plan = buildPlan(buildSingleCluster(['a', 'b', 'c', 'd'], { serverStrategy: 'half-by-half' }), {
      servers: ['b', 'd'],
    });
    expect(plannedServers(plan)).toEqual(['b', 'd']);
    expect(plan.groups).toEqual([['b'], ['d']]);
  });

  test('has a hash that changes with whatever an approver signs, and with nothing else', () => {
    const base = buildEnvironment();
    const hash = (environment: Environment, revision = buildRevision()) =>
      planHash(buildPlan(environment, { revisions: [revision] }));
    expect(hash(structuredClone(base))).toBe(hash(base));
    expect(hash(base, buildRevision({ directory: '/elsewhere' }))).toBe(hash(base));
    const signed = [
      hash(base, buildRevision({ digest: 'e'.repeat(64) })),
      hash(buildEnvironment({ minInService: 0 })),
      hash(buildEnvironment({ properties: { color: 'red' } })),
      hash(buildEnvironment({ properties: { password: { env: 'PASSWORD' } } })),
      hash(buildEnvironment({ clusters: base.clusters.toReversed() })),
      planHash({ ...buildPlan(base), scriptDigests: { '/lb/enable-cluster': 'x' } }),
      planHash(buildPlan(base, { servers: ['web-1'] })),
    ];
    expect(new Set([hash(base), ...signed]).size).toBe(signed.length + 1);
  });
});
