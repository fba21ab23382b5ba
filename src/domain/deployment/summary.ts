import { isDelegationEvent } from '../events/delegation-event.ts';
import type { DeploymentEvent, StoredEvent } from '../events/deployment-event.ts';
import { isGlassEvent } from '../events/glass-event.ts';
import { type Happening, isHappening } from '../events/happening.ts';
import { type Intervention, isIntervention } from '../events/intervention.ts';
import { isPreparation } from '../events/preparation-event.ts';
import type { DeploymentState } from './deployment.ts';

/** The few facts of a deployment that a list shows: a smaller fold of the same log as `foldDeployment`. */
export interface Standing {
  state: DeploymentState;
  version: number;
  attempt: number;
  /** Epoch milliseconds; null: as soon as it is approved. */
  startsAt: number | null;
  endedAt: number | null;
  planHash: string;
}

/** Where a deployment stands after its first event; throws on any other than `requested`. */
export function firstStanding(stored: StoredEvent): Standing {
  const { event, version } = stored;
  if (event.type !== 'requested')
    throw new Error(`the log of #${stored.deployment} begins with ${event.type} instead of requested`);
  return {
    state: 'awaiting_approval',
    version,
    attempt: 0,
    startsAt: event.startsAt,
    endedAt: null,
    planHash: event.planHash,
  };
}

/** Where a deployment stands after its next event. */
export function summarize(standing: Standing, stored: StoredEvent): Standing {
  if (stored.version !== standing.version + 1)
    throw new Error(`event ${stored.version} of #${stored.deployment} does not follow ${standing.version}`);
  return { ...standing, version: stored.version, ...changes(standing, stored) };
}

function changes(standing: Standing, { deployment, event, at }: StoredEvent): Partial<Standing> {
  if (isPreparation(event)) return {};
  if (isHappening(event)) return changedByAttempt(event, at);
  if (isIntervention(event)) return changedByPerson(standing, event, at);
  if (isGlassEvent(event) || isDelegationEvent(event)) return {};
  switch (event.type) {
    case 'requested':
      throw new Error(`#${deployment} was requested twice`);
    case 'scheduled':
      return { state: 'scheduled', startsAt: event.startsAt };
    case 'plan_changed':
      return { state: 'awaiting_approval', planHash: event.planHash, startsAt: event.startsAt ?? null };
    case 'queued':
      return { state: 'queued' };
    case 'question_answered':
      return { state: standing.attempt > 0 ? (event.paused ? 'paused' : 'running') : 'scheduled' };
    case 'rejected':
    case 'expired':
    case 'missed':
      return { state: event.type, endedAt: at };
    case 'approved':
    case 'lock_met':
    case 'lock_lifted':
    case 'reminded':
    case 'lift_asked':
    case 'restored':
    case 'batch_joined':
    case 'batch_ordered':
    case 'batch_waits':
      return {};
  }
}

function changedByAttempt(event: Happening, at: number): Partial<Standing> {
  if (event.type === 'attempt_started') return { state: 'running', attempt: event.attempt };
  if (event.type === 'attempt_ended') return { state: event.state, endedAt: at };
  if (event.type === 'put_back_ended') return { state: event.state };
  return event.type === 'question_asked' ? { state: 'waiting' } : {};
}

function changedByPerson({ state }: Standing, event: Intervention, at: number): Partial<Standing> {
  switch (event.type) {
    case 'cancelled':
      return { state: 'cancelled', endedAt: at };
    case 'retry_requested':
      return event.startsAt === undefined
        ? { state: 'queued', endedAt: null }
        : { state: 'scheduled', startsAt: event.startsAt, endedAt: null };
    case 'put_back_requested':
      return { state: 'running' };
    case 'paused':
      return state === 'running' ? { state: 'paused' } : {};
    case 'resumed':
      return state === 'paused' ? { state: 'running' } : {};
    case 'stop_requested':
    case 'stop_now_requested':
    case 'kept_out':
    case 'rollback_snoozed':
    case 'rollback_kept':
    case 'rollback_requested':
      return {};
  }
}

const known: Record<DeploymentEvent['type'], true> = {
  requested: true,
  approved: true,
  rejected: true,
  scheduled: true,
  reminded: true,
  lift_asked: true,
  plan_changed: true,
  queued: true,
  lock_met: true,
  lock_lifted: true,
  expired: true,
  missed: true,
  cancelled: true,
  stop_requested: true,
  stop_now_requested: true,
  paused: true,
  resumed: true,
  retry_requested: true,
  attempt_started: true,
  attempt_resumed: true,
  group_checked: true,
  server_started: true,
  task_intended: true,
  task_found: true,
  task_told: true,
  task_ended: true,
  rollback_decided: true,
  server_ended: true,
  service_changed: true,
  put_back_requested: true,
  kept_out: true,
  rollback_announced: true,
  rollback_failed: true,
  rollback_snoozed: true,
  rollback_kept: true,
  rollback_requested: true,
  put_back_started: true,
  put_back_ended: true,
  question_asked: true,
  question_answered: true,
  window_ended: true,
  restored: true,
  batch_joined: true,
  batch_ordered: true,
  batch_waits: true,
  attempt_ended: true,
  glass_asked: true,
  glass_joined: true,
  glass_broken: true,
  glass_lapsed: true,
  glass_reminded: true,
  glass_seen: true,
  vote_delegated: true,
  vote_taken_back: true,
  servers_excluded: true,
  servers_included: true,
  rehearsal_asked: true,
  server_checked: true,
  rehearsed: true,
  owners_asked: true,
  owner_agreed: true,
  watcher_asked: true,
  watch_taken: true,
  watch_offered: true,
};

/** True when this version of the program knows such an event: a log may have been written by a newer one. */
export function isEventType(type: string): type is DeploymentEvent['type'] {
  return Object.hasOwn(known, type);
}
