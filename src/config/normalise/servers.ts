import type { Connection } from '../../domain/configured/connection.ts';
import type { Cluster, Server } from '../../domain/configured/environment.ts';
import { expandServers, type ExpandedServer } from '../expand-servers.ts';
import type { Salvaged } from '../salvage.ts';
import type { ClusterFile, ConnectionFile } from '../schema/configuration.ts';
import { absolutePath, type Base, secretReference, valuesOf } from './values.ts';

const defaultWorkDirectory = '~/.lamplighter';
const defaultKeepRevisions = 5;
/** Where a Virtual DataPort server speaks the PostgreSQL protocol. */
const defaultVdpPort = 9996;

/** A cluster with its servers in deployment order, templates in them. */
export function normaliseCluster(base: Base, cluster: ClusterFile): Cluster {
  return {
    name: cluster.name,
    enabled: cluster.enabled ?? true,
    variables: valuesOf(base, cluster.variables),
    properties: valuesOf(base, cluster.properties),
    servers: expandServers(cluster).map((expanded) => normaliseServer(base, expanded)),
  };
}

function normaliseServer(base: Base, { name, server }: ExpandedServer): Server {
  const connection = server.connection ?? {};
  return {
    name,
    role: server.role ?? '',
    enabled: server.enabled ?? true,
    connection: normaliseConnection(base, name, connection),
    variables: { ...valuesOf(base, server.variables), name, ...addressOf(connection) },
    properties: valuesOf(base, server.properties),
    owner: server.owner ?? null,
    standby: server.standby ?? false,
  };
}

/** The predefined `host` and `port`. */
function addressOf(connection: Salvaged<ConnectionFile>): { host: string; port: string } {
  switch (connection.driver) {
    case 'local':
      return { host: '127.0.0.1', port: '' };
    case 'http': {
      const url = new URL(connection.baseUrl ?? '');
      return { host: url.hostname, port: url.port || (url.protocol === 'https:' ? '443' : '80') };
    }
    case 'ssh':
      return { host: connection.host ?? '', port: String(connection.port ?? 22) };
    case 'postgres':
    case undefined:
      return { host: connection.host ?? '', port: String(connection.port ?? '') };
  }
}

function normaliseClient(
  base: Base,
  driver: 'http' | 'postgres',
  { tls, ca, user, password, ...connection }: Salvaged<ConnectionFile>,
): Connection {
  const secret = password === undefined ? null : secretReference(base, password);
  const trust = { verify: tls === 'verify', ca: ca === undefined ? null : absolutePath(base, ca) };
  if (driver === 'http')
    return {
      driver,
      baseUrl: (connection.baseUrl ?? '').replace(/\/+$/, ''),
      user: user ?? null,
      password: secret,
      // An https address is always verified.
      tls: { ...trust, verify: tls !== 'off' },
      options: definedOf(connection.options),
    };
  return {
    driver,
    host: connection.host ?? '',
    port: connection.port ?? defaultVdpPort,
    database: connection.database ?? 'admin',
    user: user ?? '',
    password: secret,
    tls: trust,
  };
}

function definedOf<T>(values: Record<string, T | undefined> = {}): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function normaliseConnection(base: Base, server: string, connection: Salvaged<ConnectionFile>): Connection {
  const { driver, privateKey } = connection;
  if (driver === 'local')
    return { driver, workDirectory: absolutePath(base, connection.workDirectory ?? defaultWorkDirectory) };
  if (driver === 'http' || driver === 'postgres') return normaliseClient(base, driver, connection);
  if (driver === undefined || privateKey === undefined)
    throw new Error(`the connection of server ${server} was not checked before it was used`);
  return {
    driver,
    host: connection.host ?? '',
    port: connection.port ?? 22,
    user: connection.user ?? '',
    privateKey: secretReference(base, privateKey),
    pin:
      connection.hostKey === undefined
        ? { knownHosts: absolutePath(base, connection.knownHosts ?? '') }
        : { hostKey: connection.hostKey },
    shell: connection.shell ?? 'sh',
    workDirectory: connection.workDirectory ?? defaultWorkDirectory,
    keepRevisions: connection.keepRevisions ?? defaultKeepRevisions,
  };
}
