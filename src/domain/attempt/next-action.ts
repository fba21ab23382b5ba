import type { IndexedPlan, Wave } from '../plan/plan-index.ts';
import { type PlannedTask, isScript, liveMembers } from '../plan/plan.ts';
import type { Action, GroupAction } from './action.ts';
import { afterCluster, nextAtEnd } from './after-cluster.ts';
import { type Lane, lanesOf } from './lanes.ts';
import type { MemberOutlook } from './member-outlook.ts';
import { putBackActions } from './put-back.ts';
import { type Run, serverRun, taskRun } from './run.ts';
import { serverOutlook } from './server-outlook.ts';
import { settle } from './settle.ts';

/** Says what comes next: asked again after every commit, by whichever process holds the lease. Nothing: the attempt has ended. */
export function nextActions(index: IndexedPlan, run: Run): Action[] {
  if (run.putBack) return putBackActions(index, run, run.putBack);
  if (run.ended) return [];
  const facts = settle(index, run);
  if (facts.length > 0) return [{ do: 'record', events: facts }];
  const inWaves = actionsInWaves(index, run);
  const actions = inWaves.length > 0 ? inWaves : actionsAtEnd(index, run);
  return isHeldUp(run) ? [...actions, { do: 'wait' }] : actions;
}

/** While a question is open, or somebody paused it, nothing further begins. */
function isHeldUp(run: Run): boolean {
  return run.question !== null || run.paused !== null;
}

/** Every task whose intent has no outcome yet, in the order of the plan. */
export function openTasks(index: IndexedPlan, run: Run): PlannedTask[] {
  return [...index.tasks.values()].filter((task) => run.tasks.get(task.id)?.intended);
}

/** As many waves as may be under way at once, in order; a wave that is over makes room for the next one. */
function actionsInWaves(index: IndexedPlan, run: Run): Action[] {
  const { parallel } = index.plan.environment;
  const inFlight = parallel?.clustersInFlight ?? 1;
  const lanes = lanesOf(index, run);
  const waves = index.waves
    .map((wave) => ({ wave, lanes: wave.groups.flatMap((group) => lanes.get(group) ?? []) }))
    .filter((wave) => wave.lanes.length > 0);
  const done = waves.filter((wave) => isOver(wave.lanes)).map(({ wave }) => wave);
  const open = waves.filter((wave) => !isOver(wave.lanes)).slice(0, inFlight);
  const all = [...lanes.values()];
  return open.flatMap((wave): Action[] => {
    const isWaiting = waves.indexOf(wave) >= inFlight && wave.lanes.every((lane) => lane.state === 'waiting');
    const pauses = parallel?.pauseBetweenClusters && isWaiting;
    if (pauses && !run.resumedWaves.has(wave.wave.groups[0] ?? 0))
      return isHeldUp(run) ? [] : [{ do: 'pause', done, next: wave.wave }];
    return actionsInWave(index, run, wave, all);
  });
}

/** What follows all groups, one after another: once nothing is under way and nothing more begins. */
function actionsAtEnd(index: IndexedPlan, run: Run): Action[] {
  const task = nextAtEnd(index, run);
  const isUnderWay = [...run.servers.values()].some(
    ({ state }) => state === 'pending' || state === 'deploying',
  );
  if (task === null || task.group === null || isUnderWay) return [];
  const { intended, run: times } = taskRun(run, task.id);
  if (intended) return [nextOfOpen(run, task.group, task) ?? []].flat();
  return isHeldUp(run) ? [] : [{ do: 'perform', group: task.group, task, run: times }];
}

function isOver(lanes: Lane[]): boolean {
  return lanes.every((lane) => lane.state === 'over');
}

/**
 * What is under way goes on; new groups begin in order while there is room and no question is open. Where something
 * halts, `settle` has already ended whatever had not begun.
 */
function actionsInWave(
  index: IndexedPlan,
  run: Run,
  { wave, lanes }: { wave: Wave; lanes: Lane[] },
  all: Lane[],
): Action[] {
  const begun = lanes.filter((lane) => lane.state === 'begun');
  const actions = begun.flatMap((lane) => nextInLane(index, run, lane) ?? []);
  if (isHeldUp(run)) return actions;
  let [underWay, total] = [begun.length, all.filter((lane) => lane.state === 'begun').length];
  for (const { group, state } of lanes) {
    if (state !== 'waiting') continue;
    if (underWay >= wave.atOnce || !floorAllows(index, run, total)) break;
    actions.push({ do: 'check-group', group });
    [underWay, total] = [underWay + 1, total + 1];
  }
  return actions;
}

