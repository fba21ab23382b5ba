import { clusterOf } from '../../domain/attempt/after-cluster.ts';
import { applyToRun } from '../../domain/attempt/apply-to-run.ts';
import { type Run, serverRun, taskRun } from '../../domain/attempt/run.ts';
import { startRun } from '../../domain/attempt/start-run.ts';
import { foldDeployment } from '../../domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../../domain/events/deployment-event.ts';
import type { ServerState } from '../../domain/events/states.ts';
import { type IndexedPlan, indexPlan } from '../../domain/plan/plan-index.ts';
import { type Plan, type PlannedTask, taskOf } from '../../domain/plan/plan.ts';
import { leftOutLines } from './left-out.ts';
import { lineOf, lineOfTask, type SimulatedLine, skippedLine } from './line.ts';

/** A simulated attempt as far as it is told. */
interface Story {
  index: IndexedPlan;
  run: Run;
  /** Tasks that have a line. */
  told: Set<number>;
  /** Clusters of which no server is ever begun, while they are not told. */
  untouched: Set<string>;
}

/** What a simulation says: each task as it ended, what was left out and why, and last of all the end. */
export function linesOf(plan: Plan, events: StoredEvent[]): SimulatedLine[] {
  const index = indexPlan(plan);
  const end = foldDeployment(events)?.run;
  if (!end) return [];
  const told = new Set<number>();
  const untouched = new Set(untouchedClusters(index, end));
  let story: Story | null = null;
  return events.flatMap(({ event, at }) => {
    if (event.type === 'attempt_started') story = { index, told, untouched, run: startRun(event, null) };
    if (story === null) return [];
    const asked = story.run.question?.task ?? null;
    applyToRun(story.run, event, at);
    return tell(story, event, asked);
  });
}

/** Clusters of which every server was skipped. */
function untouchedClusters(index: IndexedPlan, { servers }: Run): string[] {
  const skipped = [...servers].map(([name, { startedAt, state }]) => ({
    cluster: clusterOf(index, name),
    isSkipped: startedAt === null && isLeftAlone(state),
  }));
  const touched = skipped.filter(({ isSkipped }) => !isSkipped).map(({ cluster }) => cluster);
  return skipped.map(({ cluster }) => cluster).filter((cluster) => !touched.includes(cluster));
}

/** Not even its way out of the load balancer failed. */
function isLeftAlone(state: ServerState): boolean {
  return ['skipped', 'cancelled', 'preflight_failed'].includes(state);
}

function tell(story: Story, event: DeploymentEvent, asked: number | null): SimulatedLine[] {
  const { type } = event;
  if (type === 'task_ended') return tellTask(story, event.task);
  if (type === 'question_answered')
    return asked !== null && isDecidedByAnswer(story, event, asked) ? tellTask(story, asked) : [];
  if (type === 'group_checked') return tellRefusal(story, event);
  if (type === 'server_ended') return tellServerEnd(story, event);
  if (type === 'service_changed') return event.inService === 'held' ? [tellHeld(story, event)] : [];
  return type === 'attempt_ended' ? [...tellRest(story), tellEnd(event)] : [];
}

function tellTask({ index, run, told }: Story, id: number): SimulatedLine[] {
  const { end, message } = taskRun(run, id);
  if (end === null) return [];
  told.add(id);
  return [lineOfTask(taskOf(index.plan, id), end, end === 'ok' ? '' : message)];
}

/** What is tried again ends once more, and a failure that stays one has its line. */
function isDecidedByAnswer(
  { told }: Story,
  { choice }: Extract<DeploymentEvent, { type: 'question_answered' }>,
  task: number,
): boolean {
  return choice !== 'retry' && (choice === 'skip' || !told.has(task));
}

function tellRefusal(
  { index, run }: Story,
  { group, problems, refused }: Extract<DeploymentEvent, { type: 'group_checked' }>,
): SimulatedLine[] {
  const note = refused ?? problems.map(({ message }) => message).join('; ');
  if (note === '') return [];
  const names = [...run.servers.keys()].filter((name) => index.memberOfServer.get(name)?.group === group);
  const server = index.plan.level === 'server' ? only(names) : null;
  const cluster = only([...new Set(names.map((name) => clusterOf(index, name)))]);
  return [lineOf('GUARD', { cluster, server, state: 'error', note })];
}

/** What a group of several has none of. */
function only(names: string[]): string | null {
  return names.length === 1 ? (names[0] ?? null) : null;
}

function tellServerEnd(
  story: Story,
  { server, state, message }: Extract<DeploymentEvent, { type: 'server_ended' }>,
): SimulatedLine[] {
  const { index, run, untouched } = story;
  const cluster = clusterOf(index, server);
  const note = message ?? '';
  if (serverRun(run, server).startedAt === null && isLeftAlone(state)) {
    const line = lineOf('SERVER_DEPLOYMENT', { cluster, server, state: 'skipped', note });
    if (!untouched.delete(cluster)) return [line];
    return [lineOf('CLUSTER_DEPLOYMENT', { cluster, state: 'skipped', note }), line];
  }
  const why = `${server} ${sayEnd(state)}`;
  return [
    ...skipAll(story, tasksLeft(story, server), why),
    ...(state === 'ok' ? [] : skipAll(story, index.clusterTasks.get(cluster) ?? [], why)),
  ];
}

function sayEnd(state: ServerState): string {
  if (state === 'error') return 'failed';
  return state === 'rolled_back' ? 'failed and was rolled back' : `ended as ${state}`;
}

function tasksLeft({ index, run }: Story, server: string): PlannedTask[] {
  const undo = serverRun(run, server).isRollingBack ? (index.rollbackTasks.get(server) ?? []) : [];
  return [...(index.serverTasks.get(server) ?? []), ...undo];
}

function skipAll({ told, run }: Story, tasks: PlannedTask[], why: string): SimulatedLine[] {
  const left = tasks.filter(({ id }) => !told.has(id) && taskRun(run, id).end === null);
  for (const { id } of left) told.add(id);
  return left.map((task) => skippedLine(task, why));
}

function tellHeld(
  { index }: Story,
  { member, reason }: Extract<DeploymentEvent, { type: 'service_changed' }>,
): SimulatedLine {
  const isCluster = index.plan.level === 'cluster';
  const place = isCluster
    ? { cluster: member, server: null }
    : { cluster: clusterOf(index, member), server: member };
  return lineOf('HELD', { ...place, state: 'held', note: reason });
}

/** What would have followed, and what was never part of it. */
function tellRest(story: Story): SimulatedLine[] {
  const { index, run } = story;
  const begun = [...run.servers].filter(([, { startedAt }]) => startedAt !== null);
  const clusters = new Set(begun.map(([name]) => clusterOf(index, name)));
  const following = [...clusters].flatMap((cluster) => index.clusterTasks.get(cluster) ?? []);
  return [
    ...skipAll(story, following, 'the cluster did not succeed'),
    ...skipAll(story, index.endTasks, 'no server was begun'),
    ...leftOutLines(index.plan, new Set(run.servers.keys())),
  ];
}

function tellEnd({ state, endedBy }: Extract<DeploymentEvent, { type: 'attempt_ended' }>): SimulatedLine {
  return lineOf('RESULT', { state, note: endedBy === 'completion' ? '' : `ended by ${endedBy}` });
}
