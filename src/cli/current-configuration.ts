import type { Logger } from 'pino';

import type { Catalog } from '../catalog/catalog.ts';
import type { Configuration } from '../domain/configured/configuration.ts';
import { canonicalJson } from '../domain/plan/plan-hash.ts';

/** The configuration in force with its catalogue. A reload replaces both in the same moment. */
export interface CurrentConfiguration {
  configuration: () => Configuration;
  catalog: () => Catalog;
  /** Puts another one in force; answers the environments that are new, changed or gone. */
  replace: (configuration: Configuration) => string[];
  /** Asks repositories no more. */
  stop: () => void;
}

const refreshMs = 60_000;

/** Puts a configuration in force and keeps its catalogue fresh; what was known stays in use where a repository is silent. */
export function holdConfiguration(
  first: Configuration,
  openCatalog: (configuration: Configuration) => Catalog,
  log: Pick<Logger, 'warn'>,
): CurrentConfiguration {
  let current = { configuration: first, catalog: openCatalog(first) };
  const refresh = async (): Promise<void> => {
    for (const problem of await current.catalog.refresh())
      log.warn({ problem }, 'a repository of the catalogue could not be asked; what is known stays in use');
  };
  void refresh();
  const timer = setInterval(() => void refresh(), refreshMs);
  return {
    configuration: () => current.configuration,
    catalog: () => current.catalog,
    replace: (configuration) => {
      const changed = changedEnvironments(current.configuration, configuration);
      current = { configuration, catalog: openCatalog(configuration) };
      void refresh();
      return changed;
    },
    stop: () => clearInterval(timer),
  };
}

function changedEnvironments(before: Configuration, after: Configuration): string[] {
  const textOf = ({ environments }: Configuration): Map<string, string> =>
    new Map(environments.map((environment) => [environment.name, canonicalJson(environment)]));
  const [old, fresh] = [textOf(before), textOf(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
}
