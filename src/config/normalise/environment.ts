import type { ApprovalRule, Seats } from '../../domain/configured/approval-rule.ts';
import type { Sync } from '../../domain/configured/denodo.ts';
import type { Environment, Parallel } from '../../domain/configured/environment.ts';
import type { Freeze, Weekday, Window } from '../../domain/configured/hours.ts';
import type { RollbackRule } from '../../domain/configured/runbook.ts';
import { ownerRole } from '../../domain/deployment/seats.ts';
import type { EnvironmentFile } from '../schema/configuration.ts';
import { managerCluster, normaliseManager, ofManager } from './manager.ts';
import { notExecutedIn } from './not-executed.ts';
import { normalisePreparation } from './preparation.ts';
import { normaliseQuestions, normaliseRunbooks, normaliseScripts, type Shares } from './runbooks.ts';
import { normaliseCluster } from './servers.ts';
import { type Base, valuesOf } from './values.ts';

/** An environment with every default applied. */
export function normaliseEnvironment(
  base: Base,
  name: string,
  environment: EnvironmentFile,
  defaults: { timezone: string; shares: Shares },
): Environment {
  const { schedule, readBack } = environment;
  return {
    name,
    kind: environment.kind,
    system: environment.system,
    timezone: environment.timezone ?? defaults.timezone,
    channel: environment.channel,
    ...normaliseDeployments(environment.deployments),
    approval: normaliseApproval(environment.approval),
    schedule: {
      graceMinutes: schedule?.graceMinutes ?? 15,
      onMissed: schedule?.onMissed ?? (environment.kind === 'production' ? 'ask' : 'run'),
      remindMinutes: schedule?.remindMinutes ?? [],
    },
    windows: (environment.windows ?? []).map(normaliseWindow),
    freezes: (environment.freezes ?? []).map(normaliseFreeze),
    ...normalisePreparation(environment),
    properties: valuesOf(base, environment.properties),
    payloads: Object.entries(environment.payloads).map(([part, { role, placement, run }]) => ({
      part,
      role,
      placement: placement ?? 'every-server',
      run: run ?? 'always',
    })),
    sync: (environment.sync ?? []).map(normaliseSync),
    manager: normaliseManager(base, environment),
    runbooks: normaliseRunbooks(environment, defaults.shares),
    rollback: normaliseRollback(environment),
    scripts: normaliseScripts(base, environment.scripts),
    readBack: readBack ? { run: readBack.run, timeoutSeconds: readBack.timeoutSeconds ?? 10 } : null,
    clusters: normaliseClusters(base, environment),
    ...ofManager(environment),
    notExecuted: notExecutedIn(environment),
  };
}

/** A Solution Manager knows its clusters itself. */
function normaliseClusters(base: Base, environment: EnvironmentFile): Environment['clusters'] {
  const cluster = managerCluster(base, environment);
  return cluster ? [cluster] : (environment.clusters ?? []).map((written) => normaliseCluster(base, written));
}

type Deployments = Pick<
  Environment,
  | 'deploymentsEnabled'
  | 'paradigm'
  | 'topology'
  | 'serverStrategy'
  | 'clusterStrategy'
  | 'parallel'
  | 'minInService'
  | 'onServerFailure'
  | 'maxFailures'
  | 'whenBusy'
  | 'questions'
  | 'backupBefore'
  | 'backupAfter'
  | 'sharedCache'
  | 'stepTimeoutSeconds'
  | 'drift'
  | 'requireBackup'
>;

function normaliseDeployments(deployments: EnvironmentFile['deployments']): Deployments {
  return {
    deploymentsEnabled: deployments.enabled ?? true,
    paradigm: deployments.paradigm,
    topology: deployments.topology,
    serverStrategy: deployments.serverStrategy ?? null,
    clusterStrategy: deployments.clusterStrategy ?? null,
    parallel: normaliseParallel(deployments.parallel),
    minInService: deployments.minInService ?? null,
    onServerFailure: deployments.onServerFailure ?? 'stop',
    maxFailures: normaliseBudget(deployments.parallel?.maxFailures ?? deployments.maxFailures),
    whenBusy: deployments.whenBusy ?? 'queue',
    questions: normaliseQuestions(deployments),
    drift: deployments.drift?.check ? (deployments.drift.onMismatch ?? 'ask') : null,
    backupBefore: deployments.backup?.when === 'before',
    backupAfter:
      deployments.backup?.when === 'after' ? { onFailure: deployments.backup.onFailure ?? 'stop' } : null,
    sharedCache: deployments.sharedCache ?? null,
    stepTimeoutSeconds: (deployments.stepTimeoutMinutes ?? 15) * 60,
    requireBackup: deployments.rollback?.requireBackup ?? null,
  };
}

