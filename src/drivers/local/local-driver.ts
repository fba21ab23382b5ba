import { spawn } from 'node:child_process';

import type { CommandDriver } from '../command.ts';
import type { Channel } from '../runner/channel.ts';
import { lookAround } from '../runner/look.ts';
import { openRunnerSession } from '../runner/session.ts';

/** Runs commands on this machine, through the same runner as on any other. */
export function createLocalDriver(): CommandDriver {
  return {
    connect: async (server, connection) => {
      if (connection.driver !== 'local') throw new Error(`server ${server} is not on this machine`);
      return await openRunnerSession({
        server,
        workDirectory: connection.workDirectory,
        keepRevisions: 5,
        open: async (line) => openLocalChannel(line),
        close: async () => undefined,
      });
    },
    look: async (server, connection) => {
      if (connection.driver !== 'local') throw new Error(`server ${server} is not on this machine`);
      const { workDirectory } = connection;
      return await lookAround({ server, workDirectory, open: async (line) => openLocalChannel(line) });
    },
  };
}

/** A process group of its own, so that giving up takes the follower along and nothing else. */
function openLocalChannel(line: string): Channel {
  const child = spawn('/bin/sh', ['-c', line], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) endWithThisProcess(pid);
  const closed = new Promise<{ exitCode: number | null; reason: string }>((resolve) => {
    child.on('error', (error) => resolve({ exitCode: null, reason: error.message }));
    child.on('close', (exitCode, signal) =>
      resolve({ exitCode, reason: signal ? `ended by ${signal}` : '' }),
    );
  });
  child.on('close', () => pid !== undefined && openGroups.delete(pid));
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed,
    kill: () => {
      if (pid !== undefined && child.exitCode === null) killGroup(pid);
    },
  };
}

const openGroups = new Set<number>();

/**
 * Where stopping does not wait for a command that hangs, nothing would be left to end it at its timeout. Steps are not
 * among them: they run in sessions of their own.
 */
function endWithThisProcess(group: number): void {
  if (!process.listeners('exit').includes(killOpenGroups)) process.once('exit', killOpenGroups);
  openGroups.add(group);
}

function killOpenGroups(): void {
  for (const group of openGroups) killGroup(group);
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
