import { execFileSync, spawn, spawnSync, type SpawnSyncOptions } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from '../../src/sandbox/fleet/ports.ts';
import { makeCertificate } from './certificates.ts';
import { removeLater } from './remove-later.ts';

/** A real PostgreSQL on loopback with one user, `deploy`, and one database, `admin`. */
export interface Postgres {
  port: number;
  password: string;
  /** The certificate that it shows, which is its own authority. */
  ca: string;
  stop(): Promise<void>;
}

const installed = '/usr/lib/postgresql';

/** Whether the package postgresql is there; with CI=true its absence is an error. */
export function hasPostgres(): boolean {
  if (binaries() !== null) return true;
  if (process.env['CI'] === 'true')
    throw new Error('postgresql is not installed, and with CI=true nothing is skipped');
  console.warn('skipped: tests against a real PostgreSQL need the Debian package postgresql');
  return false;
}

function binaries(): string | null {
  if (!existsSync(installed)) return null;
  const found = readdirSync(installed).map((version) => join(installed, version, 'bin'));
  return found.find((directory) => existsSync(join(directory, 'initdb'))) ?? null;
}

/** Makes a cluster in a directory of its own, and starts it; PostgreSQL refuses to run as root, so nobody does. */
export async function startPostgres(): Promise<Postgres> {
  const bin = binaries();
  if (bin === null) throw new Error('postgresql is not installed');
  const root = mkdtempSync(join(tmpdir(), 'll-postgres-'));
  const password = 'Deploy-Passw0rd';
  const owner = ownerOf(root);
  const file = (name: string, content: string): string => {
    writeFileSync(join(root, name), content, { mode: 0o600 });
    if (owner.uid !== undefined) chownSync(join(root, name), owner.uid, owner.gid ?? owner.uid);
    return join(root, name);
  };
  const secret = file('password', password);
  const data = join(root, 'data');
  run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'deploy', '-A', 'scram-sha-256', '--pwfile', secret, '-E', 'UTF8'],
    owner,
  );
  const { key, cert, authority } = makeCertificate('IP:127.0.0.1');
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: root,
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: file('server.crt', cert),
    ssl_key_file: file('server.key', key),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...words], {
    ...owner,
    cwd: root,
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGQUIT');
      await gone;
    }
    removeLater(root);
  };
  try {
    const where = ['-h', '127.0.0.1', '-p', String(port)];
    await untilReady(() => spawnSync(join(bin, 'pg_isready'), where, { stdio: 'ignore' }).status === 0);
    const env = { PGPASSWORD: password, PATH: '/usr/bin:/bin' };
    execFileSync(join(bin, 'createdb'), [...where, '-U', 'deploy', 'admin'], { env });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, password, ca: authority, stop };
}

function ownerOf(directory: string): Pick<SpawnSyncOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [uid = 65_534, gid = 65_534] = (line ?? '').split(':').slice(2, 4).map(Number);
  chownSync(directory, uid, gid);
  chmodSync(directory, 0o711);
  return { uid, gid };
}

function run(program: string, words: string[], owner: Pick<SpawnSyncOptions, 'uid' | 'gid'>): void {
  execFileSync(program, words, { ...owner, cwd: '/', stdio: 'pipe' });
}

/** It takes connections before it answers them. */
async function untilReady(isReady: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (isReady()) return;
    await delay(50);
  }
  throw new Error('PostgreSQL did not become ready');
}
