import type { Cluster, Environment, Server } from '../configured/environment.ts';
import type { Step } from '../configured/runbook.ts';
import { type Revision, revisionName } from '../revision.ts';

/** Kinds of tasks; the first two act on the load balancer, the others on a server. */
export type TaskType =
  | 'SCRIPT_CLUSTER'
  | 'SCRIPT_SERVER'
  | 'STEP'
  | 'VERIFY'
  | 'MANUAL'
  | 'NOTIFY'
  | 'VQL'
  | 'SCH'
  | 'CACHE'
  | 'DATACATALOG_SYNC'
  | 'BACKUP'
  | 'ROLLBACK'
  | 'SERVER_DEPLOYMENT'
  | 'CLUSTER_DEPLOYMENT';

/** What a task does, where its type does several things. */
export type TaskAction =
  | 'disable'
  | 'enable'
  | 'create+run'
  | 'remove'
  | 'run-cache'
  | 'swap'
  | 'revert'
  | null;

/**
 * Where a task stands: a member is taken out of the balancer, its servers are deployed to one after another, what
 * concerns the whole cluster follows, it is put back; and at last what follows all groups. `undo` is done only where
 * something failed.
 */
export type Phase = 'take-out' | 'server' | 'cluster' | 'put-back' | 'end' | 'undo';

/** One line of the frozen, ordered list of what a deployment will do. */
export interface PlannedTask {
  /** Position in the frozen plan, from 1; it names the task in events and on targets. */
  id: number;
  /** Null for what configuration leaves out. */
  phase: Phase | null;
  type: TaskType;
  action: TaskAction;
  cluster: string;
  /** The server whose deployment it is part of; null where it is part of none. */
  server: string | null;
  /** The server that it acts on, where that is another one: a Scheduler, a Data Catalog. */
  on: string | null;
  /** `name@version`; null for scripts and verification. */
  revision: string | null;
  step: string | null;
  /** Index of the group it belongs to; what follows all groups has the number after the last; null for what configuration leaves out. */
  group: number | null;
}

/** A group of members that leave the load balancer together: servers, or whole clusters. */
export type Level = 'server' | 'cluster';

/** What a rollback undoes, and what is known of each of its servers from before. */
export interface Undoing {
  deployment: number;
  servers: Record<string, { before: string | null; backupPath: string | null }>;
}

/** The frozen plan: everything the executor needs, and everything an approver signs. Holds no secret, only their names. */
export interface Plan {
  environment: Environment;
  revisions: Revision[];
  /** `name@version` of the package the revisions came from. */
  package: string | null;
  /** SHA-256 of each balancer script by its path. */
  scriptDigests: Record<string, string>;
  /** Names asked for; null means every enabled server. */
  serverFilter: string[] | null;
  level: Level;
  groups: string[][];
  minInService: number;
  tasks: PlannedTask[];
  /** How each planned server is restored, should it come to that: signed with the rest, and done only then. */
  rollbackTasks: PlannedTask[];
  /** Null in every plan that is no rollback of another deployment. */
  undoes: Undoing | null;
}

/** The role whose servers are deployed to: that of the first payload. */
export function mainRole(environment: Environment): string | null {
  return environment.payloads[0]?.role ?? null;
}

/** Clusters that are enabled and hold an enabled server of the main role (D-10, D-11). */
export function liveClusters(environment: Environment): Cluster[] {
  return environment.clusters.filter((cluster) => liveServers(environment, cluster).length > 0);
}

/** Enabled servers of the main role in an enabled cluster, in deployment order (D-12). */
export function liveServers(environment: Environment, cluster: Cluster): Server[] {
  if (!cluster.enabled) return [];
  return cluster.servers.filter((server) => server.enabled && server.role === mainRole(environment));
}

/** Every member of the group level, in order: all live clusters, or all live servers. */
export function liveMembers(environment: Environment, level: Level): string[] {
  const clusters = liveClusters(environment);
  if (level === 'cluster') return clusters.map((cluster) => cluster.name);
  return clusters.flatMap((cluster) => liveServers(environment, cluster).map((server) => server.name));
}

/** The servers a deployment will change, in order. */
export function plannedServers(plan: Plan): string[] {
  const names = plan.tasks.flatMap((task) =>
    task.server !== null && task.phase === 'server' ? [task.server] : [],
  );
  return [...new Set(names)];
}

/** The live clusters of which any server is deployed to, in order. */
export function plannedClusters(plan: Plan): Cluster[] {
  const planned = new Set(plannedServers(plan));
  return liveClusters(plan.environment).filter(({ servers }) =>
    servers.some(({ name }) => planned.has(name)),
  );
}

