import { expandServers } from '../expand-servers.ts';
import { type Fault, fault, type Path } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConnectionFile } from '../schema/configuration.ts';
import { checkAddress } from './address.ts';
import { clustersOf, type EnvironmentContext } from './context.ts';

/** What is always there for a server's scripts, and so cannot be given. */
export const predefinedVariables = ['name', 'host', 'port'];

type Key = keyof ConnectionFile;

const keysOf: Record<NonNullable<ConnectionFile['driver']>, { needed: Key[]; allowed: Key[] }> = {
  ssh: {
    needed: ['host', 'user', 'privateKey'],
    allowed: ['port', 'hostKey', 'knownHosts', 'shell', 'workDirectory', 'keepRevisions'],
  },
  local: { needed: [], allowed: ['workDirectory'] },
  postgres: { needed: ['host', 'port', 'database', 'user', 'password'], allowed: ['tls', 'ca'] },
  http: { needed: ['baseUrl'], allowed: ['user', 'password', 'tls', 'ca', 'options'] },
};

/** Servers that cannot be reached as they are written, once their template is in them. */
export function checkServers(context: EnvironmentContext): Fault[] {
  return clustersOf(context).flatMap(({ cluster, path }) => [
    ...redefined(cluster.variables, [...path, 'variables']),
    ...redefined(cluster.serverTemplate?.variables, [...path, 'serverTemplate', 'variables']),
    ...(cluster.servers ?? []).flatMap((server, index) =>
      redefined(server?.variables, [...path, 'servers', index, 'variables']),
    ),
    ...expandServers(cluster).flatMap(({ name, server, path: where }) => [
      ...(server.role === undefined
        ? [{ ...fault([...path, ...where], `server ${name} has no role`), lacks: ['role'] }]
        : []),
      ...checkConnection(server.connection ?? {}, name, placeOf(path, where)),
    ]),
  ]);
}

/** A server that only `serverNames` has is named there; others have a connection of their own. */
function placeOf(cluster: Path, server: Path): Path {
  return server[0] === 'servers' ? [...cluster, ...server, 'connection'] : [...cluster, ...server];
}

function redefined(variables: Record<string, unknown> | undefined, path: Path): Fault[] {
  return predefinedVariables
    .filter((name) => variables !== undefined && name in variables)
    .map((name) => fault([...path, name], 'is always there for scripts and cannot be given'));
}

function checkConnection(connection: Salvaged<ConnectionFile>, server: string, path: Path): Fault[] {
  const { driver } = connection;
  if (driver === undefined)
    return [fault(path, `the connection of server ${server} has no driver: ssh, local, postgres or http`)];
  const { needed, allowed } = keysOf[driver];
  const given = Object.entries(connection).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const missing = needed.filter((key) => connection[key] === undefined);
  const foreign = given.filter((key) => ![...needed, ...allowed, 'driver'].some((known) => known === key));
  return [
    ...missing.map((key) => ({
      ...fault(path, `the connection of server ${server} has no ${key}, which driver ${driver} needs`),
      lacks: [key],
    })),
    ...foreign.map((key) => fault([...path, key], `does not go with driver ${driver} (server ${server})`)),
    ...(driver === 'ssh' ? checkPin(connection, server, path) : []),
    ...(driver === 'http' ? checkAddress(connection, `server ${server}`, path) : []),
  ];
}

function checkPin({ hostKey, knownHosts }: Salvaged<ConnectionFile>, server: string, path: Path): Fault[] {
  if (hostKey === undefined && knownHosts === undefined)
    return [
      {
        ...fault(
          path,
          `the connection of server ${server} pins no key: give hostKey or knownHosts (nothing is accepted unseen)`,
        ),
        lacks: ['hostKey', 'knownHosts'],
      },
    ];
  return hostKey !== undefined && knownHosts !== undefined
    ? [fault(path, `the connection of server ${server} has hostKey and knownHosts; keep one`)]
    : [];
}
