import { createHash } from 'node:crypto';

import type { Cluster, Environment, Server, Step } from './environment.ts';
import { groupLevel, planGroups } from './plan-groups.ts';
import { liveClusters, liveServers, mainRole, type Plan, type PlannedTask, type Undoing } from './plan.ts';
import { type Revision, revisionName } from './revision.ts';

/** Everything a plan is made from; nothing else can change it. */
export interface PlanRequest {
  environment: Environment;
  revisions: Revision[];
  package: string | null;
  scriptDigests: Record<string, string>;
  serverFilter: string[] | null;
  undoes: Undoing | null;
}

type Draft = Omit<PlannedTask, 'id'>;

/** Freezes what a deployment will do: environment × ordered revisions → ordered tasks. Says nothing about whether it may. */
export function makePlan(request: PlanRequest): Plan {
  const { environment } = request;
  const chosen = chosenServers(environment, request.serverFilter);
  const groups = groupsOf(request, chosen);
  const drafts = [
    ...groups.flatMap((members, group) => groupTasks(request, members, group, chosen)),
    ...leftOut(environment),
  ];
  const tasks = drafts.map((draft, index) => ({ id: index + 1, ...draft }));
  return {
    ...request,
    level: groupLevel(environment),
    groups,
    minInService: environment.minInService ?? (environment.paradigm === 'online' ? 1 : 0),
    tasks,
    rollbackTasks: rollbackTasks(request, tasks),
  };
}

/** Law 12: what is undone is undone in reverse order. */
function groupsOf(request: PlanRequest, chosen: ReadonlySet<string>): string[][] {
  const groups = planGroups(request.environment, chosen);
  return inItsOrder(
    request,
    groups.map((members) => inItsOrder(request, members)),
  );
}

function inItsOrder<T>({ undoes }: PlanRequest, parts: T[]): T[] {
  return undoes ? parts.toReversed() : parts;
}

/** SHA-256 over everything an approver signs; where files lie on the bot's machine is not part of it. */
export function planHash(plan: Plan): string {
  const signed = { ...plan, revisions: plan.revisions.map((revision) => ({ ...revision, directory: null })) };
  return createHash('sha256').update(canonicalJson(signed)).digest('hex');
}

/** JSON with sorted keys, so that equal content has equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

function chosenServers(environment: Environment, filter: string[] | null): Set<string> {
  const live = liveClusters(environment).flatMap((cluster) => liveServers(environment, cluster));
  return new Set(
    live.map((server) => server.name).filter((name) => filter === null || filter.includes(name)),
  );
}

/** Disable together, apply one after another, enable together (D-41). */
function groupTasks(request: PlanRequest, members: string[], group: number, chosen: Set<string>): Draft[] {
  const { environment } = request;
  const places = members.map((member) => placeOf(environment, member, chosen));
  const script = (action: 'disable' | 'enable'): Draft[] =>
    environment.paradigm === 'simple'
      ? []
      : places.map((place) => scriptTask(environment, place, action, group));
  const applied = places.flatMap((place) =>
    inItsOrder(request, place.servers).flatMap((server) =>
      serverTasks(request, place.cluster, server, group),
    ),
  );
  return [...script('disable'), ...applied, ...script('enable')];
}

interface Place {
  cluster: Cluster;
  servers: Server[];
}

function placeOf(environment: Environment, member: string, chosen: Set<string>): Place {
  const byCluster = groupLevel(environment) === 'cluster';
  for (const cluster of liveClusters(environment)) {
    const servers = liveServers(environment, cluster).filter((server) => chosen.has(server.name));
    if (byCluster && cluster.name === member) return { cluster, servers };
    const server = servers.find((candidate) => candidate.name === member);
    if (!byCluster && server) return { cluster, servers: [server] };
  }
  throw new Error(`group member ${member} is not a live member of environment ${environment.name}`);
}

