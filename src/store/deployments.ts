import type { DeploymentState } from '../domain/deployment/deployment.ts';
import type { StoredEvent } from '../domain/events/deployment-event.ts';
import type { Plan } from '../domain/plan/plan.ts';

/** What a list shows of a deployment without reading its log. */
export interface DeploymentSummary {
  number: number;
  environment: string;
  /** `customer360@2` or `shop@2, shop@3`. */
  title: string;
  state: DeploymentState;
  version: number;
  attempt: number;
  requestedBy: string;
  requestedAt: number;
  startsAt: number | null;
  endedAt: number | null;
  channel: string;
  planHash: string;
}

/** What is read of deployments. */
export interface DeploymentReads {
  summary(deployment: number): Promise<DeploymentSummary | null>;
  /** The newest first; all where no filter is given. `before` asks for those with lower numbers. */
  list(filter: {
    environment?: string;
    states?: DeploymentState[];
    limit: number;
    before?: number;
  }): Promise<DeploymentSummary[]>;
  plan(hash: string): Promise<Plan | null>;
  /** Events with a version above `version`, in order. */
  eventsAfter(deployment: number, version: number): Promise<StoredEvent[]>;
}
