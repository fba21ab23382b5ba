import { mention } from '../actor.ts';
import { startRun } from '../attempt/start-run.ts';
import { isDelegationEvent } from '../events/delegation-event.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import { isGlassEvent } from '../events/glass-event.ts';
import { type Happening, isHappening } from '../events/happening.ts';
import { type Intervention, isIntervention } from '../events/intervention.ts';
import { isPreparation } from '../events/preparation-event.ts';
import { applyToVotes } from './apply-to-votes.ts';
import type { Deployment, DeploymentState } from './deployment.ts';
import { voidGlass } from './glass.ts';
import { prepare } from './preparation.ts';

/** Adds one event to the fold of a deployment, in place. */
export function applyToDeployment(deployment: Deployment, event: DeploymentEvent, at: number): void {
  if (isPreparation(event)) return prepare(deployment.preparation, event, at);
  if (isIntervention(event)) return intervene(deployment, event, at);
  if (isHappening(event)) return meet(deployment, event, at);
  if (isGlassEvent(event) || isDelegationEvent(event)) return applyToVotes(deployment, event, at);
  switch (event.type) {
    case 'requested':
      throw new Error(`#${deployment.number} was requested twice`);
    case 'approved':
      return applyToVotes(deployment, event, at);
    case 'rejected':
      deployment.rejection = { by: event.by, reason: event.reason };
      return end(deployment, 'rejected', `<@${event.by}>`, at);
    case 'scheduled':
      deployment.state = 'scheduled';
      deployment.startsAt = event.startsAt;
      return;
    case 'plan_changed':
      return applyPlanChange(deployment, event, at);
    case 'queued':
      return queue(deployment, at);
    case 'lock_met':
      return meetLock(deployment, event, at);
    case 'lock_lifted':
      deployment.lock = null;
      return;
    case 'expired':
    case 'missed':
      return end(deployment, event.type, event.reason, at);
    case 'question_answered':
      return applyAnswer(deployment, event);
    case 'reminded':
      deployment.remindedFor = event.dueAt ?? deployment.remindedFor;
      return;
    case 'lift_asked':
    case 'restored':
    case 'batch_joined':
    case 'batch_ordered':
    case 'batch_waits':
      return;
  }
}

/** What an attempt met out there. */
function meet(deployment: Deployment, event: Happening, at: number): void {
  switch (event.type) {
    case 'attempt_started':
      return beginAttempt(deployment, event, at);
    case 'question_asked':
      Object.assign(deployment, { state: 'waiting', question: event.question });
      if (event.question.kind === 'no-watcher') deployment.preparation.watch.isAsked = true;
      return;
    case 'server_started':
      deployment.begun.add(event.server);
      return;
    case 'rollback_announced':
      deployment.countdown = { at: event.at, servers: event.servers };
      return;
    case 'rollback_failed':
      deployment.countdown = null;
      return;
    case 'put_back_ended':
      Object.assign(deployment, { state: event.state, question: null });
      return;
    case 'attempt_ended':
      return end(deployment, event.state, event.endedBy, at);
    case 'attempt_resumed':
    case 'group_checked':
    case 'rollback_decided':
    case 'server_ended':
    case 'service_changed':
    case 'put_back_started':
    case 'window_ended':
    case 'task_intended':
    case 'task_found':
    case 'task_told':
    case 'task_ended':
      return;
  }
}

/** What a person did to it. */
function intervene(deployment: Deployment, event: Intervention, at: number): void {
  switch (event.type) {
    case 'cancelled':
      return end(deployment, 'cancelled', mention(event), at);
    case 'retry_requested':
      return retry(deployment, event, at);
    case 'put_back_requested':
      deployment.state = 'running';
      return;
    case 'paused':
      if (deployment.state === 'running') deployment.state = 'paused';
      return;
    case 'resumed':
      if (deployment.state === 'paused') deployment.state = 'running';
      return;
    case 'rollback_snoozed':
      if (deployment.countdown) deployment.countdown.at = event.at;
      return;
    case 'rollback_kept':
      deployment.countdown = null;
      return;
    case 'rollback_requested':
      Object.assign(deployment, { countdown: null, undoneBy: event.deployment });
      return;
    case 'kept_out':
    case 'stop_requested':
    case 'stop_now_requested':
      return;
  }
}

function applyAnswer(
  deployment: Deployment,
  { paused, choice }: Extract<DeploymentEvent, { type: 'question_answered' }>,
): void {
  if (deployment.question?.kind === 'no-watcher') deployment.preparation.watch.isWaived = choice === 'start';
  const going = paused ? 'paused' : 'running';
  const state = deployment.run ? going : 'scheduled';
  Object.assign(deployment, { question: null, state });
}

function retry(
  deployment: Deployment,
  { servers, startsAt }: Extract<DeploymentEvent, { type: 'retry_requested' }>,
  at: number,
): void {
  Object.assign(deployment, { retryServers: servers, endedBy: null, endedAt: null, countdown: null });
  // Chosen by name, it is left out no longer.
  for (const server of servers) deployment.preparation.excluded.delete(server);
  if (startsAt === undefined) queue(deployment, at);
  else Object.assign(deployment, { state: 'scheduled', startsAt });
}

function queue(deployment: Deployment, at: number): void {
  Object.assign(deployment, { state: 'queued', queuedAt: at, lock: null, lockMetAt: null });
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
  at: number,
): void {
  const { votes, earlierPlans, glass, planHash: hash } = deployment;
  Object.assign(deployment, {
    state: 'awaiting_approval',
    votes: [],
    earlierPlans: [...earlierPlans, { hash, endedAt: at, votes, changes: event.changes }],
    glass: voidGlass(glass),
    planHash: event.planHash,
    planChanges: event.changes,
    overrides: event.overrides ?? [],
    owners: event.owners ?? [],
    warnings: event.warnings ?? deployment.warnings,
    startsAt: event.startsAt ?? null,
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
    run: startRun(event, deployment.run),
    retryServers: null,
    startedAt: at,
    lock: null,
    lockMetAt: null,
  });
}
