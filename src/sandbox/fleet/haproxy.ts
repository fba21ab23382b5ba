import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from './ports.ts';

/** Where requests go in, and where its runtime commands are taken. */
export interface RunningBalancer {
  kind: 'haproxy' | 'small';
  url: string;
  socket: string;
  stop(): Promise<void>;
}

/** Servers behind the balancer, by the name of their backend. */
export interface BalancedServer {
  name: string;
  port: number;
}

const paths = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/opt/homebrew/sbin/haproxy'];

/** The installed HAProxy; null where there is none. */
export function findHaproxy(): string | null {
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Starts a real HAProxy over one backend, on loopback, with its own process and runtime socket. */
export async function startHaproxy(
  program: string,
  backend: string,
  servers: BalancedServer[],
  mode: 'http' | 'tcp' = 'http',
): Promise<RunningBalancer> {
  const directory = mkdtempSync(join(tmpdir(), 'll-lb-'));
  const port = await freePort();
  const socket = join(directory, 'admin.sock');
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, haproxyConfiguration(backend, { servers, port, socket, mode }));
  const child = spawn(program, ['-db', '-q', '-f', file], { stdio: 'ignore' });
  const guard = endWithOwner(child);
  const stop = async (): Promise<void> => {
    await end(child);
    await end(guard);
    rmSync(directory, { recursive: true, force: true });
  };
  if (await listensInTime(child, socket))
    return { kind: 'haproxy', url: `http://127.0.0.1:${port}/`, socket, stop };
  const { stderr, stdout } = spawnSync(program, ['-c', '-f', file], { encoding: 'utf8' });
  await stop();
  const said = (stderr || stdout).trim();
  throw new Error(`HAProxy did not start on port ${port}; checking its configuration says: ${said}`);
}

const patienceMs = 10_000;

/** HAProxy opens its runtime socket only after it has every port. */
async function listensInTime(child: ChildProcess, socket: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs && !hasEnded(child); waitedMs += 20) {
    if (await accepts(socket)) return true;
    await delay(20);
  }
  return false;
}

async function accepts(socket: string): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const stream = connect(socket, () => {
      stream.destroy();
      resolve(true);
    });
    stream.once('error', () => resolve(false));
  });
}

/** A process that ends HAProxy as soon as nobody holds the other end of its input, however this process ended. */
function endWithOwner(child: ChildProcess): ChildProcess {
  const script = 'trap "" INT TERM HUP; read -r line; kill -9 "$0"';
  return spawn('/bin/sh', ['-c', script, String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

interface Wiring {
  servers: BalancedServer[];
  port: number;
  socket: string;
  mode: 'http' | 'tcp';
}

function haproxyConfiguration(backend: string, { servers, port, socket, mode }: Wiring): string {
  return [
    'global',
    `  stats socket ${socket} mode 600 level admin`,
    'defaults',
    `  mode ${mode}`,
    '  timeout connect 2s',
    '  timeout client 30s',
    '  timeout server 30s',
    '  option redispatch',
    '  retries 3',
    'frontend entrance',
    `  bind 127.0.0.1:${port}`,
    `  default_backend ${backend}`,
    `backend ${backend}`,
    '  balance roundrobin',
    ...(mode === 'http' ? ['  option httpchk GET /health'] : []),
    '  default-server check inter 100ms rise 2 fall 2',
    ...servers.map((server) => `  server ${server.name} 127.0.0.1:${server.port}`),
    '',
  ].join('\n');
}
