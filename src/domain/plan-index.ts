import { memberOf, type Plan, type PlannedTask } from './plan.ts';

/** A group member of a plan with its scripts. */
export interface PlannedMember {
  name: string;
  group: number;
  disable: PlannedTask | null;
  enable: PlannedTask | null;
}

/** A plan with what is looked up again and again at every step: made once, so that long plans stay quick. */
export interface IndexedPlan {
  plan: Plan;
  tasks: ReadonlyMap<number, PlannedTask>;
  /** Steps and verification of each server, in order. */
  serverTasks: ReadonlyMap<string, PlannedTask[]>;
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
    if (task.group === null) continue;
    if (task.action !== null) {
      const member = members.get(task.server ?? task.cluster);
      if (member) member[task.action] = task;
    } else if (task.server !== null)
      addServerTask(plan, task, task.server, { members, serverTasks, memberOfServer });
  }
  return {
    plan,
    serverTasks,
    memberOfServer,
    members,
    tasks: new Map(plan.tasks.map((task) => [task.id, task])),
  };
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
