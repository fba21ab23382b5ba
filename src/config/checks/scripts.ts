import { expandServers } from '../expand-servers.ts';
import { type Fault, fault, type Path, warning } from '../fault.ts';
import { clustersOf, type EnvironmentContext, mainRoleOf } from './context.ts';
import { predefinedVariables } from './servers.ts';

const serverScripts = ['disableServer', 'enableServer', 'statusServer'] as const;
const clusterScripts = ['disableCluster', 'enableCluster', 'statusCluster'] as const;

interface Use {
  variable: string;
  path: Path;
}

/** D-50, D-57: every variable of a script has a value wherever the script is called. Under `simple` none is called (D-32). */
export function checkScriptVariables(context: EnvironmentContext): Fault[] {
  if (context.environment.deployments?.paradigm !== 'online') return [];
  const ofServers = usesIn(context, serverScripts);
  const ofClusters = usesIn(context, clusterScripts);
  const serverOnly = serverOnlyVariables(context);
  const misplaced = ofClusters.filter(({ variable }) => serverOnly.has(variable));
  const faults = misplaced.map(({ variable, path }) =>
    fault(path, `${variable} is a variable of servers, and this script is called for a whole cluster (D-57)`),
  );
  const missing = new Set(
    ofClusters.map(({ variable }) => variable).filter((variable) => !serverOnly.has(variable)),
  );
  return [
    ...faults,
    ...missingForClusters(context, [...missing]),
    ...missingForServers(context, [...new Set(ofServers.map(({ variable }) => variable))]),
  ];
}

function usesIn(
  { environment, path }: EnvironmentContext,
  keys: typeof serverScripts | typeof clusterScripts,
): Use[] {
  return keys.flatMap((key) =>
    (environment.scripts?.[key]?.args ?? []).flatMap((argument, index) =>
      argument !== undefined && 'variable' in argument
        ? [{ variable: argument.variable, path: [...path, 'scripts', key, 'args', index, 'variable'] }]
        : [],
    ),
  );
}

/** What servers have and no cluster has; a cluster has its `name`. */
function serverOnlyVariables(context: EnvironmentContext): Set<string> {
  const clusters = clustersOf(context).map(({ cluster }) => cluster);
  const ofClusters = clusters.flatMap((cluster) => Object.keys(cluster.variables ?? {}));
  const ofServers = clusters.flatMap((cluster) =>
    expandServers(cluster).flatMap(({ server }) => Object.keys(server.variables ?? {})),
  );
  return new Set(
    [...ofServers, ...predefinedVariables].filter((name) => name !== 'name' && !ofClusters.includes(name)),
  );
}

function missingForClusters(context: EnvironmentContext, variables: string[]): Fault[] {
  return clustersOf(context).flatMap(({ cluster, path }) => {
    const missing = variables.filter((name) => name !== 'name' && cluster.variables?.[name] === undefined);
    return sayMissing(missing, `cluster ${cluster.name ?? ''}`, cluster.enabled === false, path);
  });
}

function missingForServers(context: EnvironmentContext, variables: string[]): Fault[] {
  const role = mainRoleOf(context);
  return clustersOf(context).flatMap(({ cluster, path }) =>
    expandServers(cluster)
      .filter(({ server }) => server.role === role)
      .flatMap(({ name, server, path: where }) => {
        const given = { ...cluster.variables, ...server.variables };
        const missing = variables.filter(
          (variable) => !predefinedVariables.includes(variable) && given[variable] === undefined,
        );
        return sayMissing(missing, `server ${name}`, cluster.enabled === false, [...path, ...where]);
      }),
  );
}

function sayMissing(missing: string[], subject: string, isDisabled: boolean, path: Path): Fault[] {
  if (missing.length === 0) return [];
  const sentence = `${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no value for ${subject}`;
  return [
    isDisabled
      ? warning(path, `${sentence}, which is needed once its cluster is enabled`)
      : fault(path, `${sentence}, and a script of the load balancer asks for it`),
  ];
}
