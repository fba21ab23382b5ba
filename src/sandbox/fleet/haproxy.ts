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
): Promise<RunningBalancer> {
  const directory = mkdtempSync(join(tmpdir(), 'll-lb-'));
  const port = await freePort();
  const socket = join(directory, 'admin.sock');
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, haproxyConfiguration(backend, servers, port, socket));
  execFileSync(program, ['-c', '-q', '-f', file]);
  const child = spawn(program, ['-db', '-q', '-f', file], { stdio: 'ignore' });
  for (let tries = 0; !(await canConnect(port)); tries += 1) {
    if (tries > 250 || child.exitCode !== null)
      throw new Error(`HAProxy does not listen on port ${port}; try ${program} -f ${file}`);
    await delay(20);
  }
  return {
    kind: 'haproxy',
    url: `http://127.0.0.1:${port}/`,
    socket,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function haproxyConfiguration(
  backend: string,
  servers: BalancedServer[],
  port: number,
  socket: string,
): string {
  return [
    'global',
    `  stats socket ${socket} mode 600 level admin`,
    'defaults',
    '  mode http',
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
    '  option httpchk GET /health',
    '  default-server check inter 100ms rise 2 fall 2',
    ...servers.map((server) => `  server ${server.name} 127.0.0.1:${server.port}`),
    '',
  ].join('\n');
}
