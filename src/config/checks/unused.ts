import { expandServers } from '../expand-servers.ts';
import { type Fault, fault, type Path, warning } from '../fault.ts';
import { didYouMean } from '../issues.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile, EnvironmentFile } from '../schema/configuration.ts';
import { clustersOf, type EnvironmentContext, present } from './context.ts';

/** Keys outside environments that are taken and do nothing. */
export function checkUnusedOutside({ httpAllow }: Salvaged<ConfigurationFile>): Fault[] {
  return httpAllow === undefined
    ? []
    : [warning(['httpAllow'], 'is not used: this version has no steps that speak HTTP')];
}

/** Keys of an environment that do nothing where they stand. */
export function checkUnused(context: EnvironmentContext): Fault[] {
  const { environment, path } = context;
  return [
    ...Object.entries(environment.runbooks ?? {}).flatMap(([name, runbook]) =>
      present(runbook?.steps).flatMap(({ item, index }) =>
        unusedInStep(item, [...path, 'runbooks', name, 'steps', index]),
      ),
    ),
    ...clustersOf(context).flatMap(({ cluster, path: where }) => [
      ...unusedOfServer(cluster.serverTemplate, [...where, 'serverTemplate']),
      ...present(cluster.servers).flatMap(({ item, index }) =>
        unusedOfServer(item, [...where, 'servers', index]),
      ),
    ]),
    ...unknownOptions(context),
  ];
}

type Step = NonNullable<
  NonNullable<NonNullable<Salvaged<EnvironmentFile>['runbooks']>[string]>['steps']
>[number];

const ofLines = ['unless', 'timeoutMinutes', 'idempotent', 'share'] as const;

function unusedInStep(step: NonNullable<Step>, path: Path): Fault[] {
  const runsNothing = step.manual !== undefined || step.notify !== undefined;
  return [
    ...(step.waitMinutes !== undefined && !step.reboot
      ? [fault([...path, 'waitMinutes'], 'goes with reboot: true only')]
      : []),
    ...(runsNothing ? ofLines.filter((key) => step[key] !== undefined) : []).map((key) =>
      warning([...path, key], 'is not used: this step runs no line'),
    ),
  ];
}

function unusedOfServer(
  server: { retireOn?: string | undefined; previousSystem?: string | undefined } | undefined,
  path: Path,
): Fault[] {
  return (['retireOn', 'previousSystem'] as const)
    .filter((key) => server?.[key] !== undefined)
    .map((key) => warning([...path, key], 'is not used by this version: it is for whoever reads the file'));
}

/** What Schedulers and Data Catalogs are told. Other systems are not executed, or have no such servers. */
const knownOptions = ['uri', 'path', 'serverId'];

function unknownOptions(context: EnvironmentContext): Fault[] {
  if (context.environment.system !== 'denodo') return [];
  return clustersOf(context).flatMap(({ cluster, path }) =>
    expandServers(cluster).flatMap(({ name, server, path: where }) =>
      Object.keys(server.connection?.options ?? {})
        .filter((option) => !knownOptions.includes(option))
        .map((option) =>
          fault(
            [...path, ...where, ...(where[0] === 'servers' ? ['connection', 'options', option] : [])],
            `there is no option "${option}" (server ${name})${didYouMean(option, knownOptions) || `; there are ${knownOptions.join(', ')}`}`,
          ),
        ),
    ),
  );
}
