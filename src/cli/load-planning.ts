import type { PlanningNeeds } from '../app/needs.ts';
import type { PlanDeployment } from '../app/plan-deployment.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { processVariables, readEnvironment } from '../config/env.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Configuration } from '../domain/configured/configuration.ts';
import type { CommonOptions } from './common-options.ts';
import { directoryOf, openCatalogBeside } from './data-directory.ts';
import { digestFile } from './digest-file.ts';

/** The flags of `plan`, and of what else says beforehand what a deployment would do. */
export interface PlanOptions extends CommonOptions {
  environment: string;
  revision: string[];
  package?: string;
  servers?: string[];
}

/**
 * Configuration and catalogue, for planning without a database: nothing is pinned, and nothing is known to be held.
 * Null where the configuration cannot be loaded; every fault of it stands on stderr then.
 */
export async function loadPlanning(options: CommonOptions): Promise<PlanningNeeds | null> {
  const environment = readEnvironment(processVariables(), { needs: 'nothing' });
  const loaded = environment.ok ? loadConfiguration(options.config ?? environment.value.configFile) : null;
  if (!environment.ok || !loaded?.ok) {
    process.stderr.write(
      `${environment.ok ? (loaded?.ok === false ? loaded.faults.join('\n') : '') : environment.message}\n`,
    );
    return null;
  }
  const dataDirectory = directoryOf(environment.value.databaseFile);
  const catalog = openCatalogBeside(dataDirectory, loaded.configuration);
  for (const problem of await catalog.refresh()) process.stderr.write(`warning: ${problem}\n`);
  return planningNeeds(loaded.configuration, catalog);
}

function planningNeeds(configuration: Configuration, catalog: Catalog): PlanningNeeds {
  return {
    store: null,
    configuration: () => configuration,
    findRevision: async (name, version) => await catalog.find(name, version),
    findPackage: (name, version) => catalog.findPackage(name, version),
    digestFile,
    pinRevision: async (_name, digest) => digest,
    heldMembers: async () => [],
    lockOf: async () => null,
    now: Date.now,
  };
}

/** What the flags ask for, by nobody in particular. */
export function requestOf(options: PlanOptions): PlanDeployment {
  return {
    environment: options.environment,
    selection: options.package === undefined ? options.revision : [...options.revision, options.package],
    servers: options.servers ?? null,
    person: null,
    startsAt: null,
  };
}
