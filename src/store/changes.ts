import type { EnvironmentLock } from '../domain/deployment/lock.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { JoinedBatch } from './batches.ts';
import type { DueChange } from './due.ts';
import type { InboxAnswer } from './inbox.ts';

/** A deployment to be written: its first events, its frozen plan, and when its batch is due. */
export interface NewDeployment {
  environment: string;
  title: string;
  channel: string;
  plan: Plan;
  planHash: string;
  /** Redelivered requests carry the same key and find the deployment that exists. */
  requestKey: string;
  requestedBy: string;
  /** The hour of the batch; null: as soon as it is approved. */
  startsAt: number | null;
  zone: string;
  typed: string | null;
  at: number;
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
  /** Refuses with `too-many` when this person has already made this many requests since the instant. */
  quota: { since: number; limit: number } | null;
  /** What is written into the log of another deployment in the same moment, or nothing of both. */
  alongside?: Alongside;
  /** The batch that it enters, as its last; absent: it gets one of its own. */
  joins?: JoinedBatch;
}

/** A change to a deployment that the new one is about. */
export interface Alongside {
  deployment: number;
  /** The version the decision was made on. */
  expectedVersion: number;
  /** Given the number of the new deployment. */
  events: (created: number) => [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
}

/** How a request came out. `stale`: somebody changed the deployment that it is about, decide again. */
export type CreateOutcome = { number: number; existed: boolean } | { tooMany: number } | { stale: true };

/** A change to one deployment, written whole or not at all. */
export interface Change {
  deployment: number;
  /** The version the decision was made on; null for facts that hold whatever else was written meanwhile. */
  expectedVersion: number | null;
  /** The lease's token; a stale one is refused (law 7, law 8). Null for decisions of people. */
  fence: number | null;
  at: number;
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due?: DueChange[];
  /** Frees the environment's lease together with the events, if this deployment holds it. */
  releaseLease?: boolean;
  /** A new frozen plan, when the old one was voided. */
  plan?: { plan: Plan; hash: string };
  inbox?: InboxAnswer;
  /** Closes the environment together with the events, unless it is closed already. */
  lock?: EnvironmentLock;
  /** Stale where the deployment does not hold this member out of service. */
  ifHeld?: string;
}

/**
 * How a commit came out. `stale`: somebody wrote first, load again. `fenced`: another owner holds the lease.
 * `locked`: an attempt was to begin in an environment that a person closed meanwhile.
 */
export type CommitOutcome =
  | { ok: true; version: number }
  | { ok: false; why: 'stale' | 'fenced' | 'locked' | 'unknown-deployment' };

/** What is written about deployments. */
export interface DeploymentWrites {
  createDeployment(request: NewDeployment): Promise<CreateOutcome>;
  commit(change: Change): Promise<CommitOutcome>;
}
