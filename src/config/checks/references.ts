import { type Fault, fault, type Path } from '../fault.ts';
import { didYouMean } from '../issues.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile } from '../schema/configuration.ts';
import { clustersOf, type EnvironmentContext, present } from './context.ts';

/** Packages that name revisions or rule sets which are not there, and revisions that two packages hold. */
export function checkPackages({ catalog, ruleSets }: Salvaged<ConfigurationFile>): Fault[] {
  const known = present(catalog?.revisions).flatMap(({ item }) => item.name ?? []);
  const sets = present(ruleSets).flatMap(({ item }) => item.name ?? []);
  const owners = new Map<string, string>();
  return present(catalog?.packages).flatMap(({ item, index }) => {
    const path = ['catalog', 'packages', index];
    const revisions = present(item.revisions).map((entry) => ({
      ...entry,
      path: [...path, 'revisions', entry.index],
    }));
    const foreign = revisions.filter(({ item: revision }) => {
      const owner = owners.get(revision) ?? item.name ?? '';
      owners.set(revision, owner);
      return owner !== (item.name ?? '');
    });
    return [
      ...revisions.flatMap((entry) => unknown('revision', beforeAt(entry.item), known, entry.path)),
      ...foreign.map((entry) =>
        fault(
          entry.path,
          `${entry.item} belongs to package ${owners.get(entry.item) ?? ''} already; a revision belongs to one package`,
        ),
      ),
      ...present(item.rules).flatMap((rule) =>
        unknown('rule set', rule.item, sets, [...path, 'rules', rule.index]),
      ),
    ];
  });
}

/** Names in an environment that stand for something it does not have. */
export function checkReferences(context: EnvironmentContext): Fault[] {
  const { environment, file, path } = context;
  const sets = present(file.ruleSets).flatMap(({ item }) => item.name ?? []);
  const runbooks = Object.keys(environment.runbooks ?? {});
  const payloads = Object.keys(environment.payloads ?? {});
  const clusters = clustersOf(context).flatMap(({ cluster }) => cluster.name ?? []);
  const rollback = environment.deployments?.rollback?.runbook;
  return [
    ...unknown('runbook', rollback, runbooks, [...path, 'deployments', 'rollback', 'runbook']),
    ...Object.entries(environment.payloads ?? {}).flatMap(([part, payload]) =>
      unknown('payload', payload?.after?.payload, payloads, [...path, 'payloads', part, 'after', 'payload']),
    ),
    ...present(environment.ruleSets).flatMap(({ item, index }) =>
      unknown('rule set', item, sets, [...path, 'ruleSets', index]),
    ),
    ...present(environment.sync).flatMap((sync) =>
      present(sync.item.clusters).flatMap(({ item, index }) =>
        unknown('cluster', item, clusters, [...path, 'sync', sync.index, 'clusters', index]),
      ),
    ),
  ];
}

/** A fault where a name is none of the known ones. */
export function unknown(
  what: string,
  name: string | undefined,
  known: readonly string[],
  path: Path,
): Fault[] {
  if (name === undefined || known.includes(name)) return [];
  return [fault(path, `there is no ${what} "${name}"${didYouMean(name, known)}`)];
}

function beforeAt(nameAtVersion: string): string {
  return nameAtVersion.slice(0, nameAtVersion.lastIndexOf('@'));
}
