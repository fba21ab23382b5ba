import type { Environment } from '../../src/domain/environment.ts';
import type { ServerState, TaskEnd } from '../../src/domain/events.ts';
import type { Plan, PlannedTask } from '../../src/domain/plan.ts';
import type { Happening } from './invariant.ts';

/** What the log says of one task in one attempt. */
export interface TaskEntry {
  intents: { run: number; fence: number }[];
  end: TaskEnd | null;
  /** A person decided that it may run again, or that nobody will know. */
  retries: number;
  givenUp: boolean;
}

/** What the log says of one attempt. */
export interface AttemptEntry {
  number: number;
  servers: Map<string, ServerState>;
  tasks: Map<number, TaskEntry>;
  service: Map<string, 'yes' | 'no' | 'held'>;
  /** Why no further server may begin; null while one may. */
  halted: string | null;
  failures: number;
  ended: boolean;
}

/** What the log says of one deployment. */
export interface DeploymentEntry {
  number: number;
  plan: Plan;
  environment: Environment;
  planHash: string;
  requestedBy: string;
  startsAt: number | null;
  expiresAt: number | null;
  approvals: { by: string; planHash: string; at: number }[];
  /** Waits for its hour. */
  scheduled: boolean;
  /** Waits for its environment. */
  queued: boolean;
  /** A person, or the default, let a missed start begin. */
  lateStartAllowed: boolean;
  /** How it ended before any attempt; null while it may still begin. */
  closed: string | null;
  attempts: AttemptEntry[];
  question: { id: string; kind: string; task: number | null } | null;
  /** Runs in the world: `attempt/task` → how each ended; null while it goes on. */
  runs: Map<string, { run: number; exitCode: number | null; open: boolean; fence: number }[]>;
}

/** A small fold of the log and the world, written apart from the product's own. */
export interface Ledger {
  deployments: Map<number, DeploymentEntry>;
  add(happening: Happening): void;
}

/** The attempt of an entry that goes on now; null where none does. */
export function openAttempt(entry: DeploymentEntry | undefined): AttemptEntry | null {
  const attempt = entry?.attempts.at(-1);
  return attempt && !attempt.ended ? attempt : null;
}

/** What is known of a task in an attempt. */
export function taskEntry(attempt: AttemptEntry, task: number): TaskEntry {
  const known = attempt.tasks.get(task);
  if (known) return known;
  const fresh = { intents: [], end: null, retries: 0, givenUp: false };
  attempt.tasks.set(task, fresh);
  return fresh;
}

/** The task that a marker names: `3-install`, `4-enable-web-1`. */
export function taskOfMarker({ plan }: DeploymentEntry, name: string): PlannedTask | undefined {
  const id = Number(name.split('-', 1)[0]);
  return plan.tasks.find((task) => task.id === id);
}

/** Runs of one task in one attempt, in the order of their starts. */
export function runsOf(
  entry: DeploymentEntry,
  attempt: number,
  task: number,
): { run: number; exitCode: number | null; open: boolean; fence: number }[] {
  const key = `${attempt}/${task}`;
  const known = entry.runs.get(key) ?? [];
  entry.runs.set(key, known);
  return known;
}

/** True where every deployment has ended, or waits for approval that nobody gave. */
export function isAtRest({ deployments }: Ledger): boolean {
  return [...deployments.values()].every(({ attempts, closed, queued, approvals, environment }) => {
    if (closed !== null) return true;
    const needed = environment.approval?.rules[0]?.required ?? 0;
    if (attempts.length === 0 && approvals.length < needed) return true;
    return !queued && (attempts.at(-1)?.ended ?? false);
  });
}

