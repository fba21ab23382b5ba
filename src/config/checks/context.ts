import type { Fault, Path } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ClusterFile, ConfigurationFile, EnvironmentFile } from '../schema/configuration.ts';

/** What a check of one environment looks at; anything may be missing where the file is faulty. */
export interface EnvironmentContext {
  file: Salvaged<ConfigurationFile>;
  environment: Salvaged<EnvironmentFile>;
  path: Path;
}

/** Looks at one environment and says what does not go together. */
export type EnvironmentCheck = (context: EnvironmentContext) => Fault[];

/** The clusters that could be read, with their places. */
export function clustersOf({
  environment,
  path,
}: EnvironmentContext): { cluster: Salvaged<ClusterFile>; path: Path }[] {
  return (environment.clusters ?? []).flatMap((cluster, index) =>
    cluster === undefined ? [] : [{ cluster, path: [...path, 'clusters', index] }],
  );
}

/** The role that is deployed to: that of the first payload. */
export function mainRoleOf({ environment }: EnvironmentContext): string | null {
  return Object.values(environment.payloads ?? {})[0]?.role ?? null;
}

/** The entries of a list that could be read, with their positions. */
export function present<T>(list: readonly (T | undefined)[] | undefined): { item: T; index: number }[] {
  return (list ?? []).flatMap((item, index) => (item === undefined ? [] : [{ item, index }]));
}
