import { type Decided, sayActor, system } from '../actor.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import { type CacheChoice, isHappening, type ServerProblem } from '../events/happening.ts';
import { type Intervention, isIntervention } from '../events/intervention.ts';
import type { ExcludedServer } from '../events/preparation-event.ts';
import type { Question } from '../events/question.ts';
import type { AttemptEnd, ServerState, TaskEnd } from '../events/states.ts';
import { standingsOf } from './standing.ts';
import { isStoppedByWindow, sayStopNow } from './stopped-by.ts';

/** How one task of the running attempt stands. */
export interface TaskRun {
  /** Rises with each decision to run the task again. */
  run: number;
  /** An intent without an outcome: nobody knows yet what came of it. */
  intended: boolean;
  /** When the open intent was written, epoch milliseconds. */
  intendedAt: number | null;
  end: TaskEnd | null;
  /** A person was asked about its failure, and answered: it is not asked again. */
  isDecided: boolean;
  exitCode: number | null;
  message: string;
  lastLines: string[];
  readBack: string | null;
}

/** How one server of the running attempt stands. */
export interface ServerRun {
  state: ServerState;
  message: string | null;
  startedAt: number | null;
  endedAt: number | null;
  from: string | null;
  to: string | null;
  /** Its failure is being undone: what follows is its rollback. */
  isRollingBack: boolean;
}

/** What the check of a group said. */
export interface GroupCheck {
  problems: ServerProblem[];
  refused: string | null;
}

/** One attempt, folded from its events. */
export interface Run {
  attempt: number;
  fence: number;
  servers: Map<string, ServerRun>;
  /** What a named person left out of it, in the order of the plan. */
  excluded: ExcludedServer[];
  /** How earlier attempts left the servers of the plan. */
  before: ReadonlyMap<string, ServerRun>;
  tasks: Map<number, TaskRun>;
  groups: Map<number, GroupCheck>;
  /** In service as last told, by member; absent: not touched by this attempt. */
  service: Map<string, 'yes' | 'no' | 'held'>;
  question: Question | null;
  /** First groups of the waves that a person let begin. */
  resumedWaves: Set<number>;
  /** Who wants the server at hand finished, and nothing further begun. */
  stop: Decided | null;
  /** Who wants what runs on servers ended at once; `system` where the end of the window does. */
  stopNow: Decided | null;
  /** Who keeps anything further from beginning until it is resumed. */
  paused: Decided | null;
  /** A question that was answered with "stop": no new server begins. */
  stoppedBy: string | null;
  /** The window that closed on it: no new server begins. */
  endedWindow: string | null;
  ended: { state: AttemptEnd; endedBy: string } | null;
  /** After the end: a held member that is put back into service; started once the environment was leased for it. */
  putBack: { member: string; task: number; isStarted: boolean } | null;
  /** Held members that somebody wants to stay out. */
  keptOut: Map<string, Decided>;
  /** The backup of the latest successful deployment when the attempt began; null where there is none. */
  backup: string | null;
  /** The caches of the deployment, once they are chosen: the same for every server and every attempt (D-47a). */
  cache: CacheChoice | null;
  /** When the first and the latest member came back with what was deployed, epoch milliseconds; null before that. */
  back: { first: number; latest: number } | null;
  /** What tasks said while they were under way, as `task:key`. */
  told: Set<string>;
}

/** An attempt that has just begun, after another one of the same deployment or as its first. */
export function startRun(
  { attempt, fence, servers, backup, excluded }: Extract<DeploymentEvent, { type: 'attempt_started' }>,
  before: Run | null | undefined,
): Run {
  return {
    attempt,
    fence,
    backup: backup ?? null,
    cache: before?.cache ?? null,
    told: new Set(),
    back: null,
    servers: new Map(servers.map((name) => [name, newServerRun()])),
    excluded: excluded ?? [],
    before: before ? standingsOf(before) : new Map(),
    tasks: new Map(),
    groups: new Map(),
    service: new Map(),
    question: null,
    resumedWaves: new Set(),
    stop: null,
    stopNow: null,
    paused: null,
    stoppedBy: null,
    endedWindow: null,
    ended: null,
    putBack: null,
    keptOut: new Map(),
  };
}

function newServerRun(): ServerRun {
  return {
    state: 'pending',
    message: null,
    startedAt: null,
    endedAt: null,
    from: null,
    to: null,
    isRollingBack: false,
  };
}

/** How a task stands; one that was never intended is at its first run. */
export function taskRun(run: Run, task: number): TaskRun {
  return (
    run.tasks.get(task) ?? {
      run: 1,
      intended: false,
      intendedAt: null,
      end: null,
      isDecided: false,
      exitCode: null,
      message: '',
      lastLines: [],
      readBack: null,
    }
  );
}

/** How a server of the attempt stands. */
export function serverRun(run: Run, server: string): ServerRun {
  const found = run.servers.get(server);
  if (!found) throw new Error(`server ${server} is not part of attempt ${run.attempt}`);
  return found;
}

