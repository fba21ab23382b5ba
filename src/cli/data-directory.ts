import { dirname, join, resolve } from 'node:path';

import { type Catalog, openCatalog } from '../catalog/catalog.ts';
import { processVariables } from '../config/env.ts';
import type { Configuration } from '../domain/configured/configuration.ts';

/** The directory beside a database file: marks of balancer scripts and copies of repositories are kept there. */
export function directoryOf(databaseFile: string): string {
  return dirname(resolve(databaseFile));
}

/** The catalogue of a configuration, with its copies of repositories in the data directory. */
export function openCatalogBeside(dataDirectory: string, configuration: Configuration): Catalog {
  const directory = join(dataDirectory, 'catalog');
  return openCatalog(configuration, { directory, variables: processVariables(), now: Date.now });
}
