import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { findHaproxy, type RunningBalancer, startHaproxy } from './haproxy.ts';
import { freePort } from './ports.ts';
import { askProgram, restartScript, serverProgram } from './server-files.ts';
import { startSmallBalancer } from './small-balancer.ts';

/** One server of the fleet. */
export interface FleetServer {
  name: string;
  cluster: string;
  port: number;
  /** Its own directory: `current`, `releases`, `pid`, `restart.sh`. */
  directory: string;
}

/** How a server is now. */
export interface FleetStatus {
  name: string;
  cluster: string;
  revision: string;
  /** What the balancer says: `UP`, `DRAIN`, `DOWN`. */
  balancer: string;
  answered: number;
}

/** A small fleet on this machine: real HTTP servers behind a real load balancer. */
export interface Fleet {
  directory: string;
  balancer: 'haproxy' | 'small';
  /** Where requests go in. */
  url: string;
  /** The balancer's runtime socket. */
  socket: string;
  servers: FleetServer[];
  /** The next deployment to this server really fails. */
  breakNext(server: string): void;
  status(): Promise<FleetStatus[]>;
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

const run = promisify(execFile);

/** Starts every server on the first revision, and the balancer in front of them. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'server.mjs'), serverProgram);
  writeFileSync(join(directory, 'ask.mjs'), askProgram);
  const servers: FleetServer[] = [];
  for (const cluster of options.clusters)
    for (const name of cluster.servers)
      servers.push(await prepareServer(directory, cluster.name, name, options.revision ?? 'shop@1'));
  await Promise.all(
    servers.map(async (server) => await run('/bin/sh', [join(server.directory, 'restart.sh')])),
  );
  const balancer = await startBalancer(options.balancer, servers);
  const fleet: Fleet = {
    directory,
    servers,
    balancer: balancer.kind,
    url: balancer.url,
    socket: balancer.socket,
    breakNext: (name) => {
      const server = servers.find((candidate) => candidate.name === name);
      if (!server) throw new Error(`there is no server ${name} in the fleet`);
      writeFileSync(join(server.directory, 'break-next'), '');
    },
    status: async () => await readStatus(servers, balancer.socket),
    close: async () => {
      await balancer.stop();
      for (const server of servers) stopServer(server);
    },
  };
  await untilAllUp(fleet);
  return fleet;
}

async function prepareServer(
  root: string,
  cluster: string,
  name: string,
  revision: string,
): Promise<FleetServer> {
  const directory = join(root, name);
  const port = await freePort();
  mkdirSync(join(directory, 'releases', revision), { recursive: true });
  writeFileSync(join(directory, 'releases', revision, 'REVISION'), `${revision}\n`);
  symlinkSync(join('releases', revision), join(directory, 'current'));
  const program = join(root, 'server.mjs');
  writeFileSync(
    join(directory, 'restart.sh'),
    restartScript(process.execPath, program, directory, name, port),
  );
  return { name, cluster, port, directory };
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
    if (Date.now() > deadline)
      throw new Error(`the load balancer does not see ${open.map(({ name }) => name).join(', ')}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function readStatus(servers: FleetServer[], socket: string): Promise<FleetStatus[]> {
  const statuses = await readBalancer(socket);
  return await Promise.all(
    servers.map(async ({ name, cluster, port }) => {
      const { revision, answered } = await askServer(port);
      return { name, cluster, revision, answered, balancer: statuses.get(name) ?? 'unknown' };
    }),
  );
}

async function askServer(port: number): Promise<{ revision: string; answered: number }> {
  return await new Promise((done) => {
    const nothing = { revision: 'no answer', answered: 0 };
    const asked = get(
      { host: '127.0.0.1', port, path: '/health', agent: false, timeout: 2_000 },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
        response.on('end', () => done(JSON.parse(body) as { revision: string; answered: number }));
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => done(nothing));
  });
}

async function readBalancer(socket: string): Promise<Map<string, string>> {
  const text = await new Promise<string>((done, reject) => {
    let answer = '';
    const stream = connect(socket, () => stream.end('show stat -1 4 -1\n'));
    stream.on('data', (chunk) => (answer += chunk.toString('utf8')));
    stream.on('end', () => done(answer));
    stream.on('error', reject);
  });
  const [head = '', ...lines] = text.replace(/^# /, '').trim().split('\n');
  const columns = head.split(',');
  const [name, status] = [columns.indexOf('svname'), columns.indexOf('status')];
  return new Map(
    lines.map((line) => line.split(',')).map((values) => [values[name] ?? '', values[status] ?? '']),
  );
}

function stopServer({ directory }: FleetServer): void {
  const file = join(directory, 'pid');
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
