import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { isMap, parseDocument, type YAMLMap } from 'yaml';

import { startCatalogServer } from './catalog-server.ts';
import { startSchedulerServer } from './scheduler-server.ts';
import { startVdp, type Vdp } from './start-vdp.ts';

/** The servers of `examples/denodo`, each a stand-in on this machine. */
export interface DenodoHouse {
  /** Virtual DataPort servers by name. */
  vdps: Map<string, Vdp>;
  /** What the bot must find in its environment: the secrets that the example names. */
  variables: Record<string, string>;
  close(): Promise<void>;
}

const example = join(dirname(fileURLToPath(import.meta.url)), '../../../examples/denodo');
const user = 'deploy';
const password = 'lamplighter';

/**
 * Starts a stand-in for every server of the example, copies the example into a directory, and adds its environments and
 * its catalogue to a configuration file there; only the addresses of its servers are replaced.
 */
export async function startDenodo(directory: string, configurationFile: string): Promise<DenodoHouse> {
  for (const part of ['lb', 'revisions'])
    cpSync(join(example, part), join(directory, part), { recursive: true });
  const denodo = parseDocument(readFileSync(join(example, 'lamplighter.yaml'), 'utf8'), { merge: true });
  const closers: (() => Promise<void>)[] = [];
  const vdps = new Map<string, Vdp>();
  for (const server of serversOf(denodo.getIn(['environments']))) {
    const name = String(server.get('name'));
    const connection = server.get('connection');
    if (!isMap(connection)) throw new Error(`server ${name} of the example has no connection`);
    const place = await startServer(name, String(server.get('role')), connection, vdps);
    closers.push(place.close);
    for (const [key, value] of Object.entries(place.address)) connection.set(key, value);
  }
  const whole = parseDocument(readFileSync(configurationFile, 'utf8'));
  const added = denodo.toJS() as {
    catalog: { revisions: unknown[] };
    environments: Record<string, unknown>;
  };
  for (const revision of added.catalog.revisions) whole.addIn(['catalog', 'revisions'], revision);
  for (const [name, environment] of Object.entries(added.environments))
    whole.setIn(['environments', name], environment);
  writeFileSync(configurationFile, whole.toString());
  return {
    vdps,
    variables: { DENODO_PASSWORD: password, CRM_PASSWORD_ENC: 'hU2z4w8Gk1pY' },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

function serversOf(environments: unknown): YAMLMap[] {
  const lists = mapsIn(environments).flatMap((environment) => mapsIn(environment.get('clusters')));
  return lists.flatMap((cluster) => mapsIn(cluster.get('servers')));
}

function mapsIn(node: unknown): YAMLMap[] {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return [];
  const items = node.items.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'value' in item && 'key' in item ? item.value : item,
  );
  return items.filter((item) => isMap(item));
}

interface Place {
  address: Record<string, unknown>;
  close: () => Promise<void>;
}

async function startServer(
  name: string,
  role: string,
  connection: YAMLMap,
  vdps: Map<string, Vdp>,
): Promise<Place> {
  const known = { user, password, now: Date.now };
  if (role === 'vdp') {
    const vdp = await startVdp({ users: { [user]: { password, isAdministrator: true } } });
    vdps.set(name, vdp);
    return { address: { host: '127.0.0.1', port: vdp.port }, close: async () => await vdp.stop() };
  }
  const standIn =
    role === 'scheduler'
      ? await startSchedulerServer(
          { ...known, uri: String(connection.getIn(['options', 'uri'])) },
          { projects: [{ id: 1, name: 'crm' }], jobs: [], runs: {}, starts: {}, now: Date.now },
        )
      : await startCatalogServer(known, {
          changes: { inserted: ['customer360.customer'], removed: [], modified: [] },
          bodies: [],
        });
  const base = role === 'scheduler' ? 'webadmin/denodo-scheduler-admin' : 'denodo-data-catalog';
  return { address: { baseUrl: `${standIn.url}/${base}` }, close: async () => await standIn.close() };
}
