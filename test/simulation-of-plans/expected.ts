import type { SimulatedLine } from '../../src/cli/simulation/line.ts';
import type { Cluster, Environment, Server } from '../../src/domain/configured/environment.ts';
import { type Revision, revisionName } from '../../src/domain/revision.ts';
import type { Scenario } from './scenario.ts';

/** What the rules say is done on one server, worked out without the plan: the other half of each law. */
export interface Work {
  /** Words that name it among all lines of a simulation. */
  key: string;
  cluster: string;
  /** The server whose deployment it is part of. */
  server: string;
}

/** The same words for a line that a simulation printed. */
export function keyOf(line: Pick<SimulatedLine, 'type' | 'action' | 'server' | 'revision' | 'step'>): string {
  return [line.type, line.action, line.server, line.revision, line.step].join(' ');
}

/** Clusters with servers that are deployed to, both in order. */
export interface Targets {
  cluster: Cluster;
  servers: Server[];
  /** All that could be chosen. */
  live: Server[];
}

/** D-08 to D-12: what is switched on and chosen, and has anything to do, in the order of the configuration. */
export function targetsOf({ environment, revisions, servers: filter }: Scenario): Targets[] {
  return environment.clusters
    .filter(({ enabled }) => enabled)
    .map((cluster) => {
      const live = cluster.servers.filter(({ enabled, role }) => enabled && role === 'vdp');
      const chosen = live.filter(({ name }) => filter === null || filter.includes(name));
      const servers = chosen.filter((_server, index) => hasWork(environment, revisions, index));
      return { cluster, live, servers };
    })
    .filter(({ live }) => live.length > 0);
}

/** Scheduler tasks alone concern only the first server of a cluster. */
function hasWork(environment: Environment, revisions: Revision[], index: number): boolean {
  if (environment.system !== 'denodo') return true;
  return index === 0 || swaps(environment, revisions) || revisions.some(hasScript);
}

/** D-48: with one live cluster, two caches and a revision that makes a cache load. */
export function swaps({ sharedCache, clusters, system }: Environment, revisions: Revision[]): boolean {
  const live = clusters.filter(
    ({ enabled, servers }) => enabled && servers.some((server) => server.enabled && server.role === 'vdp'),
  );
  const loads = revisions.some(
    ({ operation, parts }) =>
      operation === 'create' && parts['scheduler']?.tasks.some(({ type }) => type === 'VDPCache'),
  );
  return system === 'denodo' && sharedCache !== null && live.length === 1 && loads;
}

function hasScript({ parts }: Revision): boolean {
  return parts['vql'] !== undefined;
}

/** D-07: cluster after cluster, server after server, and on each all revisions. */
export function workOf(scenario: Scenario): Work[] {
  const targets = targetsOf(scenario);
  const [first] = targets.flatMap(({ servers }) => servers);
  return targets.flatMap(({ cluster, servers }) =>
    servers.flatMap((server) => {
      const keys = keysOf(scenario, {
        cluster,
        server,
        isFirst: server === first,
        leads: server === servers[0],
      });
      return keys.map((key) => ({ key, cluster: cluster.name, server: server.name }));
    }),
  );
}

interface Spot {
  cluster: Cluster;
  server: Server;
  /** The first of all. */
  isFirst: boolean;
  /** The first of its cluster. */
  leads: boolean;
}

function keysOf({ environment, revisions }: Scenario, spot: Spot): string[] {
  const { name } = spot.server;
  const none = { action: null, server: name, revision: null, step: null };
  if (environment.system === 'denodo-solution-manager')
    return [keyOf({ ...none, type: 'SERVER_DEPLOYMENT' })];
  if (environment.system === 'denodo') return denodoKeys(environment, revisions, spot);
  const steps = revisions.flatMap((revision) =>
    ['install', 'verify'].map((step) =>
      keyOf({ ...none, type: 'STEP', revision: revisionName(revision), step }),
    ),
  );
  return environment.readBack === null ? steps : [...steps, keyOf({ ...none, type: 'VERIFY' })];
}

/** D-47b, D-14, D-13, D-47c. */
function denodoKeys(environment: Environment, revisions: Revision[], spot: Spot): string[] {
  const none = { revision: null, step: null };
  const { name } = spot.server;
  const scheduler = spot.cluster.servers.find(({ role, enabled }) => role === 'scheduler' && enabled);
  const on = scheduler?.name ?? name;
  const swap = swaps(environment, revisions);
  const scripts = revisions.filter(hasScript).map(revisionName);
  const tasks = revisions.filter(({ parts }) => parts['scheduler'] !== undefined);
  return [
    ...(swap ? [keyOf({ ...none, type: 'CACHE', action: 'swap', server: name })] : []),
    ...scripts.map((revision) => keyOf({ ...none, type: 'VQL', action: null, server: name, revision })),
    ...(spot.leads ? tasks : []).map((revision) => {
      const action = revision.operation === 'create' ? 'create+run' : 'remove';
      return keyOf({ ...none, type: 'SCH', action, server: on, revision: revisionName(revision) });
    }),
    ...(swap && spot.isFirst ? [keyOf({ ...none, type: 'SCH', action: 'run-cache', server: on })] : []),
  ];
}

/** D-06: the Data Catalogs of a cluster that are synchronised, in order, as `sync server`. */
export function syncsOf({ environment }: Scenario, cluster: Cluster): string[] {
  const catalogs = cluster.servers.filter(({ role, enabled }) => enabled && role === 'data-catalog');
  return environment.sync
    .filter(({ clusters }) => clusters === null || clusters.includes(cluster.name))
    .flatMap(({ name: sync }) => catalogs.map(({ name }) => `${sync} ${name}`));
}

/** What leaves the load balancer by itself: servers of a single live cluster, or whole clusters. */
export function memberLevel(scenario: Scenario): 'server' | 'cluster' | null {
  const { paradigm, parallel } = scenario.environment;
  if (paradigm === 'simple') return null;
  if (parallel) return 'server';
  return targetsOf(scenario).length > 1 ? 'cluster' : 'server';
}

/** D-37 to D-40: groups of one, or two halves of which the first is the smaller. */
export function groupsOf(scenario: Scenario): string[][] {
  const level = memberLevel(scenario);
  const targets = targetsOf(scenario).filter(({ servers }) => servers.length > 0);
  const members =
    level === 'cluster'
      ? targets.map(({ cluster }) => cluster.name)
      : targets.flatMap(({ servers }) => servers.map(({ name }) => name));
  const { serverStrategy, clusterStrategy, parallel } = scenario.environment;
  const strategy = level === 'cluster' ? clusterStrategy : serverStrategy;
  if (level === null || parallel || strategy === 'one-by-one' || members.length < 2)
    return members.map((member) => [member]);
  const half = Math.floor(members.length / 2);
  return [members.slice(0, half), members.slice(half)];
}
