import type { DeploymentSummary } from './deployments.ts';

/** A held environment. */
export interface Lease {
  environment: string;
  deployment: number;
  /** The process that holds it. */
  holder: string;
  fence: number;
  since: number;
  heartbeatAt: number;
}

/** Asks for the environment's lease for a deployment. */
export interface Claim {
  deployment: number;
  holder: string;
  at: number;
  /** A lease whose heartbeat is older than this instant belongs to nobody any more. */
  staleBefore: number;
  /** One whose heartbeat is later than this instant was written by a clock that was set back; absent: never. */
  staleAfter?: number;
}

/** Who deploys in which environment now. */
export interface LeaseStore {
  /**
   * Queued deployments whose environment is free and open, and running ones whose lease belongs to nobody any more:
   * oldest first, those of one batch in its order.
   */
  claimable(staleBefore: number, staleAfter?: number): Promise<DeploymentSummary[]>;
  /** Takes the lease with a higher token; null when the environment is held or closed, or the deployment needs no executor. */
  claim(claim: Claim): Promise<Lease | null>;
  /** False when the token is stale: the holder must stop at once. */
  heartbeat(environment: string, fence: number, at: number): Promise<boolean>;
  lease(environment: string): Promise<Lease | null>;
  leases(): Promise<Lease[]>;
}