/** A server of an environment with its cluster, by name. */
export function findServer(
  environment: Environment,
  name: string,
): { cluster: Cluster; server: Server } | null {
  for (const cluster of environment.clusters) {
    const server = cluster.servers.find((candidate) => candidate.name === name);
    if (server) return { cluster, server };
  }
  return null;
}

/** The group-level member that a server belongs to. */
export function memberOf(plan: Plan, serverName: string): string {
  if (plan.level === 'server') return serverName;
  const found = findServer(plan.environment, serverName);
  if (!found) throw new Error(`the plan names server ${serverName}, which its environment does not hold`);
  return found.cluster.name;
}

/** A task of the plan by its number. Throws where there is none. */
export function taskOf(plan: Plan, id: number): PlannedTask {
  const task =
    plan.tasks.find((candidate) => candidate.id === id) ??
    plan.rollbackTasks.find((candidate) => candidate.id === id);
  if (!task) throw new Error(`the plan has no task ${id}`);
  return task;
}

/** What a task does, in a word or two: `step install`, `disable`, `VQL of customer360@2`, `read-back`. */
export function taskName({ type, step, action, revision }: PlannedTask): string {
  switch (type) {
    case 'VQL':
      return `VQL of ${revision ?? ''}`;
    case 'SCH':
      return action === 'run-cache' ? 'cache load' : `Scheduler tasks of ${revision ?? ''}`;
    case 'CACHE':
      return `cache ${action ?? ''}`;
    case 'DATACATALOG_SYNC':
      return `sync ${step ?? ''}`;
    case 'BACKUP':
      return 'backup';
    case 'ROLLBACK':
      return step === null ? 'rollback' : `rollback step ${step}`;
    case 'SERVER_DEPLOYMENT':
    case 'CLUSTER_DEPLOYMENT':
      return 'deployment';
    case 'SCRIPT_CLUSTER':
    case 'SCRIPT_SERVER':
    case 'STEP':
    case 'VERIFY':
    case 'MANUAL':
    case 'NOTIFY':
      return step === null ? (action ?? 'read-back') : `step ${step}`;
  }
}

/** Whether it takes a member out of the load balancer or puts it back. */
export function isScript({ phase }: PlannedTask): boolean {
  return phase === 'take-out' || phase === 'put-back';
}

/**
 * Whether a task that is no step may be performed once more when nobody knows what came of it: looking, saving, setting
 * what is set already, and VQL that says nothing else.
 */
export function isRepeatable({ revisions }: Plan, { type, revision }: PlannedTask): boolean {
  if (type === 'VQL') {
    const found = revisions.find((candidate) => revisionName(candidate) === revision);
    return Object.values(found?.parts ?? {}).every(({ vql }) => vql === null || vql.isRepeatable);
  }
  return ['VERIFY', 'CACHE', 'BACKUP', 'DATACATALOG_SYNC'].includes(type);
}

/** The revision and the runbook step that a task performs; null for scripts and verification. */
export function findStep(plan: Plan, task: PlannedTask): { revision: Revision; step: Step } | null {
  const revision = plan.revisions.find((candidate) => revisionName(candidate) === task.revision);
  const { runbooks, payloads, rollback } = plan.environment;
  const names =
    task.type === 'ROLLBACK'
      ? [rollback?.runbook ?? '']
      : payloads.flatMap((payload) => revision?.parts[payload.part]?.runbook ?? []);
  const steps = names.flatMap((name) => runbooks[name]?.steps ?? []);
  const step = steps.find((candidate) => candidate.id === task.step);
  return revision && step ? { revision, step } : null;
}

/** The same for a task that performs a step. Throws where the plan does not hold it. */
export function stepOf(plan: Plan, task: PlannedTask): { revision: Revision; step: Step } {
  const found = findStep(plan, task);
  if (!found) throw new Error(`task ${task.id} of the plan names a step that its runbooks do not hold`);
  return found;
}

/** What every title of a rollback begins with, and no other: no name of a revision holds a space. */
export const rollbackTitle = 'rollback of #';

/** `customer360@2`, `shop@2, shop@3`, the package's name, or `rollback of #1042`: what people call this deployment. */
export function planTitle(plan: Pick<Plan, 'package' | 'revisions' | 'undoes'>): string {
  if (plan.undoes) return `${rollbackTitle}${plan.undoes.deployment}`;
  return plan.package ?? plan.revisions.map(revisionName).join(', ');
}
