import type { BatchChange } from '../domain/batch/batch.ts';
import type { BatchOnFailure } from '../domain/batch/on-failure.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { DeploymentSummary } from './deployments.ts';

/** A batch as it was looked at: if somebody changed it since, nothing is written. */
export interface JoinedBatch {
  batch: number;
  version: number;
}

/** A dated list, and what stands on it. */
export interface Batch {
  id: number;
  /** Its hour, epoch milliseconds; null: none, as soon as may be. */
  startsAt: number | null;
  zone: string;
  version: number;
  onFailure: BatchOnFailure;
  /** Null: it is as it was made. */
  changed: BatchChange | null;
  /** In order. */
  deployments: DeploymentSummary[];
}

/** Another order of a batch, decided on one version of it. */
export interface BatchOrder {
  batch: number;
  version: number;
  /** Every deployment of the batch, by number. */
  order: number[];
  onFailure: BatchOnFailure;
  by: string;
  at: number;
  /** What is written into the logs of those that it concerns. */
  events: Map<number, [DeploymentEvent, ...DeploymentEvent[]]>;
}

/** Dated lists of deployments, and their order. */
export interface BatchStore {
  /** The batch on which a deployment stands; null where there is no such deployment. */
  batchOf(deployment: number): Promise<Batch | null>;
  /** Batches whose hour lies within a span, both ends included, by their hour. */
  batchesBetween(from: number, to: number): Promise<Batch[]>;
  /** Gives a batch another order; false when somebody changed it since, or the order is not of what stands on it. */
  orderBatch(order: BatchOrder): Promise<boolean>;
}