function scriptTask(
  environment: Environment,
  place: Place,
  action: 'disable' | 'enable',
  group: number,
): Draft {
  const base = { action, cluster: place.cluster.name, revision: null, step: null, group };
  return groupLevel(environment) === 'cluster'
    ? { type: 'SCRIPT_CLUSTER', ...base, server: null }
    : { type: 'SCRIPT_SERVER', ...base, server: place.servers[0]?.name ?? null };
}

/** All revisions on one server before the next server begins (D-07), then the look at what runs there. */
function serverTasks(request: PlanRequest, cluster: Cluster, server: Server, group: number): Draft[] {
  const base = { action: null, cluster: cluster.name, server: server.name, group };
  if (request.undoes) return undoTasks(request, base);
  const steps = request.revisions.flatMap((revision) =>
    runbooksOf(request.environment, revision, server.role).flatMap((runbook) =>
      (request.environment.runbooks[runbook]?.steps ?? []).map((step): Draft => ({
        type: typeOf(step),
        ...base,
        revision: revisionName(revision),
        step: step.id,
      })),
    ),
  );
  const verify: Draft[] = request.environment.readBack
    ? [{ type: 'VERIFY', ...base, revision: null, step: null }]
    : [];
  return [...steps, ...verify];
}

function typeOf(step: Step): Draft['type'] {
  if (step.manual !== null) return 'MANUAL';
  return step.notify === null ? 'STEP' : 'NOTIFY';
}

/** The steps that restore each planned server, and the look at what runs there then; numbered on after the tasks. */
function rollbackTasks(request: PlanRequest, tasks: PlannedTask[]): PlannedTask[] {
  if (request.undoes) return [];
  const begins = tasks.filter(({ server, action, group }, index) => {
    const before = tasks[index - 1];
    const goesOn = before?.server === server && before?.action === null;
    return server !== null && action === null && group !== null && !goesOn;
  });
  const drafts = begins.flatMap(({ cluster, server, group }) =>
    undoTasks(request, { action: null, cluster, server, group }),
  );
  return drafts.map((draft, index) => ({ id: tasks.length + index + 1, ...draft }));
}

/** The steps that restore one server; in the words of a step, the revision is the last that was deployed. */
function undoTasks(
  { environment, revisions }: PlanRequest,
  base: Pick<Draft, 'action' | 'cluster' | 'server' | 'group'>,
): Draft[] {
  const { rollback, readBack } = environment;
  const last = revisions.at(-1);
  if (!rollback || !last) return [];
  const steps = environment.runbooks[rollback.runbook]?.steps ?? [];
  const revision = revisionName(last);
  const undo = steps.map(({ id }): Draft => ({ type: 'ROLLBACK', ...base, revision, step: id }));
  return readBack ? [...undo, { type: 'VERIFY', ...base, revision: null, step: null }] : undo;
}

/** The runbooks that a revision asks for on servers of a role, in the order of the environment's payloads. */
function runbooksOf(environment: Environment, revision: Revision, role: string): string[] {
  return environment.payloads
    .filter((payload) => payload.role === role)
    .flatMap((payload) => revision.parts[payload.part]?.runbook ?? []);
}

/** What configuration leaves out, said in the plan so that nobody wonders (D-10, D-11, D-12). */
function leftOut(environment: Environment): Draft[] {
  const base = { action: null, revision: null, step: null, group: null };
  const live = new Set(liveClusters(environment).map((cluster) => cluster.name));
  return environment.clusters.flatMap((cluster): Draft[] => {
    if (!live.has(cluster.name))
      return [{ type: 'CLUSTER_DEPLOYMENT', ...base, cluster: cluster.name, server: null }];
    return cluster.servers
      .filter((server) => !server.enabled && server.role === mainRole(environment))
      .map((server) => ({ type: 'SERVER_DEPLOYMENT', ...base, cluster: cluster.name, server: server.name }));
  });
}
