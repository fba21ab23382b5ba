import type { Environment } from '../configured/environment.ts';
import { backupWarnings } from '../rules/backup.ts';
import { cacheWarnings } from '../rules/cache.ts';
import { ownerlessWarnings, ownerWarnings } from '../rules/owners.ts';
import { unparameterised, unusedProperties } from '../rules/properties.ts';
import type { KnownBackup } from '../rules/rule.ts';
import { misdirectedTasks } from '../rules/scheduler.ts';
import type { Warning } from '../verdict.ts';
import { groupLevel, strategyOf } from './plan-groups.ts';
import { findServer, type Plan, plannedServers } from './plan.ts';

/** What is looked up for the warnings. */
export interface WarningFacts {
  plan: Plan;
  /** Members that are held out of the load balancer now. */
  held: string[];
  /** Where the last good backup lies; null where nobody looks. */
  backup: KnownBackup | null;
  /** It is to start as soon as it may, not at an hour; absent: it has one, or nobody asks. */
  startsNow?: boolean;
}

/** What has to be accepted before a request is sent. */
export function findWarnings({ plan, held, backup, startsNow = false }: WarningFacts): Warning[] {
  return [
    ...aboutService(plan),
    ...aboutHeld(held),
    ...backupWarnings(plan, backup),
    ...ownerWarnings(plan, startsNow),
    ...ownerlessWarnings(plan),
    ...aboutStandby(plan),
    ...misdirectedTasks(plan),
    ...cacheWarnings(plan),
    ...unusedProperties(plan),
    ...unparameterised(plan),
  ];
}

/** What of them nobody has accepted; what is held is looked at again on the spot, before each group (law 5). */
export function newWarnings(now: Warning[], accepted: Warning[]): Warning[] {
  const isAccepted = ({ rule, message }: Warning): boolean =>
    accepted.some((warning) => warning.rule === rule && warning.message === message);
  return now.filter((warning) => warning.rule !== heldRule && !isAccepted(warning));
}

const heldRule = 'law-4';

function aboutService({ environment }: Plan): Warning[] {
  if (environment.paradigm === 'simple')
    return [{ rule: 'D-30', message: 'The service may be unavailable for the whole deployment.' }];
  if (!strategyIsMissing(environment)) return [];
  const message = `No strategy is configured for ${groupLevel(environment)}s: one by one is used.`;
  return [{ rule: 'D-36', message }];
}

function strategyIsMissing(environment: Environment): boolean {
  if (environment.parallel) return false;
  const configured =
    groupLevel(environment) === 'cluster' ? environment.clusterStrategy : environment.serverStrategy;
  return configured === null && strategyOf(environment) === 'one-by-one';
}

function aboutHeld(held: string[]): Warning[] {
  return held.length === 0
    ? []
    : [{ rule: heldRule, message: `Held out of the load balancer now: ${held.join(', ')}.` }];
}

function aboutStandby(plan: Plan): Warning[] {
  const servers = plannedServers(plan).map((name) => findServer(plan.environment, name)?.server);
  const lastStandby = servers.findLastIndex((server) => server?.standby);
  const active = servers.slice(0, Math.max(0, lastStandby)).find((server) => server && !server.standby);
  return active
    ? [{ rule: 'D-44', message: `The active server ${active.name} is deployed before a standby one.` }]
    : [];
}
