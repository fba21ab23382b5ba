import { sayActor, system } from '../actor.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import { isHappening } from '../events/happening.ts';
import { type Intervention, isIntervention } from '../events/intervention.ts';
import type { Question } from '../events/question.ts';
import { type Run, type TaskRun, serverRun, taskRun } from './run.ts';
import { isStoppedByWindow, sayStopNow } from './stopped-by.ts';

/** Adds one event of the attempt to its fold, in place. Events of the deployment outside the attempt change nothing. */
export function applyToRun(run: Run, event: DeploymentEvent, at: number): void {
  if (isIntervention(event)) return intervene(run, event, at);
  if (event.type === 'question_answered') return applyAnswer(run, event);
  if (!isHappening(event)) return;
  switch (event.type) {
    case 'attempt_resumed':
      run.fence = event.fence;
      return ageChecks(run);
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
  if (event.type === 'resumed') {
    run.paused = null;
    ageChecks(run);
  }
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
  const { group, problems, refused, drift = [] } = event;
  run.groups.set(group, { problems, refused, isOld: false });
  if (problems.length === 0 && refused === null)
    for (const { server, found } of drift) run.knownDrift.set(server, found);
  run.cache ??= event.cache ?? null;
  for (const [server, from] of Object.entries(event.from)) {
    const known = run.servers.get(server);
    if (known) known.from = from;
  }
}

/** After a pause, an answer or a restart nobody knows how old the latest looks are. */
function ageChecks(run: Run): void {
  for (const check of run.groups.values()) check.isOld = true;
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
  ageChecks(run);
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
