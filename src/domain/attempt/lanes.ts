import type { IndexedPlan } from '../plan/plan-index.ts';
import type { PlannedTask } from '../plan/plan.ts';
import { type AfterCluster, afterCluster, clustersEndingWith } from './after-cluster.ts';
import { type MemberOutlook, memberOutlooks } from './member-outlook.ts';
import { type Run, serverRun, taskRun } from './run.ts';

/** One group of an attempt, from its check to its return into the balancer. */
export interface Lane {
  group: number;
  members: MemberOutlook[];
  /** Waiting: nothing of it was touched. Over: its servers have ended, and what may be put back was tried. */
  state: 'waiting' | 'begun' | 'over';
  /** Its task whose intent has no outcome yet. */
  openTask: PlannedTask | null;
  /** What follows servers that are members themselves, once they are back: next of it, or none. */
  after: PlannedTask | null;
}

/** The groups that have servers in this attempt, by their number in the plan. */
export function lanesOf(index: IndexedPlan, run: Run): Map<number, Lane> {
  const open = openTaskOfGroups(index, run);
  const members = new Map<number, MemberOutlook[]>();
  for (const outlook of memberOutlooks(index, run)) {
    const known = members.get(outlook.group);
    if (known) known.push(outlook);
    else members.set(outlook.group, [outlook]);
  }
  return new Map(
    [...members].map(([group, outlooks]) => {
      const openTask = open.get(group) ?? null;
      const following = followingOf(index, run, outlooks);
      const after =
        following.flatMap((outlook) => (outlook.is === 'going-on' ? outlook.next : []))[0] ?? null;
      const state = stateOf(run, group, outlooks, openTask);
      const goesOn = state === 'over' && following.some(({ is }) => is === 'going-on' || is === 'waiting');
      return [group, { group, members: outlooks, state: goesOn ? 'begun' : state, openTask, after }];
    }),
  );
}

/** Where servers are the members, what follows their cluster comes after the return of its last one. */
function followingOf(index: IndexedPlan, run: Run, members: MemberOutlook[]): AfterCluster[] {
  if (index.plan.level === 'cluster' || index.clusterTasks.size === 0) return [];
  const servers = members.flatMap((member) => member.servers);
  return clustersEndingWith(index, run, servers).map((cluster) => afterCluster(index, run, cluster));
}

function openTaskOfGroups(index: IndexedPlan, run: Run): Map<number, PlannedTask> {
  const open = new Map<number, PlannedTask>();
  for (const [id, { intended }] of run.tasks) {
    const task = intended ? index.tasks.get(id) : undefined;
    if (task && task.group !== null) open.set(task.group, task);
  }
  return open;
}

function stateOf(
  run: Run,
  group: number,
  members: MemberOutlook[],
  openTask: PlannedTask | null,
): Lane['state'] {
  if (openTask) return 'begun';
  const toEnable = members.some(
    ({ mayBeEnabled, enable }) => mayBeEnabled && enable !== null && taskRun(run, enable.id).end === null,
  );
  if (members.every(({ isSettled }) => isSettled) && !toEnable) return 'over';
  const untouched = members.every(({ servers }) =>
    servers.every((name) => serverRun(run, name).state === 'pending'),
  );
  return untouched && !run.groups.has(group) ? 'waiting' : 'begun';
}
