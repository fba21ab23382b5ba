import type { Path } from './fault.ts';
import type { Salvaged } from './salvage.ts';
import type { ClusterFile, ConnectionFile, ServerFile } from './schema/configuration.ts';

/** One server of a cluster with the template already in it. */
export interface ExpandedServer {
  name: string;
  server: Salvaged<ServerFile>;
  /** Where it is named, seen from the cluster. */
  path: Path;
}

type Connection = Salvaged<ConnectionFile>;

/** The servers of a cluster in deployment order: those of `serverNames`, then those only `servers` has. */
export function expandServers(cluster: Salvaged<ClusterFile>): ExpandedServer[] {
  const written = (cluster.servers ?? []).flatMap((server, index) =>
    server?.name === undefined ? [] : [{ name: server.name, server, path: ['servers', index] as const }],
  );
  const named = (cluster.serverNames ?? []).flatMap((name, index) =>
    name === undefined ? [] : [{ name, path: ['serverNames', index] as const }],
  );
  const expand = (name: string, own: Salvaged<ServerFile>, path: Path): ExpandedServer => ({
    name,
    server: overTemplate(cluster.serverTemplate ?? {}, own, name),
    path,
  });
  return [
    ...named.map(({ name, path }) =>
      expand(name, written.find((entry) => entry.name === name)?.server ?? {}, path),
    ),
    ...written
      .filter(({ name }) => !named.some((entry) => entry.name === name))
      .map(({ name, server, path }) => expand(name, server, path)),
  ];
}

function overTemplate(
  template: Salvaged<Omit<ServerFile, 'name'>>,
  own: Salvaged<ServerFile>,
  name: string,
): Salvaged<ServerFile> {
  const shared = withName(template, name);
  return {
    ...shared,
    ...own,
    name,
    variables: { ...shared.variables, ...own.variables },
    properties: { ...shared.properties, ...own.properties },
    connection: mergeConnections(shared.connection ?? {}, withName(own.connection ?? {}, name)),
  };
}

/** Another driver takes nothing from the template, and a server's own pin replaces the template's. */
function mergeConnections(shared: Connection, own: Connection): Connection {
  if (own.driver !== undefined && shared.driver !== undefined && own.driver !== shared.driver) return own;
  if (own.hostKey === undefined && own.knownHosts === undefined) return { ...shared, ...own };
  const { hostKey: _hostKey, knownHosts: _knownHosts, ...rest } = shared;
  return { ...rest, ...own };
}

/** Puts the server's name in the place of `{name}` in every text. */
function withName<T>(value: T, name: string): T {
  return replaceIn(value, name) as T;
}

function replaceIn(value: unknown, name: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{name}', name);
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceIn(item, name)]));
}
