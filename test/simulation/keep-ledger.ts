import type { Environment } from '../../src/domain/configured/environment.ts';
import type { FreezeOverride } from '../../src/domain/configured/hours.ts';
import type { Choice } from '../../src/domain/events/question.ts';
import type { ServerState } from '../../src/domain/events/states.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Happening } from './invariant.ts';
import {
  type AttemptEntry,
  type DeploymentEntry,
  type Ledger,
  runsOf,
  taskEntry,
  taskOfMarker,
} from './ledger.ts';

/** An empty ledger; plans are found by their hash. */
export function createLedger(planOf: (hash: string) => Plan): Ledger {
  const deployments = new Map<number, DeploymentEntry>();
  const service: Ledger['service'] = new Map();
  return {
    deployments,
    service,
    add: (happening) => {
      if (happening.is === 'world') addWorld(deployments, happening);
      if (happening.is !== 'row') return;
      addRow(deployments, happening, planOf);
      const { event, deployment } = happening.row;
      if (event.type === 'service_changed')
        service.set(event.member, { inService: event.inService, deployment });
    },
  };
}

function addWorld(
  deployments: Map<number, DeploymentEntry>,
  { event }: Extract<Happening, { is: 'world' }>,
): void {
  const entry = deployments.get(event.marker.deployment);
  const task = entry && taskOfMarker(entry, event.marker.task);
  if (!entry || !task) return;
  const runs = runsOf(entry, event.marker.attempt, task.id);
  if (event.type === 'started')
    runs.push({ run: event.marker.run, exitCode: null, open: true, fence: event.fence });
  const ended = runs.find(({ run }) => run === event.marker.run);
  if (event.type === 'ended' && ended) Object.assign(ended, { exitCode: event.exitCode, open: false });
}

function addRow(
  deployments: Map<number, DeploymentEntry>,
  { row }: Extract<Happening, { is: 'row' }>,
  planOf: (hash: string) => Plan,
): void {
  const { event, deployment: number } = row;
  if (event.type === 'requested') {
    const plan = planOf(event.planHash);
    deployments.set(number, {
      number,
      plan,
      environment: plan.environment,
      planHash: event.planHash,
      requestedBy: event.by,
      startsAt: event.startsAt,
      expiresAt: event.expiresAt,
      approvals: [],
      glass: null,
      scheduled: false,
      queued: false,
      lateStartAllowed: false,
      closed: null,
      attempts: [],
      question: null,
      countdown: null,
      overrides: personsOf(event.overrides),
      runs: new Map(),
    });
    return;
  }
  const entry = deployments.get(number);
  if (!entry) throw new Error(`#${number} has a row of ${event.type} before it was requested`);
  addToEntry(entry, row, planOf);
  const attempt = entry.attempts.at(-1);
  if (attempt) addToAttempt(entry, attempt, row);
  if (endsQuestion.has(event.type)) entry.question = null;
}

function addCountdown(entry: DeploymentEntry, event: Row['event']): void {
  if (event.type === 'rollback_announced' || event.type === 'rollback_snoozed') entry.countdown = event.at;
  if (endsCountdown.has(event.type)) entry.countdown = null;
}

const endsCountdown = new Set(['rollback_kept', 'rollback_requested', 'rollback_failed', 'retry_requested']);

const endsQuestion = new Set([
  'question_answered',
  'attempt_ended',
  'cancelled',
  'rejected',
  'expired',
  'missed',
]);

type Row = Extract<Happening, { is: 'row' }>['row'];

function addToEntry(entry: DeploymentEntry, { event, at }: Row, planOf: (hash: string) => Plan): void {
  const { type } = event;
  if (type === 'approved') entry.approvals.push({ ...event, at });
  if (type === 'glass_broken') entry.glass = event.people;
  if (type === 'question_asked') entry.question = event.question;
  addCountdown(entry, event);
  if (type === 'scheduled') entry.scheduled = true;
  if (type === 'queued') Object.assign(entry, { scheduled: false, queued: true });
  // Somebody asks for the rest of it: it may begin again, though the last time was called off.
  if (type === 'retry_requested') {
    const waits = event.startsAt !== undefined;
    const startsAt = event.startsAt ?? entry.startsAt;
    Object.assign(entry, { queued: !waits, scheduled: waits, closed: null, startsAt });
  }
  if (type === 'cancelled' || type === 'rejected' || type === 'expired' || type === 'missed')
    Object.assign(entry, { closed: type, queued: false, scheduled: false });
  if (type === 'question_answered' && entry.question?.kind === 'missed-start')
    entry.lateStartAllowed = event.choice === 'start';
  if (type === 'plan_changed') {
    const { planHash, expiresAt } = event;
    const plan = planOf(planHash);
    const overrides = personsOf(event.overrides);
    Object.assign(entry, { planHash, plan, expiresAt, overrides, startsAt: null, approvals: [] });
    entry.glass = null;
    Object.assign(entry, { scheduled: false, queued: false });
  }
  if (type === 'attempt_started') {
    entry.queued = false;
    entry.attempts.push(newAttempt(event.attempt, event.servers, at));
  }
}

