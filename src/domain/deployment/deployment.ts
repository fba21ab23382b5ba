import type { Actor, Via } from '../actor.ts';
import { applyToRun } from '../attempt/apply-to-run.ts';
import type { Run } from '../attempt/run.ts';
import type { FreezeOverride } from '../configured/hours.ts';
import type { DeploymentEvent, StoredEvent } from '../events/deployment-event.ts';
import type { OwnedServers } from '../events/preparation-event.ts';
import type { Question } from '../events/question.ts';
import type { AttemptEnd } from '../events/states.ts';
import type { Warning } from '../verdict.ts';
import { applyToDeployment } from './apply-to-deployment.ts';
import type { HandedVote } from './delegation.ts';
import { type Glass, wholeGlass } from './glass.ts';
import { noPreparation, type Preparation } from './preparation.ts';

/** Where a deployment stands; the last line are the end states of its latest attempt. */
export type DeploymentState =
  | 'awaiting_approval'
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'paused'
  | 'waiting'
  | 'rejected'
  | 'expired'
  | 'missed'
  | AttemptEnd;

/** One person's approval of one plan. */
export interface Vote {
  by: string;
  /** The approver whose vote it is, where they handed it over; absent: their own. */
  for?: string;
  roles: string[];
  at: number;
}

/** A plan that is not in force any more, with who had approved it. */
export interface EarlierPlan {
  hash: string;
  /** When another one took its place. */
  endedAt: number;
  votes: Vote[];
  /** What changed then, a line each. */
  changes: string[];
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
  /** Every plan before this one, oldest first. */
  earlierPlans: EarlierPlan[];
  handedVotes: HandedVote[];
  glass: Glass;
  /** What it takes, beside the usual approval, to start inside a freeze; empty where it lies in none. */
  overrides: FreezeOverride[];
  /** Who owns the planned servers; servers without an owner are nobody's. */
  owners: OwnedServers[];
  /** What was accepted with the request, or with the approval of a changed plan; null where the log does not say. */
  warnings: Warning[] | null;
  rejection: { by: string; reason: string } | null;
  /** The way by which it was asked for. */
  requestedVia: Via | undefined;
  /** The lock it waits behind; null while its environment is open. */
  lock: ({ reason: string; since: number } & Actor) | null;
  /** When it was queued last, epoch milliseconds; null: it never was. */
  queuedAt: number | null;
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
  /** Servers that were begun in any attempt. */
  begun: Set<string>;
  /** When what failed is rolled back by itself, epoch milliseconds, and what that is; null while nothing is counting down. */
  countdown: { at: number; servers: string[] } | null;
  /** The deployment that undoes this one. */
  undoneBy: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** What was rehearsed, asked and left out around its start. */
  preparation: Preparation;
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
    warnings: event.warnings ?? null,
    expiresAt: event.expiresAt,
    zone: event.zone,
    planHash: event.planHash,
    votes: [],
    planChanges: [],
    earlierPlans: [],
    handedVotes: [],
    glass: wholeGlass,
    overrides: event.overrides ?? [],
    owners: event.owners ?? [],
    rejection: null,
    requestedVia: event.via,
    lock: null,
    queuedAt: null,
    lockMetAt: null,
    remindedFor: null,
    endedBy: null,
    question: null,
    attempt: 0,
    run: null,
    retryServers: null,
    begun: new Set(),
    countdown: null,
    undoneBy: null,
    startedAt: null,
    endedAt: null,
    preparation: noPreparation(),
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

/** True when nothing more happens to a deployment unless a person asks for it. */
export function hasEnded(state: DeploymentState): boolean {
  return !['awaiting_approval', 'scheduled', 'queued', 'running', 'paused', 'waiting'].includes(state);
}
