import { type Fault, warning } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile } from '../schema/configuration.ts';
import { checkCalendar, checkTimezone } from './calendar.ts';
import type { EnvironmentCheck } from './context.ts';
import { checkHousekeeping } from './cron.ts';
import { checkDeployments, checkScriptsThere } from './deployments.ts';
import { checkManager } from './manager.ts';
import { checkCatalog, checkNames } from './names.ts';
import { checkPeople } from './people.ts';
import { checkPreparation } from './preparation.ts';
import { checkPackages, checkReferences } from './references.ts';
import { checkRoles } from './roles.ts';
import { checkRunbooks } from './runbooks.ts';
import { checkScriptVariables } from './scripts.ts';
import { checkServers } from './servers.ts';
import { checkShellVariables } from './shell-variables.ts';
import { checkUnused, checkUnusedOutside } from './unused.ts';

const ofEnvironment: EnvironmentCheck[] = [
  checkNames,
  checkReferences,
  checkPeople,
  checkPreparation,
  checkCalendar,
  checkDeployments,
  checkScriptsThere,
  checkManager,
  checkServers,
  checkScriptVariables,
  checkShellVariables,
  checkRunbooks,
  checkUnused,
];

/** Everything that a schema of single keys cannot see: what does not go together. */
export function checkTogether(file: Salvaged<ConfigurationFile>): Fault[] {
  return [
    ...(file.timezone === undefined ? [warning([], 'no timezone is given: times are in UTC')] : []),
    ...checkTimezone(file.timezone, ['timezone']),
    ...checkRoles(file),
    ...checkCatalog(file),
    ...checkPackages(file),
    ...checkHousekeeping(file),
    ...checkUnusedOutside(file),
    ...Object.entries(file.environments ?? {}).flatMap(([name, environment]) =>
      environment === undefined
        ? []
        : ofEnvironment.flatMap((check) => check({ file, environment, path: ['environments', name] })),
    ),
  ];
}
