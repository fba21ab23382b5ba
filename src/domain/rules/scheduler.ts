import type { Sync } from '../configured/denodo.ts';
import type { Cluster, Environment, Server } from '../configured/environment.ts';
import { type Properties, schedulerProperties } from '../plan/denodo-properties.ts';
import {
  enabledServers,
  firstChosen,
  firstScheduler,
  hasSchedulerTasks,
  schedulerRole,
} from '../plan/denodo-tasks.ts';
import { type Plan, plannedClusters, plannedServers } from '../plan/plan.ts';
import { type Revision, revisionName, type SchedulerTask } from '../revision.ts';
import type { Refusal, Warning } from '../verdict.ts';
import { byConfiguration, type PreconditionFacts, type Rule } from './rule.ts';

/** The servers beside the main ones are there: Schedulers for tasks (D-23), Data Catalogs to synchronise (D-24). */
export const besideRules: Rule[] = [
  {
    rule: 'D-23',
    holds: 'Every cluster that gets Scheduler tasks has an enabled Scheduler server.',
    concerns: isDenodo,
    check: checkSchedulers,
  },
  {
    rule: 'D-24',
    holds: 'What is synchronised is there.',
    concerns: isDenodo,
    check: checkCatalogs,
  },
];

function isDenodo({ plan }: PreconditionFacts): boolean {
  return plan.environment.system === 'denodo' && !plan.undoes;
}

function checkSchedulers({ plan }: PreconditionFacts): Refusal | null {
  const { environment } = plan;
  const revision = plan.revisions.find(hasSchedulerTasks);
  if (!revision) return null;
  const lacking = plannedClusters(plan).filter((cluster) => firstScheduler(environment, cluster) === null);
  if (lacking.length === 0) return null;
  const role = schedulerRole(environment) ?? 'scheduler';
  const name = revisionName(revision);
  return {
    rule: 'D-23',
    message: lacking
      .map(
        (cluster) =>
          `Cluster \`${cluster.name}\` has no enabled ${role} server, and \`${name}\` has scheduler tasks.`,
      )
      .join(' '),
    liftedBy: byConfiguration,
    wayOut: `Add an enabled ${role} server to each of them, or deploy a revision without tasks.`,
  };
}

function checkCatalogs({ plan: { environment } }: PreconditionFacts): Refusal | null {
  const sync = environment.sync.find((candidate) => catalogsOf(environment, candidate).length === 0);
  if (!sync) return null;
  const registered = environment.clusters.some(({ servers }) =>
    servers.some(({ role }) => role === sync.role),
  );
  return {
    rule: 'D-24',
    message: registered
      ? `Synchronisation is on, but no ${sync.role} server of ${sync.clusters?.join(', ') ?? 'any cluster'} is enabled.`
      : `Synchronisation is on, but no ${sync.role} server is registered.`,
    liftedBy: byConfiguration,
    wayOut: `Add an enabled ${sync.role} server, or take ${sync.name} out of sync.`,
  };
}

function catalogsOf(environment: Environment, { role, clusters }: Sync): Server[] {
  return environment.clusters
    .filter(({ name }) => clusters === null || clusters.includes(name))
    .flatMap((cluster) => enabledServers(cluster, role));
}

/** D-15: a task that runs against a server which is changed later may load what has not changed yet. */
export function misdirectedTasks(plan: Plan): Warning[] {
  const { environment, revisions } = plan;
  if (environment.system !== 'denodo' || plan.undoes) return [];
  const planned = new Set(plannedServers(plan));
  const tasks = revisions.filter(({ operation }) => operation === 'create').flatMap(tasksOf);
  return plannedClusters(plan).flatMap((cluster) => {
    const first = firstChosen(environment, cluster, planned);
    return first ? tasks.flatMap((task) => misdirected(cluster, { first, task })) : [];
  });
}

function tasksOf({ parts }: Revision): SchedulerTask[] {
  return Object.values(parts).flatMap(({ tasks }) => tasks);
}

function misdirected(cluster: Cluster, { first, task }: { first: Server; task: SchedulerTask }): Warning[] {
  const hosts = hostsOf(schedulerProperties(cluster), task);
  return hosts
    .filter((host) => !isAt(first, host))
    .map((host) => {
      const other = cluster.servers.find((server) => isAt(server, host))?.name ?? host;
      const message = `The task \`${task.name}\` of cluster \`${cluster.name}\` points to \`${other}\`, but \`${first.name}\` is updated first; it may load a view whose schema has not changed yet.`;
      return { rule: 'D-15', message };
    });
}

/** The hosts of the data sources that a task names; where it names none, those of every Virtual DataPort source. */
function hostsOf(properties: Properties, task: SchedulerTask): string[] {
  const named = task.properties.filter((name) => name.endsWith('.connectionURI'));
  const all = Object.keys(properties).filter((name) => /\.dataSource\.VDP\..*\.connectionURI$/.test(name));
  const hosts = (named.length > 0 ? named : all).flatMap((name) => {
    const value = properties[name];
    return typeof value === 'string' ? (/\/\/([^/:]+)/.exec(value)?.[1] ?? []) : [];
  });
  return [...new Set(hosts)];
}

function isAt({ name, connection }: Server, host: string): boolean {
  if (name === host) return true;
  return connection.driver === 'postgres' && connection.host === host;
}
