import type { DeploymentEvent } from './events.ts';
import { type MemberOutlook, memberOutlooks } from './member-outlook.ts';
import type { IndexedPlan } from './plan-index.ts';
import type { PlannedTask } from './plan.ts';
import { type Run, serverRun, taskRun } from './run.ts';
import { settle } from './settle.ts';

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
export function nextAction(index: IndexedPlan, run: Run): Action {
  if (run.ended) return { do: 'nothing' };
  if (run.question) return { do: 'wait' };
  const open = openTask(index, run);
  if (open) return { do: 'probe', task: open, run: taskRun(run, open.id).run };
  const facts = settle(index, run);
  if (facts.length > 0) return { do: 'record', events: facts };
  return nextInGroups(index, run) ?? { do: 'nothing' };
}

/** The task whose intent has no outcome yet; null where everything that began has ended. */
export function openTask(index: IndexedPlan, run: Run): PlannedTask | null {
  for (const [id, task] of run.tasks) if (task.intended) return index.tasks.get(id) ?? null;
  return null;
}

/** Where something halts, `settle` has already ended whatever had not begun: only what is under way is finished here. */
function nextInGroups(index: IndexedPlan, run: Run): Action | null {
  const outlooks = memberOutlooks(index, run);
  for (const group of index.plan.groups.keys()) {
    const members = outlooks.filter((outlook) => outlook.group === group);
    const action = nextInGroup(index, run, group, members);
    if (action) return action;
  }
  return null;
}

function nextInGroup(index: IndexedPlan, run: Run, group: number, members: MemberOutlook[]): Action | null {
  if (!run.groups.has(group))
    return members.some((member) => hasPending(run, member)) ? { do: 'check-group', group } : null;
  return nextDisable(run, members) ?? nextStep(index, run, members) ?? nextEnable(run, members);
}

function hasPending(run: Run, { servers }: MemberOutlook): boolean {
  return servers.some((name) => serverRun(run, name).state === 'pending');
}

function perform(run: Run, task: PlannedTask): Action {
  return { do: 'perform', task, run: taskRun(run, task.id).run };
}

function nextDisable(run: Run, members: MemberOutlook[]): Action | null {
  for (const member of members) {
    const { disable } = member;
    if (disable && taskRun(run, disable.id).end === null && hasPending(run, member))
      return perform(run, disable);
  }
  return null;
}

/** All of one server before the next one begins. */
function nextStep(index: IndexedPlan, run: Run, members: MemberOutlook[]): Action | null {
  for (const name of members.flatMap(({ servers }) => servers)) {
    const { state } = serverRun(run, name);
    if (state !== 'deploying' && state !== 'pending') continue;
    const task = index.serverTasks.get(name)?.find((candidate) => taskRun(run, candidate.id).end === null);
    if (task) return perform(run, task);
  }
  return null;
}

/** Put back: members whose servers all succeeded, and those that were taken out and never touched (D-42, D-43). */
function nextEnable(run: Run, members: MemberOutlook[]): Action | null {
  for (const { mayBeEnabled, enable } of members)
    if (mayBeEnabled && enable && taskRun(run, enable.id).end === null) return perform(run, enable);
  return null;
}

/** The server that begins with this task; null when its server has begun already or the task belongs to no server's run. */
export function beginsServer(run: Run, task: PlannedTask): string | null {
  if (task.server === null || task.action !== null || task.group === null) return null;
  return serverRun(run, task.server).state === 'pending' ? task.server : null;
}
