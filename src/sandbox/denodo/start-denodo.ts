import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startCatalogServer } from './catalog-server.ts';
import { type SchedulerWorld, startSchedulerServer } from './scheduler-server.ts';
import { startVdp, type Vdp } from './start-vdp.ts';

/** The servers of `examples/denodo`, each a stand-in on this machine. */
export interface DenodoHouse {
  /** The example's configuration; only the addresses of its servers are replaced. */
  configuration: string;
  /** Virtual DataPort servers by name. */
  vdps: Map<string, Vdp>;
  /** What stands on each Scheduler, by its name. */
  schedulers: Map<string, SchedulerWorld>;
  /** The secrets that the example names, by their variables. */
  variables: Record<string, string>;
  close(): Promise<void>;
}

const example = join(dirname(fileURLToPath(import.meta.url)), '../../../examples/denodo');
const user = 'deploy';
const password = 'lamplighter';

/** Starts a stand-in for every server of the example, and copies its scripts and its catalogue into a directory. */
export async function startDenodo(directory: string): Promise<DenodoHouse> {
  for (const part of ['lb', 'revisions'])
    cpSync(join(example, part), join(directory, part), { recursive: true });
  let configuration = readFileSync(join(example, 'lamplighter.yaml'), 'utf8');
  const vdps = new Map<string, Vdp>();
  const schedulers = new Map<string, SchedulerWorld>();
  const closers: (() => Promise<void>)[] = [];
  for (const [, name = '', role = ''] of configuration.matchAll(/- \{ name: (\S+), role: (\S+),/g)) {
    const { from, to, close } =
      role === 'vdp' ? await startOneVdp(name, vdps) : await startRest(name, role, schedulers);
    closers.push(close);
    configuration = configuration.replaceAll(from, to);
  }
  return {
    configuration,
    vdps,
    schedulers,
    variables: { DENODO_PASSWORD: password, CRM_PASSWORD_ENC: 'hU2z4w8Gk1pY' },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** Where a server of the example is on this machine. */
interface Place {
  from: string;
  to: string;
  close: () => Promise<void>;
}

async function startOneVdp(name: string, vdps: Map<string, Vdp>): Promise<Place> {
  const vdp = await startVdp({ users: { [user]: { password, isAdministrator: true } } });
  vdps.set(name, vdp);
  return {
    from: `host: ${name}, port: 9996`,
    to: `host: 127.0.0.1, port: ${vdp.port}`,
    close: async () => await vdp.stop(),
  };
}

async function startRest(
  name: string,
  role: string,
  schedulers: Map<string, SchedulerWorld>,
): Promise<Place> {
  const known = { user, password, now: Date.now };
  const world: SchedulerWorld = {
    projects: [{ id: 1, name: 'crm' }],
    jobs: [],
    runs: {},
    starts: {},
    now: Date.now,
  };
  const changes = { inserted: ['customer360.customer'], removed: [], modified: [] };
  if (role === 'scheduler') schedulers.set(name, world);
  const standIn =
    role === 'scheduler'
      ? await startSchedulerServer({ ...known, uri: `//${name}:8000` }, world)
      : await startCatalogServer(known, { changes, bodies: [] });
  return { from: `http://${name}:9090`, to: standIn.url, close: async () => await standIn.close() };
}
