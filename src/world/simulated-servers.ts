import type { MemberStatus } from '../domain/attempt/judge-group.ts';
import type { CacheChoice } from '../domain/events/happening.ts';
import { findStep, type Plan, type PlannedTask } from '../domain/plan/plan.ts';
import { revisionName } from '../domain/revision.ts';

/** One simulated server as it stands. */
export interface SimulatedServer {
  /** `name@version` of what is deployed there, the latest last. */
  revisions: readonly string[];
  /** URL of the cache in use; null where servers have none to choose. */
  cache: string | null;
  /** Tasks of a Scheduler, as `project/name`. */
  schedulerTasks: readonly string[];
  /** Names of the syncs that a Data Catalog has seen, in order. */
  syncs: readonly string[];
}

/** All that a deployment can change out there. */
export interface SimulatedServers {
  servers: ReadonlyMap<string, SimulatedServer>;
  /** What the balancer says of members; absent: `up`. */
  members: ReadonlyMap<string, MemberStatus>;
  /** Where backups lie, the oldest first; never empty. */
  backups: readonly string[];
}

/** The backup that there was before anything was deployed. */
export const goodBackup = '/backups/before';

/** Every server healthy and in service, with the primary cache in use and a good backup behind it. */
export function healthyServers({ environment }: Plan): SimulatedServers {
  const server: SimulatedServer = {
    revisions: [],
    cache: environment.sharedCache?.primaryUrl ?? null,
    schedulerTasks: [],
    syncs: [],
  };
  const names = environment.clusters.flatMap(({ servers }) => servers.map(({ name }) => name));
  return {
    servers: new Map(names.map((name) => [name, server])),
    members: new Map(),
    backups: [goodBackup],
  };
}

/** What a task finds when it is performed. */
export interface Circumstances {
  plan: Plan;
  task: PlannedTask;
  cache: CacheChoice | null;
  /** What a rollback restores, as the server said it before; null in any other task. */
  undoing: { before: string | null } | null;
}

/** What the servers are once a task has succeeded; the ones before stay as they are. */
export function afterTask(before: SimulatedServers, circumstances: Circumstances): SimulatedServers {
  const { task } = circumstances;
  if (task.phase === 'take-out' || task.phase === 'put-back') {
    const status = task.phase === 'take-out' ? 'drain' : 'up';
    return { ...before, members: new Map([...before.members, [task.server ?? task.cluster, status]]) };
  }
  if (task.type === 'BACKUP')
    return { ...before, backups: [...before.backups, `/backups/${before.backups.length}`] };
  const name = task.on ?? task.server;
  const server = name === null ? undefined : before.servers.get(name);
  if (name === null || !server) return before;
  return { ...before, servers: new Map([...before.servers, [name, changed(server, circumstances)]]) };
}

function changed(server: SimulatedServer, { plan, task, cache, undoing }: Circumstances): SimulatedServer {
  switch (task.type) {
    case 'VQL':
      return { ...server, revisions: deployed(server.revisions, plan, task) };
    case 'STEP':
      return findStep(plan, task)?.step.kind === 'apply'
        ? { ...server, revisions: deployed(server.revisions, plan, task) }
        : server;
    case 'SERVER_DEPLOYMENT':
      return { ...server, revisions: [...server.revisions, ...plan.revisions.map(revisionName)] };
    case 'CACHE':
      return { ...server, cache: (task.action === 'swap' ? cache?.next : cache?.before) ?? server.cache };
    case 'SCH':
      return { ...server, schedulerTasks: scheduled(server.schedulerTasks, plan, task) };
    case 'DATACATALOG_SYNC':
      return { ...server, syncs: [...server.syncs, task.step ?? ''] };
    case 'ROLLBACK':
      return { ...server, revisions: undoing?.before ? [undoing.before] : [] };
    case 'SCRIPT_CLUSTER':
    case 'SCRIPT_SERVER':
    case 'VERIFY':
    case 'MANUAL':
    case 'NOTIFY':
    case 'BACKUP':
    case 'CLUSTER_DEPLOYMENT':
      return server;
  }
}

function deployed(revisions: readonly string[], plan: Plan, { revision }: PlannedTask): readonly string[] {
  if (revision === null) return revisions;
  const others = revisions.filter((name) => name !== revision);
  const { operation } = plan.revisions.find((candidate) => revisionName(candidate) === revision) ?? {};
  return operation === 'drop' ? others : [...others, revision];
}

function scheduled(
  tasks: readonly string[],
  plan: Plan,
  { revision, action }: PlannedTask,
): readonly string[] {
  const found = plan.revisions.find((candidate) => revisionName(candidate) === revision);
  const named = Object.values(found?.parts ?? {}).flatMap((part) =>
    part.tasks.map(({ project, name }) => `${project}/${name}`),
  );
  const others = tasks.filter((task) => !named.includes(task));
  return action === 'remove' ? others : [...others, ...named];
}
