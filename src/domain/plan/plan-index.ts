import { memberOf, type Plan, type PlannedTask } from './plan.ts';

/** A group member of a plan with its scripts. */
export interface PlannedMember {
  name: string;
  group: number;
  disable: PlannedTask | null;
  enable: PlannedTask | null;
}

/** Groups of which some are under way at once: a cluster of a parallel plan, or all of any other plan one by one. */
export interface Wave {
  /** The cluster; null where the plan has no waves. */
  cluster: string | null;
  /** In their order; never empty. */
  groups: number[];
  /** How many of them are under way at once. */
  atOnce: number;
}

/** A plan with what is looked up again and again at every step: made once, so that long plans stay quick. */
export interface IndexedPlan {
  plan: Plan;
  waves: Wave[];
  tasks: ReadonlyMap<number, PlannedTask>;
  /** Steps and verification of each server, in order. */
  serverTasks: ReadonlyMap<string, PlannedTask[]>;
  /** How each server is restored, in order. */
  rollbackTasks: ReadonlyMap<string, PlannedTask[]>;
  /** What follows the servers of each cluster, in order. */
  clusterTasks: ReadonlyMap<string, PlannedTask[]>;
  /** What follows all groups, in order. */
  endTasks: PlannedTask[];
  memberOfServer: ReadonlyMap<string, PlannedMember>;
  members: ReadonlyMap<string, PlannedMember>;
}

/** Indexes a plan. */
export function indexPlan(plan: Plan): IndexedPlan {
  const members = new Map<string, PlannedMember>();
  for (const [group, names] of plan.groups.entries())
    for (const name of names) members.set(name, { name, group, disable: null, enable: null });
  const serverTasks = new Map<string, PlannedTask[]>();
  const memberOfServer = new Map<string, PlannedMember>();
  for (const task of plan.tasks) {
    if (task.phase === 'server' && task.server !== null)
      addServerTask(plan, task, task.server, { members, serverTasks, memberOfServer });
    else addScript(task, members.get(task.server ?? task.cluster));
  }
  return {
    plan,
    waves: wavesOf(plan, memberOfServer),
    serverTasks,
    memberOfServer,
    members,
    rollbackTasks: gather(plan.rollbackTasks, ({ server }) => server ?? ''),
    clusterTasks: gather(
      plan.tasks.filter(({ phase }) => phase === 'cluster'),
      ({ cluster }) => cluster,
    ),
    endTasks: plan.tasks.filter(({ phase }) => phase === 'end'),
    tasks: new Map([...plan.tasks, ...plan.rollbackTasks].map((task) => [task.id, task])),
  };
}

function addScript(task: PlannedTask, member: PlannedMember | undefined): void {
  if (task.phase === 'take-out' && member) member.disable = task;
  if (task.phase === 'put-back' && member) member.enable = task;
}

function gather(tasks: PlannedTask[], keyOf: (task: PlannedTask) => string): Map<string, PlannedTask[]> {
  const gathered = new Map<string, PlannedTask[]>();
  for (const task of tasks) {
    const known = gathered.get(keyOf(task));
    if (known) known.push(task);
    else gathered.set(keyOf(task), [task]);
  }
  return gathered;
}

function wavesOf({ environment, groups }: Plan, members: ReadonlyMap<string, PlannedMember>): Wave[] {
  const { parallel, clusters } = environment;
  if (groups.length === 0) return [];
  if (!parallel) return [{ cluster: null, groups: [...groups.keys()], atOnce: 1 }];
  const waves = clusters.flatMap(({ name, servers }): Wave[] => {
    const own = servers.flatMap((server) => members.get(server.name)?.group ?? []);
    const inOrder = own.toSorted((left, right) => left - right);
    return own.length === 0 ? [] : [{ cluster: name, groups: inOrder, atOnce: parallel.perCluster }];
  });
  return waves.toSorted((left, right) => (left.groups[0] ?? 0) - (right.groups[0] ?? 0));
}

function addServerTask(
  plan: Plan,
  task: PlannedTask,
  server: string,
  maps: {
    members: Map<string, PlannedMember>;
    serverTasks: Map<string, PlannedTask[]>;
    memberOfServer: Map<string, PlannedMember>;
  },
): void {
  const tasks = maps.serverTasks.get(server);
  if (tasks) {
    tasks.push(task);
    return;
  }
  maps.serverTasks.set(server, [task]);
  const member = maps.members.get(memberOf(plan, server));
  if (member) maps.memberOfServer.set(server, member);
}
