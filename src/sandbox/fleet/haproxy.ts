import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { canConnect, freePort } from './ports.ts';

/** Where requests go in, and where its runtime commands are taken. */
export interface RunningBalancer {
  kind: 'haproxy' | 'small';
  url: string;
  socket: string;
  stop(): Promise<void>;
}

/** One server behind the balancer, on loopback. */
export interface BalancedServer {
  name: string;
  port: number;
}

/** A named set of servers; requests go to the first backend. */
export interface Backend {
  name: string;
  servers: BalancedServer[];
}

const paths = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/opt/homebrew/bin/haproxy', '/usr/bin/haproxy'];
const startMs = 10_000;

/** HAProxy ends with whoever started it, even where that process was killed: its shell's standard input closes. */
const watch = '"$@" </dev/null & child=$!; read -r _; kill -9 "$child"; wait "$child" 2>/dev/null';

/** The installed HAProxy; null where there is none. */
export function findHaproxy(): string | null {
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Starts a real HAProxy on loopback with a runtime socket of its own. Throws what HAProxy says where it cannot start. */
export async function startHaproxy(program: string, backends: Backend[]): Promise<RunningBalancer> {
  // Not in the fleet's directory: the path of a unix socket may have no more than 107 bytes.
  const directory = mkdtempSync(join(tmpdir(), 'll-lb-'));
  const port = await freePort(new Set(backends.flatMap(({ servers }) => servers.map((server) => server.port))));
  const socket = join(directory, 'admin.sock');
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, haproxyConfiguration(backends, port, socket));
  execFileSync(program, ['-c', '-q', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const child = spawn('/bin/sh', ['-c', watch, 'haproxy', program, '-db', '-q', '-f', file], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said = { text: '' };
  child.stderr.on('data', (chunk: Buffer) => (said.text = (said.text + chunk.toString('utf8')).slice(-2_000)));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await gone;
    rmSync(directory, { recursive: true, force: true });
  };
  const deadline = Date.now() + startMs;
  while (!(await canConnect(port)) || !existsSync(socket)) {
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`HAProxy did not start on port ${port}: ${said.text.trim() || 'it said nothing'}`);
    }
    await delay(20);
  }
  return { kind: 'haproxy', url: `http://127.0.0.1:${port}/`, socket, stop };
}

function haproxyConfiguration(backends: Backend[], port: number, socket: string): string {
  return [
    'global',
    `  stats socket ${socket} mode 600 level admin`,
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 30s',
    '  timeout server 30s',
    '  timeout check 1s',
    '  option redispatch 1',
    '  retries 3',
    'frontend entrance',
    `  bind 127.0.0.1:${port}`,
    `  default_backend ${backends[0]?.name ?? ''}`,
    ...backends.flatMap((backend) => [
      `backend ${backend.name}`,
      '  balance roundrobin',
      '  option httpchk GET /health',
      '  default-server check inter 100ms rise 2 fall 2',
      ...backend.servers.map((server) => `  server ${server.name} 127.0.0.1:${server.port}`),
    ]),
    '',
  ].join('\n');
}
