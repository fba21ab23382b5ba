/** A value that is read when it is needed and never stored: only its name stands in plans, hashes and rows. */
export type SecretReference = { env: string } | { file: string };

/** A configured value: written in the file, or a secret read at the moment of use. */
export type Value = string | SecretReference;

/** What is deployed to. `opcon` is not executed by this version: it loads, and is refused when requested. */
export type SystemName = 'command' | 'denodo' | 'denodo-solution-manager' | 'opcon';

/** How the executor reaches one server, with templates expanded and relative paths made absolute. */
export type Connection =
  | { driver: 'local'; workDirectory: string }
  | {
      driver: 'ssh';
      host: string;
      port: number;
      user: string;
      privateKey: SecretReference;
      /** The pinned public key (`ssh-ed25519 AAAA…`) or a known_hosts file; there is no accept-new. */
      pin: { hostKey: string } | { knownHosts: string };
      shell: 'sh' | 'powershell';
      workDirectory: string;
      keepRevisions: number;
    }
  | {
      driver: 'postgres';
      host: string;
      port: number;
      database: string;
      user: string;
      password: SecretReference | null;
      tls: TlsRule;
    }
  | {
      driver: 'http';
      /** Without a slash at its end. */
      baseUrl: string;
      user: string | null;
      password: SecretReference | null;
      tls: TlsRule;
      /** The system's own settings, such as the address of the Scheduler behind its web container. */
      options: Record<string, string | number | boolean>;
    };

/** How a client trusts its server; nothing is encrypted without a check of the certificate. */
export interface TlsRule {
  verify: boolean;
  /** File of the authority that is trusted instead of the usual ones; absolute. */
  ca: string | null;
}

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

/** One ordered argument of a balancer script: a variable of the server or cluster, or a literal. */
export type ScriptArgument = { variable: string } | { literal: Value };

/** A balancer script: an absolute path and its ordered arguments, run without a shell. */
export interface Script {
  run: string;
  args: ScriptArgument[];
  timeoutSeconds: number;
  idempotent: boolean;
}

/** The scripts that take members out of the load balancer and put them back; null where none is configured. */
export interface Scripts {
  disableServer: Script | null;
  enableServer: Script | null;
  statusServer: Script | null;
  disableCluster: Script | null;
  enableCluster: Script | null;
  statusCluster: Script | null;
}

/** What a step is for; `apply` changes the server, `verify` only looks. */
export type StepKind = 'apply' | 'verify' | 'backup' | 'verify-backup' | 'rollback';

/** One `/bin/sh -c` line of a runbook; features this version does not execute are listed in `notExecuted`. */
export interface Step {
  id: string;
  run: string;
  kind: StepKind;
  timeoutSeconds: number;
  idempotent: boolean;
  /** A read-only line: when it ends with 0 the step is already right and is skipped. */
  unless: string | null;
  component: string | null;
  /** A resource of `limits.shares` that it uses, and how many steps may use it at once; null where it uses none. */
  share: { name: string; atOnce: number } | null;
  /** What a person does and confirms; null where the step is no work of a person. */
  manual: string | null;
  /** Who is told, and nothing is run: the server's owner, or a Slack user; null where nobody is. */
  notify: string | null;
  /** What a failure means: the server's end, or a question. */
  onError: 'stop' | 'ask';
  /** Until when its question waits, and what is done without an answer. */
  question: QuestionRule;
  /** Configured for this step but not executed by this version, in words (`reboot`, …). */
  notExecuted: string[];
}

/** How long an answer is waited for, and what is done when nobody gives one. */
export interface QuestionRule {
  deadlineMinutes: number;
  defaultAnswer: 'stop' | 'skip' | 'retry';
}

/** How a failed server is undone. */
export interface RollbackRule {
  /** The runbook that restores a server; null where the system does it from a backup of its own. */
  runbook: string | null;
  /** The first server of a deployment (in waves: of each wave) is restored by itself when it fails. */
  onFirstServerFailure: boolean;
  /** After a failed deployment what it changed is rolled back by itself, unless somebody stops it; null: never. */
  countdownSeconds: number | null;
  /** The environment is locked afterwards. */
  lockAfter: boolean;
}

