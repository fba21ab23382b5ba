import type { BatchStore } from './batches.ts';
import type { DeploymentWrites } from './changes.ts';
import type { DelegationStore } from './delegations.ts';
import type { DeploymentReads } from './deployments.ts';
import type { DueStore } from './due.ts';
import type { FactStore } from './facts.ts';
import type { FileStore } from './files.ts';
import type { GaugeStore } from './gauges.ts';
import type { HomeStore } from './homes.ts';
import type { InboxStore } from './inbox.ts';
import type { InspectionStore } from './inspections.ts';
import type { LeaseStore } from './leases.ts';
import type { LockStore } from './locks.ts';
import type { LogHeadStore } from './log-head.ts';
import type { MessageStore } from './messages.ts';
import type { PropertyStore } from './properties.ts';
import type { RefusedBlockStore } from './refused-blocks.ts';
import type { ServerTimeStore } from './server-times.ts';
import type { SettingsStore } from './settings.ts';

/**
 * The product's memory. Each call is one whole transaction. Rows are the truth for every process:
 * nothing decides from what it remembers. Any call may reject with `StoreUnavailable`.
 */
export interface Store
  extends
    BatchStore,
    DelegationStore,
    DeploymentReads,
    DeploymentWrites,
    DueStore,
    FactStore,
    FileStore,
    GaugeStore,
    HomeStore,
    InboxStore,
    InspectionStore,
    LeaseStore,
    LockStore,
    LogHeadStore,
    MessageStore,
    PropertyStore,
    RefusedBlockStore,
    ServerTimeStore,
    SettingsStore {
  /** Calls back after every commit, in this process; other processes are found by the tick. */
  onCommit(listener: () => void): () => void;
  close(): Promise<void>;
}
