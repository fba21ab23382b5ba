import { afterCluster } from './after-cluster.ts';
import type { IndexedPlan, PlannedMember } from './plan-index.ts';
import type { PlannedTask } from './plan.ts';
import { type Run, serverRun, taskRun } from './run.ts';

/** A group member as far as this attempt concerns it. */
export interface MemberOutlook extends PlannedMember {
  /** Its servers in this attempt, in order; never empty. */
  servers: string[];
  /** No server of it is pending or under way, and nothing that follows them is either. */
  isSettled: boolean;
  /** Taken out by this attempt, not put back, and every server ended well or none was ever begun (D-42, D-43). */
  mayBeEnabled: boolean;
}

/** How each member of the attempt stands, in the order of the groups. */
export function memberOutlooks(index: IndexedPlan, run: Run): MemberOutlook[] {
  const servers = new Map<PlannedMember, string[]>();
  for (const name of run.servers.keys()) {
    const member = index.memberOfServer.get(name);
    if (!member) throw new Error(`server ${name} of the attempt is no part of the plan`);
    const known = servers.get(member);
    if (known) known.push(name);
    else servers.set(member, [name]);
  }
  return [...index.members.values()].flatMap((member) => {
    const names = servers.get(member);
    return names ? [outlookOf(index, run, member, names)] : [];
  });
}

function outlookOf(index: IndexedPlan, run: Run, member: PlannedMember, servers: string[]): MemberOutlook {
  const { disable, enable } = member;
  const isOut = disable !== null && endedWell(run, disable) && !(enable !== null && endedWell(run, enable));
  const states = servers.map((name) => serverRun(run, name).state);
  const neverBegun = servers.every((name) => {
    const { state, startedAt } = serverRun(run, name);
    return state === 'skipped' || (state === 'cancelled' && startedAt === null);
  });
  // What follows a cluster goes before its return; what follows servers that are members goes after theirs.
  const after = index.plan.level === 'cluster' ? afterCluster(index, run, member.name).is : 'over';
  const isRight = states.every((state) => state === 'ok') && after === 'over';
  return {
    ...member,
    servers,
    isSettled: states.every((state) => state !== 'pending' && state !== 'deploying') && after !== 'going-on',
    mayBeEnabled: isOut && (isRight || neverBegun),
  };
}

/** Whether a task has come out well: done, done with a warning, or rightly left out. */
export function endedWell(run: Run, task: PlannedTask): boolean {
  const { end } = taskRun(run, task.id);
  return end === 'ok' || end === 'warning' || end === 'skipped';
}
