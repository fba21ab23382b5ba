import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { canConnect, freePort } from '../../src/sandbox/fleet/ports.ts';

/** A real nginx over some servers, on loopback. */
export interface Nginx {
  url: string;
  /** Its `nginx.conf`, and the file in it with one server a line. */
  configuration: string;
  servers: string;
  /** The master process. */
  pid: number;
  stop(): Promise<void>;
}

/** The installed nginx; null where there is none. */
export function findNginx(): string | null {
  return ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path)) ?? null;
}

/** Starts nginx in a directory of its own. Nothing is tried twice: each request that a server drops is seen. */
export async function startNginx(
  program: string,
  directory: string,
  servers: { name: string; port: number }[],
): Promise<Nginx> {
  mkdirSync(directory, { recursive: true });
  const [configuration, file] = [join(directory, 'nginx.conf'), join(directory, 'servers.conf')];
  const port = await freePort();
  writeFileSync(
    file,
    servers.map(({ name, port: at }) => `server 127.0.0.1:${at} max_fails=0; # ${name}\n`).join(''),
  );
  writeFileSync(configuration, configurationIn(directory, port));
  const child = spawn(program, ['-c', configuration, '-g', 'daemon off;'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const guard = spawn('/bin/sh', ['-c', 'trap "" INT TERM HUP; read -r line; kill "$0"', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  for (let tries = 0; !(await canConnect(port)); tries += 1) {
    if (tries > 200 || child.exitCode !== null)
      throw new Error(`nginx did not start: ${readFileSync(join(directory, 'error.log'), 'utf8')}`);
    await delay(25);
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    configuration,
    servers: file,
    pid: child.pid ?? 0,
    stop: async () => {
      // A test that failed may have left it stopped.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
      guard.kill('SIGKILL');
    },
  };
}

function configurationIn(directory: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
worker_processes 2;
events {}
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${directory}/${kind};`).join('\n  ')}
  upstream web { include servers.conf; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://web; proxy_next_upstream off; }
  }
}
`;
}
