import type { DeploymentEvent } from './events.ts';
import { haltOf, type Halt } from './halt.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { type Run, serverRun, taskRun } from './run.ts';
import { memberOutlook, serverTasksOf, settle, type MemberOutlook } from './settle.ts';

/** What the executor does next for an attempt. A pure function of plan and events: recovery is no other path than running. */
export type Action =
  /** An intent stands without an outcome: seal, look, and only then go on (law 2). */
  | { do: 'probe'; task: PlannedTask; run: number }
  /** Nothing of this group was touched yet: is every server reachable, does the capacity floor hold? */
  | { do: 'check-group'; group: number }
  | { do: 'perform'; task: PlannedTask; run: number }
  /** Facts that follow from what is known and are not written yet. */
  | { do: 'record'; events: DeploymentEvent[] }
  /** Only a person can say how to go on. */
  | { do: 'wait' }
  /** The attempt has ended. */
  | { do: 'nothing' };

/** Says what comes next. Asked again after every commit, by whichever process holds the lease. */
export function nextAction(plan: Plan, run: Run): Action {
  if (run.ended) return { do: 'nothing' };
  if (run.question) return { do: 'wait' };
  const open = plan.tasks.find((task) => taskRun(run, task.id).intended);
  if (open) return { do: 'probe', task: open, run: taskRun(run, open.id).run };
  const facts = settle(plan, run);
  if (facts.length > 0) return { do: 'record', events: facts };
  return nextInGroups(plan, run) ?? { do: 'nothing' };
}

function nextInGroups(plan: Plan, run: Run): Action | null {
  for (const [group, members] of plan.groups.entries()) {
    const outlooks = members
      .map((member) => memberOutlook(plan, run, group, member))
      .filter((outlook) => outlook.servers.length > 0);
    const action = nextInGroup(plan, run, group, outlooks);
    if (action) return action;
  }
  return null;
}

function nextInGroup(plan: Plan, run: Run, group: number, members: MemberOutlook[]): Action | null {
  const halt = haltOf(plan, run);
  const pending = members.some((member) =>
    member.servers.some((name) => serverRun(run, name).state === 'pending'),
  );
  const check = run.groups.get(group);
  if (!check) return pending && !halt ? { do: 'check-group', group } : null;
  return nextDisable(run, members, halt) ?? nextStep(plan, run, members, halt) ?? nextEnable(run, members);
}

function perform(run: Run, task: PlannedTask): Action {
  return { do: 'perform', task, run: taskRun(run, task.id).run };
}

function nextDisable(run: Run, members: MemberOutlook[], halt: Halt | null): Action | null {
  if (halt) return null;
  for (const member of members) {
    const pending = member.servers.some((name) => serverRun(run, name).state === 'pending');
    if (member.disable && pending && taskRun(run, member.disable.id).end === null)
      return perform(run, member.disable);
  }
  return null;
}

/** A server that has begun is finished whatever happens elsewhere; a new one begins only while nothing halts. */
function nextStep(plan: Plan, run: Run, members: MemberOutlook[], halt: Halt | null): Action | null {
  for (const member of members) {
    for (const name of member.servers) {
      const { state } = serverRun(run, name);
      if (state !== 'deploying' && (state !== 'pending' || halt)) continue;
      const task = serverTasksOf(plan, name).find((candidate) => taskRun(run, candidate.id).end === null);
      if (task) return perform(run, task);
    }
  }
  return null;
}

/** Put back: members whose servers all succeeded, and those that were taken out and never touched (D-42, D-43). */
function nextEnable(run: Run, members: MemberOutlook[]): Action | null {
  const ready = members.find(
    (member) => member.mayBeEnabled && member.enable && taskRun(run, member.enable.id).end === null,
  );
  return ready?.enable ? perform(run, ready.enable) : null;
}

/** The server that begins with this task; null when its server has begun already or the task belongs to no server's run. */
export function beginsServer(run: Run, task: PlannedTask): string | null {
  if (task.server === null || task.action !== null || task.group === null) return null;
  return serverRun(run, task.server).state === 'pending' ? task.server : null;
}
