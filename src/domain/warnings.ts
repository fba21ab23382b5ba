import type { Environment } from './environment.ts';
import { groupLevel, strategyOf } from './plan-groups.ts';
import { findServer, type Plan, plannedServers } from './plan.ts';
import { runbookWithoutBackup } from './preconditions.ts';

/** Something the requester must accept, or an approver sees. */
export interface Warning {
  rule: string;
  message: string;
}

/** What has to be accepted before a request is sent. */
export function findWarnings({ plan, held }: { plan: Plan; held: string[] }): Warning[] {
  const { environment } = plan;
  const warnings: Warning[] = [];
  if (environment.paradigm === 'simple')
    warnings.push({ rule: 'D-30', message: 'The service may be unavailable for the whole deployment.' });
  if (environment.paradigm === 'online' && strategyIsMissing(environment))
    warnings.push({
      rule: 'D-36',
      message: `No strategy is configured for ${groupLevel(environment)}s: one by one is used.`,
    });
  if (held.length > 0)
    warnings.push({ rule: 'law-4', message: `Held out of the load balancer now: ${held.join(', ')}.` });
  const unsaved =
    environment.requireBackup === 'confirm' && !plan.undoes ? runbookWithoutBackup(plan) : undefined;
  if (unsaved !== undefined)
    warnings.push({
      rule: 'backup',
      message: `Runbook ${unsaved} makes no backup: what fails cannot be restored from one.`,
    });
  const active = firstActiveBeforeStandby(plan);
  if (active)
    warnings.push({ rule: 'D-44', message: `The active server ${active} is deployed before a standby one.` });
  return warnings;
}

function strategyIsMissing(environment: Environment): boolean {
  if (environment.parallel) return false;
  const configured =
    groupLevel(environment) === 'cluster' ? environment.clusterStrategy : environment.serverStrategy;
  return configured === null && strategyOf(environment) === 'one-by-one';
}

function firstActiveBeforeStandby(plan: Plan): string | null {
  const servers = plannedServers(plan).map((name) => findServer(plan.environment, name)?.server);
  const lastStandby = servers.findLastIndex((server) => server?.standby);
  const active = servers.slice(0, Math.max(0, lastStandby)).find((server) => server && !server.standby);
  return active?.name ?? null;
}
