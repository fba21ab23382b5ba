import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { canConnect, freePort } from '../../src/sandbox/fleet/ports.ts';
import { removeLater } from './remove-later.ts';

/** A real OpenSSH server on loopback, with its own host key and one login key. */
export interface Sshd {
  host: string;
  port: number;
  /** `ssh-ed25519 AAAA…`, to be pinned. */
  hostKey: string;
  privateKeyFile: string;
  /** A directory of its own, for the runner and for what is deployed. */
  directory: string;
  /** The listener; each connection is a child of it. */
  pid: number;
  /** What sshd logged. */
  log(): string;
  stop(): Promise<void>;
}

const sshdPath = '/usr/sbin/sshd';

/** Whether the package openssh-server is there; with CI=true its absence is an error. */
export function hasSshd(): boolean {
  if (existsSync(sshdPath)) return true;
  if (process.env['CI'] === 'true')
    throw new Error('openssh-server is not installed, and with CI=true nothing is skipped');
  console.warn('skipped: tests against a real sshd need the Debian package openssh-server');
  return false;
}

/** Starts an sshd and waits until it answers. */
export async function startSshd(options: { port?: number; home?: string } = {}): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), 'll-sshd-'));
  const hostKeyFile = join(directory, 'host_key');
  const privateKeyFile = join(directory, 'login_key');
  for (const file of [hostKeyFile, privateKeyFile])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  writeFileSync(join(directory, 'authorized_keys'), readFileSync(`${privateKeyFile}.pub`), { mode: 0o600 });
  const port = options.port ?? (await freePort());
  const logFile = join(directory, 'log');
  writeFileSync(
    join(directory, 'config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
      `PidFile ${join(directory, 'pid')}`,
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'MaxSessions 20',
      'MaxStartups 100:30:200',
      'LogLevel DEBUG1',
      ...(options.home === undefined ? [] : [`SetEnv HOME=${options.home}`]),
      'PermitRootLogin yes',
    ].join('\n'),
  );
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(sshdPath, ['-D', '-f', join(directory, 'config'), '-E', logFile], {
    stdio: 'ignore',
    detached: true,
  });
  await untilListening(port);
  return {
    host: '127.0.0.1',
    port,
    hostKey: readFileSync(`${hostKeyFile}.pub`, 'utf8').trim(),
    privateKeyFile,
    directory,
    pid: child.pid ?? 0,
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        killGroup(child.pid);
        await gone;
      }
      removeLater(directory);
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await canConnect(port)) return;
    await delay(25);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** The listener together with those of its children that have not left its group yet. */
function killGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