function personsOf(overrides: FreezeOverride[] = []): number {
  return overrides.reduce((sum, { persons }) => sum + persons, 0);
}

function newAttempt(number: number, servers: string[], startedAt: number): AttemptEntry {
  return {
    number,
    startedAt,
    servers: new Map(servers.map((name) => [name, 'pending'])),
    tasks: new Map(),
    service: new Map(),
    halted: null,
    failures: 0,
    paused: false,
    endsNow: false,
    ended: false,
    putBack: null,
    keptOut: new Set(),
    rollingBack: new Set(),
    drifting: new Set(),
    named: new Map(),
  };
}

const failed = new Set<ServerState>(['error', 'unknown', 'preflight_failed', 'rolled_back']);

function addToAttempt(entry: DeploymentEntry, attempt: AttemptEntry, { event }: Row): void {
  const { type } = event;
  if (type === 'task_intended')
    taskEntry(attempt, event.task).intents.push({ run: event.run, fence: event.fence });
  if (type === 'task_ended') taskEntry(attempt, event.task).end = event.state;
  if (type === 'server_started') attempt.servers.set(event.server, 'deploying');
  if (type === 'rollback_decided') attempt.rollingBack.add(event.server);
  if (type === 'server_ended') endServer(entry, attempt, event);
  if (type === 'service_changed') attempt.service.set(event.member, event.inService);
  if (type === 'stop_requested') attempt.halted ??= 'a person stopped it';
  if (type === 'stop_now_requested') {
    attempt.halted ??= 'a person stopped it at once';
    attempt.endsNow = true;
  }
  if (type === 'paused' || type === 'resumed') attempt.paused = type === 'paused';
  if (type === 'question_answered') answer(entry, attempt, event.choice);
  addHours(entry, attempt, event);
  addPutBack(attempt, event);
  if (type === 'attempt_ended') attempt.ended = true;
}

function endServer(
  { environment }: DeploymentEntry,
  attempt: AttemptEntry,
  { server, state }: { server: string; state: ServerState },
): void {
  if (failed.has(state) && !failed.has(attempt.servers.get(server) ?? 'pending')) attempt.failures += 1;
  attempt.servers.set(server, state);
  attempt.halted ??= haltOf(environment, attempt);
}

function addHours({ environment }: DeploymentEntry, attempt: AttemptEntry, event: Row['event']): void {
  if (event.type === 'window_ended') attempt.halted ??= 'its window has ended';
  if (event.type !== 'group_checked') return;
  for (const { server, found } of event.drift ?? []) {
    attempt.named.set(server, found);
    if (environment.drift !== 'warn') attempt.drifting.add(server);
  }
}

/** What happens after the end: a held member goes back, or is to stay out. */
function addPutBack(attempt: AttemptEntry, event: Row['event']): void {
  if (event.type === 'kept_out') attempt.keptOut.add(event.member);
  if (event.type === 'put_back_started' && attempt.putBack) attempt.putBack.isStarted = true;
  if (event.type === 'put_back_ended') attempt.putBack = null;
  if (event.type !== 'put_back_requested') return;
  attempt.putBack = { member: event.member, task: event.task, isStarted: false };
  attempt.keptOut.delete(event.member);
  const task = taskEntry(attempt, event.task);
  const runs = new Set(task.intents.map(({ run }) => run));
  // However often it was begun before: once more, and no more.
  Object.assign(task, { retries: Math.max(task.retries, runs.size), end: null });
}

function answer(entry: DeploymentEntry, attempt: AttemptEntry, choice: Choice): void {
  const { question } = entry;
  if (!question || (attempt.ended && !attempt.putBack)) return;
  if (choice === 'stop' && !attempt.ended) attempt.halted ??= 'a question was answered with stop';
  if (question.kind === 'drift' && choice === 'resume') attempt.drifting.clear();
  if (question.task === null) return;
  if (choice === 'roll-back' && question.server !== undefined) attempt.rollingBack.add(question.server);
  const task = taskEntry(attempt, question.task);
  if (choice === 'retry') Object.assign(task, { retries: task.retries + 1, end: null });
  else if (choice === 'skip') Object.assign(task, { end: 'warning', passed: 'skip' });
  else if (choice === 'done') Object.assign(task, { end: 'ok', passed: 'done' });
  else if (question.kind === 'manual-step') task.end = 'error';
  else if (task.end === null)
    Object.assign(task, { end: 'unknown', givenUpRun: task.intents.at(-1)?.run ?? 0 });
}

function haltOf({ maxFailures, onServerFailure }: Environment, { failures }: AttemptEntry): string | null {
  if (failures === 0) return null;
  if (maxFailures !== null && 'count' in maxFailures)
    return failures >= maxFailures.count ? `${failures} failures` : null;
  return onServerFailure === 'stop' ? 'a server failed' : null;
}
