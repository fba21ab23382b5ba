import { expandServers } from '../expand-servers.ts';
import { type Fault, fault, type Path } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile } from '../schema/configuration.ts';
import { clustersOf, type EnvironmentContext, present } from './context.ts';

interface Named {
  name: string;
  path: Path;
}

/** Names that stand twice where one is meant: clusters, servers and steps of an environment. */
export function checkNames(context: EnvironmentContext): Fault[] {
  const { environment, path } = context;
  const clusters = clustersOf(context);
  const servers = clusters.flatMap((entry) => [
    ...expandServers(entry.cluster).map((server) => ({
      name: server.name,
      path: [...entry.path, ...server.path],
    })),
    ...writtenTwice(entry),
  ]);
  const steps = Object.entries(environment.runbooks ?? {}).map(([name, runbook]) =>
    present(runbook?.steps).flatMap(({ item, index }) =>
      named(item.id, [...path, 'runbooks', name, 'steps', index, 'id']),
    ),
  );
  return [
    ...twice(
      'cluster',
      clusters.flatMap((entry) => named(entry.cluster.name, [...entry.path, 'name'])),
    ),
    ...twice('server', servers),
    ...steps.flatMap((ofRunbook) => twice('step', ofRunbook)),
  ];
}

/** A server of `servers` that stands there again; expanding would show the first one only. */
function writtenTwice({ cluster, path }: ReturnType<typeof clustersOf>[number]): Named[] {
  const written = present(cluster.servers).map(({ item, index }) => ({ name: item.name, index }));
  const expanded = new Set((cluster.serverNames ?? []).filter((name) => name !== undefined));
  return written.flatMap(({ name, index }) => {
    const first = written.findIndex((other) => other.name === name);
    return name !== undefined && expanded.has(name) && written[first]?.index !== index
      ? [{ name, path: [...path, 'servers', index] }]
      : [];
  });
}

/** Names that stand twice in the catalogue, and packages that say what it does not hold. */
export function checkCatalog({ catalog, ruleSets }: Salvaged<ConfigurationFile>): Fault[] {
  const revisions = present(catalog?.revisions).flatMap(({ item, index }) =>
    named(item.name, ['catalog', 'revisions', index, 'name']),
  );
  const packages = present(catalog?.packages).flatMap(({ item, index }) =>
    item.name === undefined || item.version === undefined
      ? []
      : [{ name: `${item.name}@${item.version}`, path: ['catalog', 'packages', index, 'name'] }],
  );
  const sets = present(ruleSets).flatMap(({ item, index }) => named(item.name, ['ruleSets', index, 'name']));
  const known = new Set(revisions.map(({ name }) => name));
  const shadowed = packages.filter(({ name }) => known.has(name.slice(0, name.lastIndexOf('@'))));
  return [
    ...twice('revision', revisions),
    ...twice('package', packages),
    ...twice('rule set', sets),
    ...shadowed.map(({ path }) =>
      fault(path, 'this name is also a revision of the catalogue; give the package another'),
    ),
  ];
}

function named(name: string | undefined, path: Path): Named[] {
  return name === undefined ? [] : [{ name, path }];
}

function twice(what: string, all: Named[]): Fault[] {
  return all
    .filter(({ name }, index) => all.findIndex((other) => other.name === name) !== index)
    .map(({ name, path }) => fault(path, `there is already a ${what} "${name}"; names are unique`));
}
