import { type Actor, mention, type Via } from './actor.ts';
import type { FreezeOverride } from './environment.ts';
import type { AttemptEnd, DeploymentEvent, Question, StoredEvent } from './events.ts';
import { applyToRun, type Run, startRun } from './run.ts';

/** Where a deployment stands; the last line are the end states of its latest attempt. */
export type DeploymentState =
  | 'awaiting_approval'
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'waiting'
  | 'rejected'
  | 'expired'
  | 'missed'
  | AttemptEnd;

/** One person's approval of one plan. */
export interface Vote {
  by: string;
  roles: string[];
  at: number;
}

/** A deployment, folded from its events. */
export interface Deployment {
  number: number;
  version: number;
  state: DeploymentState;
  requestedBy: string;
  requestedAt: number;
  reason: string;
  /** Epoch milliseconds; null: as soon as it is approved. */
  startsAt: number | null;
  /** When it expires unless approved. */
  expiresAt: number | null;
  zone: string;
  planHash: string;
  votes: Vote[];
  /** What changed between the approved plan and today's, when that voided an approval. */
  planChanges: string[];
  /** What it takes, beside the usual approval, to start inside a freeze; empty where it lies in none. */
  overrides: FreezeOverride[];
  rejection: { by: string; reason: string } | null;
  /** The way by which it was asked for. */
  requestedVia: Via | undefined;
  /** The lock it waits behind; null while its environment is open. */
  lock: ({ reason: string; since: number } & Actor) | null;
  /** When it first waited for a lock since it was queued; null: it did not. */
  lockMetAt: number | null;
  /** The latest due row that a reminder answered, epoch milliseconds. */
  remindedFor: number | null;
  /** Why it ended without or after running, in words; null while it goes on. */
  endedBy: string | null;
  /** What only a person can answer now. */
  question: Question | null;
  attempt: number;
  run: Run | null;
  /** Servers of the next attempt, when a person asked to deploy the rest. */
  retryServers: string[] | null;
  startedAt: number | null;
  endedAt: number | null;
}

/** Folds a whole log; an empty one is no deployment. */
export function foldDeployment(events: StoredEvent[]): Deployment | null {
  const [first, ...rest] = events;
  if (!first || first.event.type !== 'requested') return null;
  const deployment = begin(first, first.event);
  for (const stored of rest) applyEvent(deployment, stored);
  return deployment;
}

function begin(stored: StoredEvent, event: Extract<DeploymentEvent, { type: 'requested' }>): Deployment {
  return {
    number: stored.deployment,
    version: stored.version,
    state: 'awaiting_approval',
    requestedBy: event.by,
    requestedAt: stored.at,
    reason: event.reason,
    startsAt: event.startsAt,
    expiresAt: event.expiresAt,
    zone: event.zone,
    planHash: event.planHash,
    votes: [],
    planChanges: [],
    overrides: event.overrides ?? [],
    rejection: null,
    requestedVia: event.via,
    lock: null,
    lockMetAt: null,
    remindedFor: null,
    endedBy: null,
    question: null,
    attempt: 0,
    run: null,
    retryServers: null,
    startedAt: null,
    endedAt: null,
  };
}

/** Adds the next event of the log to a fold, in place. */
export function applyEvent(deployment: Deployment, stored: StoredEvent): void {
  if (stored.version !== deployment.version + 1)
    throw new Error(`event ${stored.version} of #${deployment.number} does not follow ${deployment.version}`);
  deployment.version = stored.version;
  if (deployment.run) applyToRun(deployment.run, stored.event, stored.at);
  applyToDeployment(deployment, stored.event, stored.at);
}

function applyToDeployment(deployment: Deployment, event: DeploymentEvent, at: number): void {
  switch (event.type) {
    case 'requested':
      throw new Error(`#${deployment.number} was requested twice`);
    case 'approved':
      deployment.votes.push({ by: event.by, roles: event.roles, at });
      return;
    case 'rejected':
      deployment.rejection = { by: event.by, reason: event.reason };
      return end(deployment, 'rejected', `<@${event.by}>`, at);
    case 'scheduled':
      deployment.state = 'scheduled';
      deployment.startsAt = event.startsAt;
      return;
    case 'reminded':
      deployment.remindedFor = event.dueAt ?? deployment.remindedFor;
      return;
    case 'plan_changed':
      return applyPlanChange(deployment, event);
    case 'queued':
      return queue(deployment);
    case 'lock_met':
      return meetLock(deployment, event, at);
    case 'lock_lifted':
      deployment.lock = null;
      return;
    case 'expired':
    case 'missed':
      return end(deployment, event.type, event.reason, at);
    case 'cancelled':
      return end(deployment, 'cancelled', mention(event), at);
    case 'retry_requested':
      return retry(deployment, event);
    case 'attempt_started':
      return beginAttempt(deployment, event, at);
    case 'question_asked':
      Object.assign(deployment, { state: 'waiting', question: event.question });
      return;
    case 'question_answered':
      Object.assign(deployment, { question: null, state: deployment.run ? 'running' : 'scheduled' });
      return;
    case 'attempt_ended':
      return end(deployment, event.state, event.endedBy, at);
    case 'attempt_resumed':
    case 'group_checked':
    case 'restored':
    case 'server_started':
    case 'server_ended':
    case 'service_changed':
    case 'stop_requested':
    case 'task_intended':
    case 'task_found':
    case 'task_ended':
    case 'window_ended':
      return;
  }
}

function retry(
  deployment: Deployment,
  { servers, startsAt }: Extract<DeploymentEvent, { type: 'retry_requested' }>,
): void {
  Object.assign(deployment, { retryServers: servers, endedBy: null, endedAt: null });
  if (startsAt === undefined) queue(deployment);
  else Object.assign(deployment, { state: 'scheduled', startsAt });
}

function queue(deployment: Deployment): void {
  Object.assign(deployment, { state: 'queued', lock: null, lockMetAt: null });
}

function meetLock(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'lock_met' }>,
  at: number,
): void {
  const { by, via, reason, since } = event;
  deployment.lock = { by, via, reason, since };
  deployment.lockMetAt ??= at;
}

function end(deployment: Deployment, state: DeploymentState, endedBy: string, at: number): void {
  Object.assign(deployment, { state, endedBy, endedAt: at, lock: null, question: null });
}

/** The signed plan is gone: earlier approvals count no more. */
function applyPlanChange(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'plan_changed' }>,
): void {
  Object.assign(deployment, {
    state: 'awaiting_approval',
    votes: [],
    planHash: event.planHash,
    planChanges: event.changes,
    overrides: event.overrides ?? [],
    startsAt: null,
    lock: null,
    lockMetAt: null,
    expiresAt: event.expiresAt,
  });
}

function beginAttempt(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'attempt_started' }>,
  at: number,
): void {
  Object.assign(deployment, {
    state: 'running',
    attempt: event.attempt,
    run: startRun(event.attempt, event.fence, event.servers),
    retryServers: null,
    startedAt: at,
    lock: null,
    lockMetAt: null,
  });
}

/** True when nothing more happens to a deployment unless a person asks for it. */
export function hasEnded(state: DeploymentState): boolean {
  return !['awaiting_approval', 'scheduled', 'queued', 'running', 'waiting'].includes(state);
}

/** What a retry deploys: everything of the last attempt that did not end well, by name and in order (law 11). */
export function remainingServers(deployment: Deployment): string[] {
  if (!deployment.run) return [];
  return [...deployment.run.servers].filter(([, server]) => server.state !== 'ok').map(([name]) => name);
}