/** An empty ledger; plans are found by their hash. */
export function createLedger(plans: ReadonlyMap<string, Plan>): Ledger {
  const planOf = (hash: string): Plan => {
    const plan = plans.get(hash);
    if (!plan) throw new Error(`a row names the plan ${hash}, which nobody made`);
    return plan;
  };
  const deployments = new Map<number, DeploymentEntry>();
  return {
    deployments,
    add: (happening) => {
      if (happening.is === 'world') addWorld(deployments, happening);
      if (happening.is === 'row') addRow(deployments, happening, planOf);
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
      scheduled: false,
      queued: false,
      lateStartAllowed: false,
      closed: null,
      attempts: [],
      question: null,
      runs: new Map(),
    });
    return;
  }
  const entry = deployments.get(number);
  if (!entry) throw new Error(`#${number} has a row of ${event.type} before it was requested`);
  addToEntry(entry, row, planOf);
  const attempt = entry.attempts.at(-1);
  if (attempt) addToAttempt(entry, attempt, row);
}

type Row = Extract<Happening, { is: 'row' }>['row'];

function addToEntry(entry: DeploymentEntry, { event, at }: Row, planOf: (hash: string) => Plan): void {
  const { type } = event;
  if (type === 'approved') entry.approvals.push({ by: event.by, planHash: event.planHash, at });
  if (type === 'scheduled') entry.scheduled = true;
  if (type === 'queued') Object.assign(entry, { scheduled: false, queued: true });
  if (type === 'retry_requested') entry.queued = true;
  if (type === 'cancelled' || type === 'rejected' || type === 'expired' || type === 'missed')
    entry.closed = type;
  if (type === 'question_answered' && entry.question?.kind === 'missed-start')
    entry.lateStartAllowed = event.choice === 'start';
  if (type === 'plan_changed') {
    const { planHash, expiresAt } = event;
    const plan = planOf(planHash);
    Object.assign(entry, { planHash, plan, expiresAt, startsAt: null, approvals: [] });
    Object.assign(entry, { scheduled: false, queued: false });
  }
  if (type === 'attempt_started') {
    entry.queued = false;
    entry.attempts.push(newAttempt(event.attempt, event.servers));
  }
}

function newAttempt(number: number, servers: string[]): AttemptEntry {
  return {
    number,
    servers: new Map(servers.map((name) => [name, 'pending'])),
    tasks: new Map(),
    service: new Map(),
    halted: null,
    failures: 0,
    ended: false,
  };
}

const failed = new Set<ServerState>(['error', 'unknown', 'preflight_failed']);

function addToAttempt(entry: DeploymentEntry, attempt: AttemptEntry, { event }: Row): void {
  const { type } = event;
  if (type === 'task_intended')
    taskEntry(attempt, event.task).intents.push({ run: event.run, fence: event.fence });
  if (type === 'task_ended') taskEntry(attempt, event.task).end = event.state;
  if (type === 'server_started') attempt.servers.set(event.server, 'deploying');
  if (type === 'server_ended') endServer(entry, attempt, event);
  if (type === 'service_changed') attempt.service.set(event.member, event.inService);
  if (type === 'stop_requested') attempt.halted ??= 'a person stopped it';
  if (type === 'question_asked') entry.question = event.question;
  if (type === 'question_answered') answer(entry, attempt, event.choice);
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

function answer(entry: DeploymentEntry, attempt: AttemptEntry, choice: string): void {
  const { question } = entry;
  entry.question = null;
  if (!question || attempt.ended) return;
  if (choice === 'stop') attempt.halted ??= 'a question was answered with stop';
  if (question.task === null) return;
  const task = taskEntry(attempt, question.task);
  if (choice === 'retry') task.retries += 1;
  else Object.assign(task, { end: 'unknown', givenUp: true });
}

function haltOf({ maxFailures, onServerFailure }: Environment, { failures }: AttemptEntry): string | null {
  if (failures === 0) return null;
  if (maxFailures !== null && 'count' in maxFailures)
    return failures >= maxFailures.count ? `${failures} failures` : null;
  return onServerFailure === 'stop' ? 'a server failed' : null;
}
