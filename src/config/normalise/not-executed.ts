import { expandServers } from '../expand-servers.ts';
import type { ConfigurationFile, EnvironmentFile } from '../schema/configuration.ts';

/** The keys of an environment that this version does not execute, in words that name the key. */
export function notExecutedIn(environment: EnvironmentFile): string[] {
  return [
    ...(environment.system === 'opcon' ? [`system: ${environment.system}`] : []),
    ...inDeployments(environment.deployments),
    ...(environment.system === 'denodo' ? [] : onlyForDenodo(environment)),
    ...(environment.system.startsWith('denodo') ? [] : inPayloads(environment)),
    ...(environment.ruleSets === undefined || environment.ruleSets.length === 0 ? [] : ['ruleSets']),
    ...inConnections(environment),
  ];
}

/** The keys outside environments that this version does not execute. */
export function notExecutedOutside(file: ConfigurationFile): string[] {
  const { housekeeping, ruleSets, catalog } = file;
  return [
    ...(ruleSets === undefined || ruleSets.length === 0 ? [] : ['ruleSets']),
    ...(catalog?.packages ?? []).flatMap(({ name, version, rules = [] }) =>
      rules.length > 0 ? [`catalog.packages.rules of ${name}@${version}`] : [],
    ),
    ...(housekeeping?.archive === undefined ? [] : ['housekeeping.archive']),
    ...(housekeeping?.databaseBackup === undefined ? [] : ['housekeeping.databaseBackup']),
  ];
}

function inDeployments(deployments: EnvironmentFile['deployments']): string[] {
  const { backup, transformations, timeBudgetMinutes } = deployments;
  return [
    // A failed backup step ends its server, whatever is written here.
    ...(backup?.when === 'before' && backup.onFailure === 'warn'
      ? ['deployments.backup.onFailure: warn']
      : []),
    ...(transformations?.allow ? ['deployments.transformations'] : []),
    ...(timeBudgetMinutes === undefined ? [] : ['deployments.timeBudgetMinutes']),
  ];
}

/** What other systems than Denodo have no use for. */
function onlyForDenodo({ deployments, sync }: EnvironmentFile): string[] {
  return [
    ...(deployments.sharedCache === undefined ? [] : ['deployments.sharedCache']),
    ...(deployments.backup?.when === 'after' ? ['deployments.backup.when: after'] : []),
    ...(sync === undefined || sync.length === 0 ? [] : ['sync']),
  ];
}

function inPayloads({ payloads }: EnvironmentFile): string[] {
  const roles = [...new Set(Object.values(payloads).map(({ role }) => role))];
  return [
    ...Object.entries(payloads).flatMap(([part, payload]) => [
      ...(payload.placement === 'first-in-cluster' ? [`payloads.${part}.placement: first-in-cluster`] : []),
      ...(payload.after === undefined ? [] : [`payloads.${part}.after`]),
      ...(payload.run === undefined ? [] : [`payloads.${part}.run`]),
    ]),
    ...(roles.length > 1 ? [`payloads of more than one role (${roles.join(', ')})`] : []),
  ];
}

/** Only what a command deployment meets: the other systems are named by themselves. */
function inConnections({ system, clusters = [] }: EnvironmentFile): string[] {
  const connections = clusters.flatMap((cluster) =>
    expandServers(cluster).map(({ server }) => server.connection ?? {}),
  );
  const drivers = new Set(connections.map(({ driver }) => driver));
  return [
    ...(connections.some(({ shell }) => shell === 'powershell') ? ['connection.shell: powershell'] : []),
    ...(['postgres', 'http'] as const)
      .filter((driver) => system === 'command' && drivers.has(driver))
      .map((driver) => `connection.driver: ${driver}`),
  ];
}