/** Ordered work on one server. */
export interface Runbook {
  steps: Step[];
  /** True where the runbook says `backup: none`. */
  needsNoBackup: boolean;
}

/** The part of a revision for one server role. */
export interface Payload {
  part: string;
  role: string;
  placement: 'every-server' | 'first-in-cluster';
  /** Which tasks of a scheduler run after they were made (D-05). */
  run: 'always' | 'marked' | 'never';
}

/** How a Data Catalog is brought in line with what was deployed (D-06). */
export interface Sync {
  name: string;
  role: string;
  /** The clusters after which it is done; null: after each that has such a server. */
  clusters: string[] | null;
  elements: 'all' | 'databases' | 'views' | 'webservices';
  priority: 'server_with_local_changes' | 'local' | 'server';
  onFailure: 'warn' | 'stop';
}

/** The two caches of a cluster, of which one is in use (D-46). */
export interface SharedCache {
  primaryUrl: string;
  secondaryUrl: string;
}

/** A Solution Manager that deploys in our place. */
export interface Manager {
  baseUrl: string;
  environmentId: number;
  user: string;
  password: SecretReference;
  tls: TlsRule;
}

/** So many approvals from people who hold one of these roles. */
export interface Seats {
  roles: string[];
  required: number;
  /** Reason of the freeze that they override; absent: the usual approval. */
  freeze?: string;
}

/** Who must approve, by role. */
export interface ApprovalRule {
  rules: Seats[];
  excludeRequester: boolean;
  expiresHours: number;
  remindMinutes: number[];
  /** How many people may go on together without it, and for how many minutes the first waits for the others; absent: nobody may. */
  breakGlass?: { persons: number; minutes: number };
}

/** When an environment may be deployed to: a recurring time of day on days, or one absolute span. */
export type Window = (
  | { days: Weekday[]; from: string; to: string; name: string | null }
  | { from: string; to: string; name: string | null }
) & {
  /**
   * When it closes, an attempt begins no further server, and with `stop` what runs on servers is ended; absent: what has
   * begun runs to its end.
   */
  atEnd?: 'no-new-server' | 'stop';
};

/** A day of a recurring window. */
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** A span in which nothing may start, in the environment's zone. */
export interface Freeze {
  from: string;
  to: string;
  reason: string;
  /** Whose approvals let a start happen all the same; absent: nobody's. */
  override?: { from: string[]; persons: number };
}

/** What it takes to start inside a freeze. */
export interface FreezeOverride {
  /** Reason of the freeze. */
  reason: string;
  from: string[];
  persons: number;
}

/** Somebody watches what starts at night. */
export interface WatchRule {
  /** The hours in which nobody needs to watch, as times of day in the zone of the environment. */
  outside: [string, string];
  /** Roles whose people watch. */
  from: string[];
  /** How long before the start they are asked. */
  confirmMinutes: number;
  /** What happens where nobody said yes by the start: a question, the start all the same, or none. */
  ifAbsent: 'pause' | 'go' | 'skip';
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

/** What happens to a start that was missed by more than the grace. */
export type OnMissed = 'run' | 'ask' | 'skip';

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

/** A role's people: single Slack users and user groups, perhaps only for some kinds of environment. */
export interface Role {
  users: string[];
  usergroups: string[];
  environmentKinds: string[] | null;
}

/** Where a catalogue name is found; `git` loads and is refused when requested. */
export type CatalogSource =
  | { type: 'directory'; path: string }
  | { type: 'git'; repository: string; path: string; tag: string };

/** A versioned, ordered group of pinned revisions. */
export interface Package {
  name: string;
  version: string;
  revisions: string[];
}

/** The whole configuration file, with every default applied. */
export interface Configuration {
  timezone: string;
  roles: Record<string, Role>;
  catalog: { revisions: { name: string; source: CatalogSource }[]; packages: Package[] };
  environments: Environment[];
  limits: { requestsPerHour: number; outputMiB: number };
  adminChannel: string | null;
  /** Configured outside environments and not executed by this version (`housekeeping.archive`, …). */
  notExecuted: string[];
}
