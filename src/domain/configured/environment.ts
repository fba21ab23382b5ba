import type { ApprovalRule } from './approval-rule.ts';
import type { Scripts } from './balancer-scripts.ts';
import type { Connection, Value } from './connection.ts';
import type { Manager, Payload, SharedCache, Sync } from './denodo.ts';
import type { Freeze, OnMissed, WatchRule, Window } from './hours.ts';
import type { QuestionRule, RollbackRule, Runbook } from './runbook.ts';

/** What is deployed to. `opcon` is not executed by this version: it loads, and is refused when requested. */
export type SystemName = 'command' | 'denodo' | 'denodo-solution-manager' | 'opcon';

/** One server of a cluster, in deployment order. */
export interface Server {
  name: string;
  role: string;
  enabled: boolean;
  connection: Connection;
  /** Load balancing variables of this server; `name`, `host` and `port` are always there. */
  variables: Record<string, Value>;
  properties: Record<string, Value>;
  owner: string | null;
  standby: boolean;
}

/** A named group of servers, in deployment order. */
export interface Cluster {
  name: string;
  enabled: boolean;
  variables: Record<string, Value>;
  properties: Record<string, Value>;
  servers: Server[];
}

/** How the main role's members leave the balancer together. */
export type Strategy = 'one-by-one' | 'half-by-half';

/** Waves: clusters one after another, the servers of a cluster at once, each leaving the balancer by itself (I-20). */
export interface Parallel {
  /** How many servers of a cluster are under way at once. */
  perCluster: number;
  clustersInFlight: number;
  /** Waits for a person before a cluster that had to wait for another one. */
  pauseBetweenClusters: boolean;
}

/** One environment with every default applied; a plan freezes the whole of it. */
export interface Environment {
  name: string;
  kind: string;
  system: SystemName;
  timezone: string;
  channel: string;
  deploymentsEnabled: boolean;
  paradigm: 'simple' | 'online';
  topology: 'single-cluster' | 'several-clusters';
  serverStrategy: Strategy | null;
  clusterStrategy: Strategy | null;
  /** Null where members leave the balancer in groups, by strategy. */
  parallel: Parallel | null;
  /** Members of the group level that stay in service; null means the default (1 online, 0 simple). */
  minInService: number | null;
  onServerFailure: 'stop' | 'continue';
  /** A count or a percentage over the whole run; null where only `onServerFailure` counts. */
  maxFailures: { count: number } | { percent: number } | null;
  whenBusy: 'queue' | 'refuse';
  questions: QuestionRule;
  /** What happens where a server runs something else than a deployment left there; null where nobody looks. */
  drift: 'ask' | 'stop' | 'warn' | null;
  /** Null where no runbook restores a server. */
  rollback: RollbackRule | null;
  approval: ApprovalRule | null;
  schedule: { graceMinutes: number; onMissed: OnMissed; remindMinutes: number[] };
  /** True where every runbook must back up first, unless it says `backup: none`. */
  backupBefore: boolean;
  /** What a failed backup after the deployment means; null where none is made. */
  backupAfter: { onFailure: 'warn' | 'stop' } | null;
  /** Null where caches are left alone. */
  sharedCache: SharedCache | null;
  /** For whatever gives no time of its own. */
  stepTimeoutSeconds: number;
  /** Whether a deployment that no backup could undo is refused, or has to be accepted; null where neither. */
  requireBackup: 'require' | 'confirm' | null;
  windows: Window[];
  freezes: Freeze[];
  /** Who watches what starts outside these hours; absent: nobody needs to. */
  watcher?: WatchRule;
  /** Minutes before the start at which every server is looked at; absent: never. */
  rehearsal?: { minutesBefore: number[] };
  /** Owners are asked so long before the start, and what no answer means; absent: they are not asked. */
  ownerConsent?: { minutesBefore: number; silence: 'yes' | 'no' };
  properties: Record<string, Value>;
  payloads: Payload[];
  runbooks: Record<string, Runbook>;
  scripts: Scripts;
  /** Read-only line that prints what runs on a server now; null where none is configured. */
  readBack: { run: string; timeoutSeconds: number } | null;
  sync: Sync[];
  /** Null for every other system than `denodo-solution-manager`. */
  manager: Manager | null;
  clusters: Cluster[];
  /** Configured keys of this environment that this version does not execute; a request is refused with them. */
  notExecuted: string[];
}
