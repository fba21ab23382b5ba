import { type Fault, fault, type Path, warning } from '../fault.ts';
import type { EnvironmentContext } from './context.ts';

/** Settings of `deployments` that exclude each other, or need something that is not there. */
export function checkDeployments({ environment, path }: EnvironmentContext): Fault[] {
  const { deployments } = environment;
  if (deployments === undefined) return [];
  const here = [...path, 'deployments'];
  const strategies = (['serverStrategy', 'clusterStrategy'] as const).filter(
    (key) => deployments[key] !== undefined,
  );
  const faults: Fault[] = [];
  for (const key of strategies) {
    const topology = key === 'serverStrategy' ? 'single-cluster' : 'several-clusters';
    if (deployments.parallel)
      faults.push(fault([...here, key], 'is not used together with parallel; keep one of them'));
    else if (deployments.topology !== undefined && deployments.topology !== topology)
      faults.push(
        fault([...here, key], `goes with topology ${topology} only; here it is ${deployments.topology}`),
      );
  }
  const cache = deployments.sharedCache;
  if (cache?.primaryUrl !== undefined && cache.primaryUrl === cache.secondaryUrl)
    faults.push(
      fault([...here, 'sharedCache', 'secondaryUrl'], 'sharedCache needs two different URLs (D-46)'),
    );
  faults.push(...checkDrift(environment, [...here, 'drift']));
  faults.push(...checkRollback(environment, [...here, 'rollback']));
  if (deployments.parallel?.maxFailures !== undefined && deployments.maxFailures !== undefined)
    faults.push(
      fault([...here, 'maxFailures'], 'stands in parallel as well; there is one budget, so keep one of them'),
    );
  const budget = deployments.maxFailures ?? deployments.parallel?.maxFailures;
  if (budget !== undefined && deployments.onServerFailure !== undefined)
    faults.push(warning([...here, 'onServerFailure'], 'is not used: maxFailures alone decides'));
  return faults;
}

/** What is compared has to be read. */
function checkDrift(
  { system, deployments, readBack }: EnvironmentContext['environment'],
  path: Path,
): Fault[] {
  if (system !== 'command' || !deployments?.drift?.check || readBack !== undefined) return [];
  return [fault(path, 'needs readBack: without it nobody can say what runs on a server')];
}

/** What restores servers by itself needs a runbook that does it. */
function checkRollback(
  { system, deployments, runbooks = {} }: EnvironmentContext['environment'],
  path: Path,
): Fault[] {
  const { runbook, onFirstServerFailure, countdownSeconds } = deployments?.rollback ?? {};
  const isWanted = onFirstServerFailure === true || countdownSeconds !== undefined;
  if (system !== 'command' || !isWanted || runbook !== undefined || 'rollback' in runbooks) return [];
  return [fault(path, 'needs a runbook that restores a server: name it with runbook, or call it rollback')];
}

/** D-49, D-56: without service interruption takes scripts that move members of the group level. */
export function checkScriptsThere({ environment, path }: EnvironmentContext): Fault[] {
  const { deployments, scripts } = environment;
  if (deployments?.paradigm !== 'online' || deployments.topology === undefined) return [];
  const clusters = deployments.topology === 'several-clusters' && !deployments.parallel;
  const needed = clusters
    ? (['disableCluster', 'enableCluster'] as const)
    : (['disableServer', 'enableServer'] as const);
  if (needed.every((key) => scripts?.[key] !== undefined)) return [];
  const strategy = clusters ? 'clusterStrategy' : 'serverStrategy';
  const configured = deployments[strategy] !== undefined;
  const rule = clusters ? 'D-56' : 'D-49';
  return [
    fault(
      [...path, 'deployments', configured ? strategy : 'paradigm'],
      `${configured ? strategy : 'paradigm online'} needs scripts.${needed.join(' and scripts.')} (${rule})`,
    ),
  ];
}
