import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type FleetServer, prepareServer, setFault, startProcess, stopProcess } from './fleet-server.ts';
import { findHaproxy, type RunningBalancer, startHaproxy } from './haproxy.ts';
import { type FleetStatus, readStatus } from './read-status.ts';
import { askProgram, serverProgram } from './server-files.ts';
import { startSmallBalancer } from './small-balancer.ts';

/** A small fleet on this machine: real HTTP servers behind a real load balancer. */
export interface Fleet {
  directory: string;
  balancer: 'haproxy' | 'small';
  /** Where requests go in. */
  url: string;
  /** The balancer's runtime socket. */
  socket: string;
  servers: FleetServer[];
  status(): Promise<FleetStatus[]>;
  /** The next deployment to this server really fails. */
  breakNext(server: string): void;
  /** Ends the server's process, as a crash would. */
  stopProcess(server: string): void;
  startProcess(server: string): Promise<void>;
  /** A slow server answers in 400 ms and takes 3 s longer to restart. */
  slowDown(server: string, isSlow: boolean): void;
  /** Ends every process of the fleet, also one that a deployment starts a moment later. */
  close(): Promise<void>;
}

/** What the fleet is made of. */
export interface FleetOptions {
  directory: string;
  clusters: { name: string; servers: string[] }[];
  /** `auto` takes HAProxy where it is installed. */
  balancer: 'auto' | 'haproxy' | 'small';
  /** What every server runs at first. */
  revision?: string;
}

/** The name of the one backend. */
export const backend = 'web';

/** Starts every server on the first revision, and the balancer in front of them; leaves nothing behind where that fails. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'server.mjs'), serverProgram);
  writeFileSync(join(directory, 'ask.mjs'), askProgram);
  const names = options.clusters.flatMap((cluster) =>
    cluster.servers.map((name) => ({ cluster: cluster.name, name })),
  );
  const servers: FleetServer[] = [];
  for (const name of names) servers.push(await prepareServer(directory, name, options.revision ?? 'shop@1'));
  try {
    await Promise.all(servers.map(startProcess));
    const balancer = await startBalancer(options.balancer, servers);
    const fleet = fleetOf(directory, servers, balancer);
    await untilAllUp(fleet);
    return fleet;
  } catch (error) {
    endProcesses(directory, servers);
    throw error;
  }
}

function fleetOf(directory: string, servers: FleetServer[], balancer: RunningBalancer): Fleet {
  const find = (name: string): FleetServer => {
    const server = servers.find((candidate) => candidate.name === name);
    if (!server) throw new Error(`there is no server ${name} in the fleet`);
    return server;
  };
  return {
    directory,
    servers,
    balancer: balancer.kind,
    url: balancer.url,
    socket: balancer.socket,
    status: async () => await readStatus(servers, balancer.socket),
    breakNext: (name) => setFault(find(name), 'break-next', true),
    stopProcess: (name) => stopProcess(find(name)),
    startProcess: async (name) => await startProcess(find(name)),
    slowDown: (name, isSlow) => setFault(find(name), 'slow', isSlow),
    close: async () => {
      await balancer.stop();
      endProcesses(directory, servers);
    },
  };
}

/** A process that is being started meanwhile sees the mark and ends by itself. */
function endProcesses(directory: string, servers: FleetServer[]): void {
  writeFileSync(join(directory, 'closed'), '');
  for (const server of servers) stopProcess(server);
}

async function startBalancer(
  wanted: FleetOptions['balancer'],
  servers: FleetServer[],
): Promise<RunningBalancer> {
  const program = wanted === 'small' ? null : findHaproxy();
  if (program) return await startHaproxy(program, backend, servers);
  if (wanted === 'haproxy')
    throw new Error('HAProxy is not installed: install the package haproxy, or choose the small balancer');
  return await startSmallBalancer(backend, servers);
}

const patienceMs = 10_000;

async function untilAllUp(fleet: Fleet): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const open = (await fleet.status()).filter(({ balancer }) => balancer !== 'UP');
    if (open.length === 0) return;
    if (Date.now() > deadline) {
      await fleet.close();
      throw new Error(`the load balancer does not see ${open.map(({ name }) => name).join(', ')}`);
    }
    await delay(50);
  }
}