const usualRunbook = 'rollback';

/** A runbook called rollback restores servers, unless another one is named. */
function normaliseRollback({ deployments, runbooks = {}, system }: EnvironmentFile): RollbackRule | null {
  const { rollback } = deployments;
  const usual = usualRunbook in runbooks ? usualRunbook : null;
  const runbook = system === 'denodo' ? null : (rollback?.runbook ?? usual);
  if (runbook === null && (system !== 'denodo' || rollback === undefined)) return null;
  return {
    runbook,
    onFirstServerFailure: rollback?.onFirstServerFailure ?? false,
    countdownSeconds: rollback?.countdownSeconds ?? null,
    lockAfter: rollback?.lockAfter ?? false,
  };
}

function normaliseSync(sync: NonNullable<EnvironmentFile['sync']>[number]): Sync {
  return {
    name: sync.name,
    role: sync.role,
    clusters: sync.clusters ?? null,
    elements: sync.elements ?? 'all',
    priority: sync.priority ?? 'server_with_local_changes',
    onFailure: sync.onFailure ?? 'warn',
  };
}

function normaliseParallel(parallel: EnvironmentFile['deployments']['parallel']): Parallel | null {
  if (parallel === undefined) return null;
  const { perCluster, clustersInFlight = 1, pauseBetweenClusters = false } = parallel;
  return { perCluster, clustersInFlight, pauseBetweenClusters };
}

function normaliseBudget(written: number | string | undefined): Environment['maxFailures'] {
  if (written === undefined) return null;
  return typeof written === 'number' ? { count: written } : { percent: Number(written.replace('%', '')) };
}

function normaliseApproval(approval: EnvironmentFile['approval']): ApprovalRule | null {
  if (approval === undefined) return null;
  return {
    rules: normaliseSeats(approval),
    excludeRequester: approval.excludeRequester ?? true,
    expiresHours: approval.expiresHours ?? 72,
    remindMinutes: approval.remindMinutes ?? [],
    // What is not configured stands in no plan: its hash is the same as before there was such a key.
    ...(approval.breakGlass && { breakGlass: approval.breakGlass }),
  };
}

/** The owners of servers have seats of their own, also where a list names them beside roles. */
function normaliseSeats({ from, required = 1 }: NonNullable<EnvironmentFile['approval']>): Seats[] {
  const roles = from.filter((entry) => typeof entry === 'string');
  const named = roles.filter((role) => role !== ownerRole);
  const entries = from.filter((entry) => typeof entry !== 'string');
  return [
    ...(named.length > 0 ? [{ roles: named, required }] : []),
    ...(named.length < roles.length ? [ownerSeats] : []),
    ...entries.map((entry) =>
      entry.role === ownerRole ? ownerSeats : { roles: [entry.role], required: entry.required ?? 1 },
    ),
  ];
}

const ownerSeats: Seats = { roles: [ownerRole], required: 1, perOwner: true };

const everyDay: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function normaliseWindow({
  days,
  from,
  to,
  name,
  atEnd,
}: NonNullable<EnvironmentFile['windows']>[number]): Window {
  // What is not configured stands in no plan: its hash is the same as before there was such a key.
  const window = {
    from,
    to,
    name: name ?? null,
    ...(atEnd !== undefined && atEnd !== 'finish' && { atEnd }),
  };
  return from.includes('T') ? window : { days: days ?? everyDay, ...window };
}

function normaliseFreeze({
  from,
  to,
  reason,
  override,
}: NonNullable<EnvironmentFile['freezes']>[number]): Freeze {
  if (override === undefined) return { from, to, reason };
  return { from, to, reason, override: { from: override.from, persons: override.persons ?? 1 } };
}
