import type { Cluster, Environment, Server } from '../configured/environment.ts';
import type { Step } from '../configured/runbook.ts';
import { type Revision, revisionName } from '../revision.ts';
import {
  type Draft,
  type ServerPlace,
  backupTasks,
  concernsEveryServer,
  denodoServerTasks,
  denodoUndoTasks,
  syncTasks,
} from './denodo-tasks.ts';
import { leftOut } from './left-out.ts';
import { groupLevel, planGroups } from './plan-groups.ts';
import { type Plan, type Undoing, liveClusters, liveServers } from './plan.ts';

/** Everything a plan is made from; nothing else can change it. */
export interface PlanRequest {
  environment: Environment;
  revisions: Revision[];
  package: string | null;
  scriptDigests: Record<string, string>;
  serverFilter: string[] | null;
  undoes: Undoing | null;
}

/** Freezes what a deployment will do: environment × ordered revisions → ordered tasks. Says nothing about whether it may. */
export function makePlan(request: PlanRequest): Plan {
  const { environment } = request;
  const chosen = chosenServers(request);
  const groups = groupsOf(request, chosen);
  const order = orderOf(request, groups, chosen);
  const drafts = [
    ...groups.flatMap((_members, group) => groupTasks(order, group)),
    ...endTasks(order),
    ...leftOut(environment),
  ];
  const tasks = drafts.map((draft, index) => ({ id: index + 1, ...draft }));
  const undo = request.undoes ? [] : order.servers.flatMap((place) => undoTasks(order, place));
  return {
    ...request,
    level: groupLevel(environment),
    groups,
    minInService: environment.minInService ?? (environment.paradigm === 'online' ? 1 : 0),
    tasks,
    rollbackTasks: undo.map((draft, index) => ({ id: tasks.length + index + 1, ...draft, phase: 'undo' })),
  };
}

/** Every server that is deployed to, in the order of the deployment. */
interface Order {
  request: PlanRequest;
  groups: string[][];
  servers: ServerPlace[];
}

