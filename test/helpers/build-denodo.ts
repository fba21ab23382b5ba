import type { Connection } from '../../src/domain/configured/connection.ts';
import type { Cluster, Environment, Server } from '../../src/domain/configured/environment.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Revision, RevisionPart, SchedulerTask, VqlPart } from '../../src/domain/revision.ts';
import { buildCluster, buildEnvironment, buildPlan, buildRevision, buildServer } from './build.ts';

/** A server of a role of Denodo; hosts are called as their servers are. */
export function buildDenodoServer(name: string, role = 'vdp', more: Partial<Server> = {}): Server {
  return buildServer(name, { role, connection: role === 'vdp' ? vdp(name) : web(name), ...more });
}

function vdp(host: string): Connection {
  const tls = { verify: true, ca: null };
  return { driver: 'postgres', host, port: 9996, database: 'admin', user: 'deploy', password: null, tls };
}

function web(host: string): Connection {
  const tls = { verify: true, ca: null };
  return { driver: 'http', baseUrl: `http://${host}:9090`, user: null, password: null, tls, options: {} };
}

/** A cluster with two VDP servers, a Scheduler and a Data Catalog. */
export function buildDenodoCluster(name: string, more: Partial<Cluster> = {}): Cluster {
  const servers = [
    buildDenodoServer(`vdp-${name}-1`),
    buildDenodoServer(`vdp-${name}-2`),
    buildDenodoServer(`sched-${name}`, 'scheduler'),
    buildDenodoServer(`catalog-${name}`, 'data-catalog'),
  ];
  return buildCluster(name, servers, more);
}

/** A Denodo environment of the clusters eu and us, by clusters half by half. */
export function buildDenodo(more: Partial<Environment> = {}): Environment {
  return buildEnvironment({
    name: 'denodo-production',
    system: 'denodo',
    payloads: [
      { part: 'vql', role: 'vdp', placement: 'every-server', run: 'always' },
      { part: 'scheduler', role: 'scheduler', placement: 'first-in-cluster', run: 'always' },
    ],
    runbooks: {},
    clusters: [buildDenodoCluster('eu'), buildDenodoCluster('us')],
    ...more,
  });
}

/** The same with one cluster, one by one. */
export function buildSingleDenodo(more: Partial<Environment> = {}): Environment {
  return buildDenodo({
    topology: 'single-cluster',
    clusterStrategy: null,
    serverStrategy: 'one-by-one',
    clusters: [buildDenodoCluster('eu')],
    ...more,
  });
}

/** Two caches, of which one is in use. */
export const twoCaches = { primaryUrl: 'jdbc:postgresql://a/x', secondaryUrl: 'jdbc:postgresql://b/x' };

/** A part with a VQL script. */
export function buildVql(more: Partial<VqlPart> = {}): RevisionPart {
  const vql = {
    file: 'customer360.vql',
    statements: 2,
    properties: [],
    cacheDataSources: [],
    isRepeatable: true,
    isParameterised: true,
    ...more,
  };
  return { runbook: null, vql, tasks: [] };
}

/** A part with one task of a Scheduler. */
export function buildTask(more: Partial<SchedulerTask> = {}): RevisionPart {
  const task = {
    project: 'crm',
    name: 'load_sales',
    type: 'VDPDataLoad',
    file: 'load_sales.json',
    properties: [],
    isMarked: false,
    ...more,
  };
  return { runbook: null, vql: null, tasks: [task] };
}

/** `customer360@2`, which creates with VQL alone. */
export function buildDenodoRevision(more: Partial<Revision> = {}): Revision {
  const parts = { vql: buildVql() };
  return buildRevision({ name: 'customer360', parts, directory: '/catalog/customer360/2', ...more });
}

/** The frozen plan of a Denodo environment. */
export function planDenodo(
  environment: Environment,
  revisions: Revision[] = [buildDenodoRevision()],
  more: { servers?: string[]; undoes?: Plan['undoes'] } = {},
): Plan {
  return buildPlan(environment, { revisions, ...more });
}

/** One line for each task that is done: `SCRIPT_CLUSTER disable eu`, `VQL vdp-eu-1 customer360@2`. */
export function linesOf({ tasks }: Pick<Plan, 'tasks'>): string[] {
  return tasks
    .filter(({ phase }) => phase !== null)
    .map(({ type, action, cluster, server, on, revision, step }) =>
      [type, action, server ?? (on === null ? cluster : null), on, revision, step]
        .filter((word) => word !== null)
        .join(' '),
    );
}