/** Law 5 among the groups of one attempt: where others are out, the next one waits for them instead of asking. */
function floorAllows({ plan }: IndexedPlan, run: Run, underWay: number): boolean {
  if (underWay === 0 || plan.environment.paradigm === 'simple') return true;
  const held = [...run.service.values()].filter((service) => service === 'held').length;
  const live = liveMembers(plan.environment, plan.level).length;
  return live - held - underWay - 1 >= plan.minInService;
}

function nextInLane(index: IndexedPlan, run: Run, lane: Lane): GroupAction | null {
  const { group, members, openTask } = lane;
  const untouched = isUntouched(run, lane);
  if (untouched && isHeldUp(run)) return null;
  if (untouched && run.groups.get(group)?.isOld) return { do: 'check-group', group };
  if (openTask) return nextOfOpen(run, group, openTask);
  const perform = (task: PlannedTask): GroupAction => ({
    do: 'perform',
    group,
    task,
    run: taskRun(run, task.id).run,
  });
  const disable = run.paused ? null : nextDisable(run, members);
  if (disable) return perform(disable);
  const onServer = nextOnServer(index, run, members);
  if (onServer?.asks) return run.question ? null : { do: 'ask', group, task: onServer.task };
  if (onServer)
    return onServer.task.type === 'NOTIFY'
      ? { do: 'tell', group, task: onServer.task }
      : perform(onServer.task);
  const enable = nextEnable(run, members) ?? lane.after;
  return enable && perform(enable);
}

/** Nobody knows yet what came of it. */
function nextOfOpen(run: Run, group: number, task: PlannedTask): GroupAction | null {
  if (run.question?.task === task.id) return null;
  return {
    do: run.stopNow && !isScript(task) ? 'end' : 'probe',
    group,
    task,
    run: taskRun(run, task.id).run,
  };
}

/** Checked, and nothing else: while nothing further may begin, it does not either. */
function isUntouched(run: Run, { members, openTask }: Lane): boolean {
  return (
    openTask === null &&
    members.every(
      ({ disable, servers }) =>
        (disable === null || taskRun(run, disable.id).end === null) &&
        servers.every((name) => serverRun(run, name).state === 'pending'),
    )
  );
}

function nextDisable(run: Run, members: MemberOutlook[]): PlannedTask | null {
  for (const { disable, servers } of members) {
    const isPending = servers.some((name) => serverRun(run, name).state === 'pending');
    if (disable && taskRun(run, disable.id).end === null && isPending) return disable;
  }
  return null;
}

/** What a server needs next: a task, or a person's decision about one that failed. */
interface OnServer {
  task: PlannedTask;
  asks: boolean;
}

/** All of one server before the next one begins, and all of a cluster before the next one. */
function nextOnServer(index: IndexedPlan, run: Run, members: MemberOutlook[]): OnServer | null {
  for (const { name: member, servers } of members) {
    for (const name of servers) {
      const { state } = serverRun(run, name);
      // In a pause no server begins, though its group may be out already.
      if (state !== 'deploying' && (state !== 'pending' || run.paused)) continue;
      const outlook = serverOutlook(index, run, name);
      if (outlook.is === 'going-on') return { task: outlook.next, asks: outlook.next.type === 'MANUAL' };
      if (outlook.is === 'asking') return { task: outlook.failed, asks: true };
    }
    const after = afterCluster(index, run, member);
    if (index.plan.level === 'cluster' && after.is === 'going-on') return { task: after.next, asks: false };
  }
  return null;
}

/** Put back: members whose servers all succeeded, and those that were taken out and never touched (D-42, D-43). */
function nextEnable(run: Run, members: MemberOutlook[]): PlannedTask | null {
  for (const { mayBeEnabled, enable } of members)
    if (mayBeEnabled && enable && taskRun(run, enable.id).end === null) return enable;
  return null;
}

/** The server that begins with this task; null when its server has begun already or the task belongs to no server's run. */
export function beginsServer(run: Run, task: PlannedTask): string | null {
  if (task.server === null || task.phase !== 'server') return null;
  return serverRun(run, task.server).state === 'pending' ? task.server : null;
}
