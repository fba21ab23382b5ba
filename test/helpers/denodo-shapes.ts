import type { Sync } from '../../src/domain/configured/denodo.ts';
import type { Cluster, Environment, Server } from '../../src/domain/configured/environment.ts';
import type { Revision, SchedulerTask } from '../../src/domain/revision.ts';
import { buildCluster, buildEnvironment, buildRevision, buildServer } from './build.ts';

/** A Denodo server; its role follows from its name: `vdp-…`, `sched-…`, `catalog-…`. */
export function buildDenodoServer(name: string, more: Partial<Server> = {}): Server {
  const role = name.startsWith('sched') ? 'scheduler' : name.startsWith('catalog') ? 'data-catalog' : 'vdp';
  return buildServer(name, { role, ...more });
}

/** A cluster of Denodo servers; a name that begins with `-` is switched off. */
export function buildDenodoCluster(name: string, servers: string[], more: Partial<Cluster> = {}): Cluster {
  const built = servers.map((server) =>
    server.startsWith('-')
      ? buildDenodoServer(server.slice(1), { enabled: false })
      : buildDenodoServer(server),
  );
  return buildCluster(name, built, more);
}

/** One cluster of two VDP servers and a Scheduler, one by one. */
export function buildDenodo(more: Partial<Environment> = {}): Environment {
  return buildEnvironment({
    name: 'denodo',
    system: 'denodo',
    topology: 'single-cluster',
    serverStrategy: 'one-by-one',
    clusterStrategy: null,
    runbooks: {},
    payloads: [
      { part: 'vql', role: 'vdp', placement: 'every-server', run: 'always' },
      { part: 'scheduler', role: 'scheduler', placement: 'first-in-cluster', run: 'always' },
    ],
    clusters: [buildDenodoCluster('main', ['vdp-1', 'vdp-2', 'sched'])],
    ...more,
  });
}

/** A sync of the Data Catalogs of every cluster. */
export function buildSync(more: Partial<Sync> = {}): Sync {
  return {
    name: 'catalog',
    role: 'data-catalog',
    clusters: null,
    elements: 'all',
    priority: 'server_with_local_changes',
    onFailure: 'warn',
    ...more,
  };
}

/** The two caches of a cluster. */
export const caches = { primaryUrl: 'jdbc:a', secondaryUrl: 'jdbc:b' };

/** What a revision is made of. */
interface DenodoParts {
  vql?: boolean;
  /** Types of its Scheduler tasks. */
  tasks?: string[];
}

/** A revision with a VQL script and tasks of a Scheduler, as far as wanted. */
export function buildDenodoRevision(
  name: string,
  { vql = true, tasks = [] }: DenodoParts = {},
  more: Partial<Revision> = {},
): Revision {
  const script = {
    file: `${name}.vql`,
    statements: 1,
    properties: [],
    cacheDataSources: [],
    isRepeatable: true,
    isParameterised: false,
  };
  const none = { runbook: null, vql: null, tasks: [] };
  const parts = {
    ...(vql && { vql: { ...none, vql: script } }),
    ...(tasks.length > 0 && { scheduler: { ...none, tasks: tasks.map(buildTask) } }),
  };
  return buildRevision({ name, version: '1', parts, ...more });
}

function buildTask(type: string, index: number): SchedulerTask {
  return { project: 'crm', name: `task-${index}`, type, file: 'task.json', properties: [], isMarked: true };
}
