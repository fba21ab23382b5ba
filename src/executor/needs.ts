import type { Logger } from 'pino';

import type { Balancer } from '../balancer/balancer.ts';
import type { Reach } from '../domain/fault-point.ts';
import type { Lease } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
import type { System } from '../systems/system.ts';
import type { InspectingNeeds } from './inspect-asked.ts';
import type { RehearsingNeeds } from './rehearse-servers.ts';
import type { Shares } from './shares.ts';

/** What the executor is built with. */
export interface ExecutorNeeds {
  store: Store;
  system: System;
  balancer: Balancer;
  now: () => number;
  shares: Shares;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  reach: Reach;
  /** Unique to this process: it holds the leases. */
  holder: string;
  /** The last checks before a queued deployment begins; false when it may not, with everything already written. */
  admitIfQueued: (lease: Lease) => Promise<boolean>;
  /** A lease without a heartbeat for this long belongs to nobody, in milliseconds. */
  leaseMs: number;
  /** What people ask of servers before a deployment; absent where nobody does. */
  asked?: Pick<InspectingNeeds, 'system' | 'planToInspect'>;
  /** What runbooks look at before the hour; absent where nobody asks for it. */
  rehearsed?: Pick<RehearsingNeeds, 'system' | 'wantedChecks' | 'recordCheck'>;
}
