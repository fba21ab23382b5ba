import type { Actor, Via } from '../actor.ts';
import type { Run } from '../attempt/run.ts';
import type { FreezeOverride } from '../configured/hours.ts';
import type { OwnedServers } from '../events/preparation-event.ts';
import type { Question } from '../events/question.ts';
import type { AttemptEnd } from '../events/states.ts';
import type { Warning } from '../verdict.ts';
import type { HandedVote } from './delegation.ts';
import type { Glass } from './glass.ts';
import type { Preparation } from './preparation.ts';

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

/** True when nothing more happens to a deployment unless a person asks for it. */
export function hasEnded(state: DeploymentState): boolean {
  return !['awaiting_approval', 'scheduled', 'queued', 'running', 'paused', 'waiting'].includes(state);
}
