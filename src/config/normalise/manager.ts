import type { Manager } from '../../domain/configured/denodo.ts';
import type { Cluster, Environment } from '../../domain/configured/environment.ts';
import type { EnvironmentFile } from '../schema/configuration.ts';
import { normaliseCluster } from './servers.ts';
import { absolutePath, type Base, secretReference } from './values.ts';

/** The name of the one server that the bot deploys to where a Solution Manager does the rest. */
const managerName = 'solution-manager';

/** The Solution Manager of an environment that is deployed through one; null in every other. */
export function normaliseManager(base: Base, { system, manager }: EnvironmentFile): Manager | null {
  if (system !== 'denodo-solution-manager' || manager === undefined) return null;
  const { baseUrl, environmentId, user, password, tls, ca } = manager;
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    environmentId,
    user,
    password: secretReference(base, password),
    tls: { verify: tls !== 'off', ca: ca === undefined ? null : absolutePath(base, ca) },
  };
}

/** The Solution Manager as a cluster with one server, so that plan, card and thread have something to name. */
export function managerCluster(base: Base, environment: EnvironmentFile): Cluster | null {
  const { system, manager, payloads } = environment;
  if (system !== 'denodo-solution-manager' || manager === undefined) return null;
  const { environmentId: _environmentId, ...connection } = manager;
  const [payload] = Object.values(payloads);
  const server = {
    name: managerName,
    role: payload?.role ?? '',
    connection: { driver: 'http' as const, ...connection },
  };
  return normaliseCluster(base, { name: managerName, servers: [server] });
}

/** What only the Solution Manager decides: whatever is written, the bot sees one cluster with one server. */
export function ofManager({
  system,
}: EnvironmentFile): Partial<
  Pick<Environment, 'topology' | 'serverStrategy' | 'clusterStrategy' | 'parallel'>
> {
  if (system !== 'denodo-solution-manager') return {};
  return { topology: 'single-cluster', serverStrategy: null, clusterStrategy: null, parallel: null };
}