function orderOf(request: PlanRequest, groups: string[][], chosen: Set<string>): Order {
  const { environment, revisions } = request;
  const servers: ServerPlace[] = [];
  for (const [group, members] of groups.entries())
    for (const member of members) {
      const place = placeOf(environment, member, chosen);
      for (const server of inItsOrder(request, place.servers))
        servers.push({
          environment,
          revisions,
          cluster: place.cluster,
          server,
          group,
          isFirst: servers.length === 0,
          isFirstInCluster: !servers.some(({ cluster }) => cluster === place.cluster),
        });
    }
  return { request, groups, servers };
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

/** Those that the filter lets through and that have something to do: nobody leaves the load balancer for nothing. */
function chosenServers({ environment, revisions, serverFilter, undoes }: PlanRequest): Set<string> {
  const chosen = liveClusters(environment).flatMap((cluster) => {
    const servers = liveServers(environment, cluster).filter(
      ({ name }) => serverFilter === null || serverFilter.includes(name),
    );
    const onFirstOnly =
      environment.system === 'denodo' && undoes === null && !concernsEveryServer(environment, revisions);
    return onFirstOnly ? servers.slice(0, 1) : servers;
  });
  return new Set(chosen.map(({ name }) => name));
}

/** Disable together, apply one after another, enable together (D-41). */
function groupTasks(order: Order, group: number): Draft[] {
  const { environment } = order.request;
  const members = order.groups[group] ?? [];
  const ofMember = (member: string): ServerPlace[] =>
    order.servers.filter((place) => place.group === group && memberName(environment, place) === member);
  const script = (action: 'disable' | 'enable'): Draft[] =>
    environment.paradigm === 'simple'
      ? []
      : members.flatMap((member) => ofMember(member).slice(0, 1)).map((place) => scriptTask(place, action));
  const byCluster = groupLevel(environment) === 'cluster';
  const applied = members.flatMap((member) => {
    const places = ofMember(member);
    const after = byCluster ? places.slice(-1).flatMap((place) => clusterTasks(order, place)) : [];
    return [...places.flatMap((place) => serverTasks(order, place)), ...after];
  });
  const after = order.servers.filter((place) => !byCluster && place.group === group);
  return [
    ...script('disable'),
    ...applied,
    ...script('enable'),
    ...after.flatMap((place) => clusterTasks(order, place)),
  ];
}

function memberName(environment: Environment, { cluster, server }: ServerPlace): string {
  return groupLevel(environment) === 'cluster' ? cluster.name : server.name;
}

/** What follows the last server of a cluster. */
function clusterTasks({ request, servers }: Order, place: ServerPlace): Draft[] {
  const isLast = servers.findLast(({ cluster }) => cluster === place.cluster) === place;
  return isLast && !request.undoes ? syncTasks(request.environment, place.cluster, place.group) : [];
}

/** What follows all groups. */
function endTasks({ request, groups, servers }: Order): Draft[] {
  const [first] = servers;
  return first && !request.undoes ? backupTasks({ ...first, group: groups.length }) : [];
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
  { environment, cluster, server, group }: ServerPlace,
  action: 'disable' | 'enable',
): Draft {
  const phase = action === 'disable' ? 'take-out' : 'put-back';
  const base = { phase, action, cluster: cluster.name, on: null, revision: null, step: null, group } as const;
  return groupLevel(environment) === 'cluster'
    ? { type: 'SCRIPT_CLUSTER', ...base, server: null }
    : { type: 'SCRIPT_SERVER', ...base, server: server.name };
}

/** All revisions on one server before the next server begins (D-07), then the look at what runs there. */
function serverTasks(order: Order, place: ServerPlace): Draft[] {
  const { environment, revisions, undoes } = order.request;
  if (undoes) return undoTasks(order, place);
  switch (environment.system) {
    case 'denodo':
      return denodoServerTasks(place);
    case 'denodo-solution-manager':
      return [{ ...baseOf(place), type: 'SERVER_DEPLOYMENT' }];
    case 'command':
    case 'opcon': {
      const base = baseOf(place);
      const steps = revisions.flatMap((revision) => stepTasks(place, revision));
      return environment.readBack ? [...steps, { ...base, type: 'VERIFY' }] : steps;
    }
  }
}

function baseOf({ cluster, server, group }: ServerPlace): Omit<Draft, 'type'> {
  const place = { cluster: cluster.name, server: server.name, on: null, group };
  return { ...place, phase: 'server', action: null, revision: null, step: null };
}

function stepTasks(place: ServerPlace, revision: Revision): Draft[] {
  const { environment, server } = place;
  return runbooksOf(environment, revision, server.role).flatMap((runbook) =>
    (environment.runbooks[runbook]?.steps ?? []).map((step): Draft => ({
      ...baseOf(place),
      type: typeOf(step),
      revision: revisionName(revision),
      step: step.id,
    })),
  );
}

function typeOf(step: Step): Draft['type'] {
  if (step.manual !== null) return 'MANUAL';
  return step.notify === null ? 'STEP' : 'NOTIFY';
}

/** What restores one server; in the words of a step, the revision is the last that was deployed. */
function undoTasks({ request: { environment, revisions, undoes } }: Order, place: ServerPlace): Draft[] {
  if (environment.system === 'denodo')
    return undoes ? [{ ...baseOf(place), type: 'ROLLBACK' }] : denodoUndoTasks(place);
  const { rollback, readBack } = environment;
  const last = revisions.at(-1);
  if (!rollback || rollback.runbook === null || !last) return [];
  const steps = environment.runbooks[rollback.runbook]?.steps ?? [];
  const revision = revisionName(last);
  const undo = steps.map(({ id }): Draft => ({ ...baseOf(place), type: 'ROLLBACK', revision, step: id }));
  return readBack ? [...undo, { ...baseOf(place), type: 'VERIFY' }] : undo;
}

/** The runbooks that a revision asks for on servers of a role, in the order of the environment's payloads. */
function runbooksOf(environment: Environment, revision: Revision, role: string): string[] {
  return environment.payloads
    .filter((payload) => payload.role === role)
    .flatMap((payload) => revision.parts[payload.part]?.runbook ?? []);
}
