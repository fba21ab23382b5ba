import type { IndexedPlan, PlannedMember } from '../plan/plan-index.ts';
import type { PlannedTask } from '../plan/plan.ts';
import { afterCluster } from './after-cluster.ts';
import { type Run, serverRun, taskRun } from './run.ts';
import { isUntouched, standingOf } from './standing.ts';

/** A group member as far as this attempt concerns it. */
export interface MemberOutlook extends PlannedMember {
  /** Its servers in this attempt, in order; never empty. */
  servers: string[];
  /** No server of it is pending or under way, and nothing that follows them is either. */
  isSettled: boolean;
  /** Its servers, in this attempt or not, that did not end well in any. */
  unfinished: string[];
  /**
   * Taken out by this attempt, not put back, and every server ended well or none was ever begun (D-42, D-43). Servers
   * count that this attempt leaves as an earlier one left them.
   */
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
  const others = otherServers(index, run);
  return [...index.members.values()].flatMap((member) => {
    const names = servers.get(member);
    return names ? [outlookOf(index, run, member, { servers: names, others: others.get(member) ?? [] })] : [];
  });
}

/** Servers that this attempt leaves alone, by their members. */
function otherServers(index: IndexedPlan, run: Run): Map<PlannedMember, string[]> {
  const others = new Map<PlannedMember, string[]>();
  for (const name of run.before.keys()) {
    const member = index.memberOfServer.get(name);
    if (!member || run.servers.has(name)) continue;
    others.set(member, [...(others.get(member) ?? []), name]);
  }
  return others;
}

function outlookOf(
  index: IndexedPlan,
  run: Run,
  member: PlannedMember,
  { servers, others }: { servers: string[]; others: string[] },
): MemberOutlook {
  const { disable, enable } = member;
  const isOut = disable !== null && endedWell(run, disable) && !(enable !== null && endedWell(run, enable));
  const states = servers.map((name) => serverRun(run, name).state);
  // What follows a cluster goes before its return; what follows servers that are members goes after theirs.
  const after = index.plan.level === 'cluster' ? afterCluster(index, run, member.name).is : 'over';
  const haveEnded = states.every((state) => state !== 'pending' && state !== 'deploying');
  const isSettled = haveEnded && after !== 'going-on';
  const all = [...servers, ...others].map((name) => ({ name, standing: standingOf(run, name) }));
  const unfinished = all.filter(({ standing }) => standing?.state !== 'ok').map(({ name }) => name);
  const neverBegun = isSettled && all.every(({ standing }) => standing && isUntouched(standing));
  return {
    ...member,
    servers,
    isSettled,
    unfinished,
    mayBeEnabled: isOut && ((unfinished.length === 0 && after === 'over') || neverBegun),
  };
}

/** Whether a task has come out well: done, done with a warning, or rightly left out. */
export function endedWell(run: Run, task: PlannedTask): boolean {
  const { end } = taskRun(run, task.id);
  return end === 'ok' || end === 'warning' || end === 'skipped';
}
