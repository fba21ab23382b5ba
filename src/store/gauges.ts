import type { DeploymentState } from '../domain/deployment/deployment.ts';
import type { DueKind } from './due.ts';
import type { DeliveryState } from './messages.ts';

/** How much of everything there is at a moment. */
export interface StoreGauges {
  /** Those that have not ended. */
  deployments: { state: DeploymentState; count: number }[];
  /** Messages that Slack does not show as they should be; the kind is the beginning of their keys. */
  outbox: { kind: string; state: DeliveryState; count: number }[];
  /** Since when the oldest of them has waited, epoch milliseconds. */
  oldestUnsaidAt: number | null;
  due: { kind: DueKind; count: number }[];
  oldestDueAt: number | null;
  /** Servers that were asked and have not answered. */
  inspections: number;
  /** Held environments. */
  leases: { environment: string; since: number; heartbeatAt: number }[];
  /** Events in the log. */
  logLength: number;
}

/** How much of everything there is. */
export interface GaugeStore {
  /** How much of everything there is now. Cheap, however old the database is. */
  gauges(): Promise<StoreGauges>;
}