/** Adds one event of the attempt to its fold, in place. Events of the deployment outside the attempt change nothing. */
export function applyToRun(run: Run, event: DeploymentEvent, at: number): void {
  if (isIntervention(event)) return intervene(run, event, at);
  if (event.type === 'question_answered') return applyAnswer(run, event);
  if (!isHappening(event)) return;
  switch (event.type) {
    case 'attempt_resumed':
      run.fence = event.fence;
      return;
    case 'group_checked':
      return applyGroupCheck(run, event);
    case 'server_started':
      Object.assign(serverRun(run, event.server), { state: 'deploying', startedAt: at });
      return;
    case 'rollback_decided':
      serverRun(run, event.server).isRollingBack = true;
      return;
    case 'server_ended':
      return applyServerEnd(run, event, at);
    case 'task_intended':
      return setTask(run, event.task, { run: event.run, intended: true, intendedAt: at });
    case 'task_found':
      return applyFound(run, event);
    case 'task_ended': {
      const { state: end, exitCode, message, lastLines, readBack } = event;
      return setTask(run, event.task, { intended: false, end, exitCode, message, lastLines, readBack });
    }
    case 'service_changed':
      return applyService(run, event, at);
    case 'question_asked':
      run.question = event.question;
      return;
    case 'rollback_announced':
    case 'rollback_failed':
      return;
    case 'put_back_started':
      run.fence = event.fence;
      if (run.putBack) run.putBack.isStarted = true;
      return;
    case 'put_back_ended':
      run.putBack = null;
      return;
    case 'window_ended':
      run.endedWindow = event.window;
      if (event.stops) run.stopNow ??= { by: system, via: undefined, at };
      return;
    case 'attempt_ended':
      run.ended = { state: event.state, endedBy: event.endedBy };
      return;
    case 'task_told':
      run.told.add(`${event.task}:${event.key}`);
      return;
    case 'attempt_started':
      return;
  }
}

function intervene(run: Run, event: Intervention, at: number): void {
  const who = { by: event.by, via: event.via, at };
  if (event.type === 'stop_requested') run.stop = who;
  if (event.type === 'stop_now_requested') run.stopNow = who;
  if (event.type === 'paused') run.paused = who;
  if (event.type === 'resumed') run.paused = null;
  if (event.type === 'kept_out') run.keptOut.set(event.member, who);
  if (event.type === 'put_back_requested') {
    const { member, task } = event;
    run.putBack = { member, task, isStarted: false };
    run.keptOut.delete(member);
    setTask(run, task, { run: taskRun(run, task).run + 1, end: null, intended: false, intendedAt: null });
  }
}

function applyService(
  run: Run,
  { member, servers, inService }: Extract<DeploymentEvent, { type: 'service_changed' }>,
  at: number,
): void {
  run.service.set(member, inService);
  const isNew = inService === 'yes' && servers.every((name) => run.servers.get(name)?.state === 'ok');
  if (isNew) run.back = { first: run.back?.first ?? at, latest: at };
}

function setTask(run: Run, task: number, change: Partial<TaskRun>): void {
  run.tasks.set(task, { ...taskRun(run, task), ...change });
}

function applyGroupCheck(run: Run, event: Extract<DeploymentEvent, { type: 'group_checked' }>): void {
  run.groups.set(event.group, { problems: event.problems, refused: event.refused });
  run.cache ??= event.cache ?? null;
  for (const [server, from] of Object.entries(event.from)) {
    const known = run.servers.get(server);
    if (known) known.from = from;
  }
}

function applyServerEnd(
  run: Run,
  event: Extract<DeploymentEvent, { type: 'server_ended' }>,
  at: number,
): void {
  const { state, message, to } = event;
  Object.assign(serverRun(run, event.server), { state, message, to, endedAt: at });
}

/** A run that never started is open again as it was; a lost one that may be repeated gets a new run. */
function applyFound(run: Run, event: Extract<DeploymentEvent, { type: 'task_found' }>): void {
  const task = taskRun(run, event.task);
  if (event.seen === 'never-started')
    run.tasks.set(event.task, { ...task, intended: false, intendedAt: null });
  if (event.again)
    run.tasks.set(event.task, { ...task, run: event.run + 1, intended: false, intendedAt: null });
}

function applyAnswer(run: Run, event: Extract<DeploymentEvent, { type: 'question_answered' }>): void {
  const question = run.question;
  if (question?.id !== event.question) return;
  run.question = null;
  if (event.choice === 'stop') run.stoppedBy = event.by;
  if (question.task !== null) applyTaskAnswer(run, question.task, question, event);
  if (question.server !== undefined && event.choice === 'roll-back')
    serverRun(run, question.server).isRollingBack = true;
  if (question.group !== null && event.choice === 'retry') run.groups.delete(question.group);
  if (question.kind === 'next-wave' && question.group !== null && event.choice === 'resume')
    run.resumedWaves.add(question.group);
}

/** Once more, left out, done by hand, or it stays as it is: what nobody knows stays unknown. */
function applyTaskAnswer(
  run: Run,
  id: number,
  { kind, text }: Question,
  { choice, by }: Extract<DeploymentEvent, { type: 'question_answered' }>,
): void {
  const task = taskRun(run, id);
  const who = by === system && isStoppedByWindow(run) ? sayStopNow(run) : sayActor(by);
  const change = (): Partial<TaskRun> => {
    if (choice === 'retry') return { run: task.run + 1, end: null, isDecided: false };
    if (choice === 'done') return { end: 'ok', message: `done, says ${who}` };
    if (choice === 'skip') return { end: 'warning', message: `left out by ${who}: ${task.message || text}` };
    if (kind === 'manual-step') return { end: 'error', message: `it was not done: stopped by ${who}` };
    return task.end === null ? { end: 'unknown', message: text } : { isDecided: true };
  };
  run.tasks.set(id, { ...task, ...change(), intended: false, intendedAt: null });
}
