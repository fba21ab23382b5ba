import type { SharedCache } from '../configured/denodo.ts';
import type { Cluster, Environment, Server } from '../configured/environment.ts';
import { cacheLoad, type Revision, revisionName } from '../revision.ts';
import { liveClusters, liveServers, type PlannedTask } from './plan.ts';

/** A task that has no number yet. */
export type Draft = Omit<PlannedTask, 'id'>;

/** What one server's tasks are made from. */
export interface ServerPlace {
  environment: Environment;
  revisions: Revision[];
  cluster: Cluster;
  server: Server;
  group: number;
  /** It is the first of its cluster that is deployed to. */
  isFirstInCluster: boolean;
  /** It is the first of all that is deployed to. */
  isFirst: boolean;
}

/**
 * One Denodo server: the cache is swapped first (D-47b), then the VQL of all revisions, and on the first server of a
 * cluster the tasks of its Scheduler (D-04, D-14); on the first server of all, at last, the new cache is loaded (D-47c).
 */
export function denodoServerTasks(place: ServerPlace): Draft[] {
  const { environment, revisions } = place;
  const swaps = cacheToSwap(environment, revisions) !== null;
  const base = baseOf(place);
  const scripts = revisions
    .filter(hasScript)
    .map((revision): Draft => ({ ...base, type: 'VQL', action: null, revision: revisionName(revision) }));
  return [
    ...(swaps ? [{ ...base, type: 'CACHE' as const, action: 'swap' as const }] : []),
    ...scripts,
    ...(place.isFirstInCluster ? schedulerTasks(place) : []),
    ...(swaps && place.isFirst ? onScheduler(place, { type: 'SCH', action: 'run-cache' }) : []),
  ];
}

function schedulerTasks(place: ServerPlace): Draft[] {
  return place.revisions.filter(hasSchedulerTasks).flatMap((revision) =>
    onScheduler(place, {
      type: 'SCH',
      action: revision.operation === 'create' ? 'create+run' : 'remove',
      revision: revisionName(revision),
    }),
  );
}

function onScheduler(place: ServerPlace, task: Pick<Draft, 'type' | 'action'> & Partial<Draft>): Draft[] {
  const scheduler = firstScheduler(place.environment, place.cluster);
  return [{ ...baseOf(place), ...task, on: scheduler?.name ?? null }];
}

function baseOf({ cluster, server, group }: ServerPlace): Omit<Draft, 'type' | 'action'> {
  const place = { cluster: cluster.name, server: server.name, on: null, group };
  return { ...place, phase: 'server', revision: null, step: null };
}

/** How a failed server is undone: its cache is swapped back, and the first of all is restored from the last good backup. */
export function denodoUndoTasks(place: ServerPlace): Draft[] {
  const { environment, revisions } = place;
  const base = { ...baseOf(place), phase: 'undo' as const };
  const reverts = cacheToSwap(environment, revisions) !== null;
  const restores = place.isFirst && environment.rollback !== null;
  return [
    ...(reverts ? [{ ...base, type: 'CACHE' as const, action: 'revert' as const }] : []),
    ...(restores ? [{ ...base, type: 'ROLLBACK' as const, action: null }] : []),
  ];
}

/** Once a cluster has succeeded, its Data Catalogs are synchronised (D-06). */
export function syncTasks(environment: Environment, cluster: Cluster, group: number): Draft[] {
  return environment.sync
    .filter(({ clusters }) => clusters === null || clusters.includes(cluster.name))
    .flatMap(({ name, role }) =>
      enabledServers(cluster, role).map((server): Draft => ({
        phase: 'cluster',
        type: 'DATACATALOG_SYNC',
        action: null,
        cluster: cluster.name,
        server: null,
        on: server.name,
        revision: null,
        step: name,
        group,
      })),
    );
}

/** A backup of what stands after the deployment, however it ended, from its first server. */
export function backupTasks({ environment, cluster, server, group }: ServerPlace): Draft[] {
  if (environment.backupAfter === null) return [];
  const place = { cluster: cluster.name, server: null, on: server.name, group };
  return [{ phase: 'end', type: 'BACKUP', action: null, ...place, revision: null, step: null }];
}

/** The two caches to swap between; null where the cache is left as it is (D-48). */
export function cacheToSwap(environment: Environment, revisions: Revision[]): SharedCache | null {
  const loads = revisions.some(
    ({ operation, parts }) =>
      operation === 'create' &&
      Object.values(parts).some(({ tasks }) => tasks.some(({ type }) => type === cacheLoad)),
  );
  return loads && liveClusters(environment).length === 1 ? environment.sharedCache : null;
}

/** Whether there is anything to do but the Scheduler's tasks, which belong to the first server of a cluster. */
export function concernsEveryServer(environment: Environment, revisions: Revision[]): boolean {
  return cacheToSwap(environment, revisions) !== null || revisions.some(hasScript);
}

function hasScript({ parts }: Revision): boolean {
  return Object.values(parts).some(({ vql }) => vql !== null);
}

/** Whether a revision makes or removes tasks of a Scheduler. */
export function hasSchedulerTasks({ parts }: Revision): boolean {
  return Object.values(parts).some(({ tasks }) => tasks.length > 0);
}

/** The first enabled Scheduler server of a cluster (D-13); null where it has none. */
export function firstScheduler(environment: Environment, cluster: Cluster): Server | null {
  return enabledSchedulers(environment, cluster)[0] ?? null;
}

/** The enabled Scheduler servers of a cluster, in order. */
export function enabledSchedulers(environment: Environment, cluster: Cluster): Server[] {
  const role = schedulerRole(environment);
  return role === null ? [] : enabledServers(cluster, role);
}

/** The role whose first server gets the tasks: that of the payload which is placed on one server of a cluster. */
export function schedulerRole({ payloads }: Environment): string | null {
  return payloads.find(({ placement }) => placement === 'first-in-cluster')?.role ?? null;
}

/** Enabled servers of a role in an enabled cluster, in order. */
export function enabledServers(cluster: Cluster, role: string): Server[] {
  if (!cluster.enabled) return [];
  return cluster.servers.filter((server) => server.enabled && server.role === role);
}

/** The first server that is deployed to, of those chosen in a cluster. */
export function firstChosen(
  environment: Environment,
  cluster: Cluster,
  chosen: ReadonlySet<string>,
): Server | null {
  return liveServers(environment, cluster).find(({ name }) => chosen.has(name)) ?? null;
}
