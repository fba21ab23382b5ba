import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { freePort } from '../../src/sandbox/fleet/ports.ts';
import { removeLater } from './remove-later.ts';

/** A real PostgreSQL on loopback, whose superuser is `deploy` with the password `secret`. */
export interface Postgres {
  port: number;
  /** Runs one statement directly, beside everything that is tested. */
  query(text: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const versions = '/usr/lib/postgresql';

/** Whether the package postgresql is there; with CI=true its absence is an error. */
export function hasPostgres(): boolean {
  if (existsSync(versions)) return true;
  if (process.env['CI'] === 'true')
    throw new Error('postgresql is not installed, and with CI=true nothing is skipped');
  console.warn('skipped: tests against a real PostgreSQL need the Debian package postgresql');
  return false;
}

/** Makes a database of its own and waits until it answers. */
export async function startPostgres(): Promise<Postgres> {
  const directory = mkdtempSync(join(tmpdir(), 'll-pg-'));
  const port = await freePort();
  const owner = ownerOf(directory);
  const data = join(directory, 'data');
  execFileSync('sh', ['-c', 'echo secret > "$0"', join(directory, 'password')]);
  execFileSync(
    program('initdb'),
    ['-D', data, '-U', 'deploy', '-A', 'scram-sha-256', `--pwfile=${join(directory, 'password')}`, '-N'],
    { ...owner, stdio: 'ignore', cwd: directory },
  );
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: directory, fsync: 'off' };
  const child = spawn(
    program('postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    { ...owner, stdio: 'ignore', cwd: directory },
  );
  await answers(child, port);
  return {
    port,
    query: async (text) => await ask(port, text),
    stop: async () => {
      await end(child);
      removeLater(directory);
    },
  };
}

function program(name: string): string {
  const [newest] = readdirSync(versions).toSorted().toReversed();
  return join(versions, newest ?? '', 'bin', name);
}

/** PostgreSQL refuses to run as root. */
function ownerOf(directory: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid = '', gid = ''] = ['-u', '-g'].map((flag) =>
    execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }),
  );
  const owner = { uid: Number(uid), gid: Number(gid) };
  chownSync(directory, owner.uid, owner.gid);
  return owner;
}

async function ask(port: number, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'deploy',
    password: 'secret',
    database: 'postgres',
  });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

async function answers(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    const isUp = await ask(port, 'SELECT 1').then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await delay(100);
  }
  throw new Error(`PostgreSQL does not answer on port ${port}`);
}

/** SIGQUIT: it ends at once, and leaves nothing behind that somebody waits for. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGQUIT');
  await gone;
}
