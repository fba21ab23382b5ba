import { type ChildProcess, spawn } from 'node:child_process';

import { type CommandDriver, Unreachable } from '../command.ts';
import type { Channel, OpenChannel } from '../runner/channel.ts';
import { lookAround } from '../runner/look.ts';
import { openRunnerSession } from '../runner/session.ts';

/** What the driver is built with. */
export interface LocalDriverNeeds {
  /** All that commands find of this process's environment; its own holds secrets. */
  variables: Record<string, string | undefined>;
}

/** Runs commands on this machine, through the same runner as on any other. */
export function createLocalDriver({ variables }: LocalDriverNeeds): CommandDriver {
  const openOn =
    (server: string): OpenChannel =>
    async (line) =>
      await openLocalChannel(server, line, variables);
  return {
    connect: async (server, connection) => {
      if (connection.driver !== 'local') throw new Error(`server ${server} is not on this machine`);
      return await openRunnerSession({
        server,
        workDirectory: connection.workDirectory,
        keepRevisions: 5,
        open: openOn(server),
        close: async () => undefined,
      });
    },
    look: async (server, connection) => {
      if (connection.driver !== 'local') throw new Error(`server ${server} is not on this machine`);
      const { workDirectory } = connection;
      return await lookAround({ server, workDirectory, open: openOn(server) });
    },
  };
}

/** A process group of its own, so that giving up takes the follower along and nothing else. */
async function openLocalChannel(
  server: string,
  line: string,
  env: LocalDriverNeeds['variables'],
): Promise<Channel> {
  const child = spawn('/bin/sh', ['-c', line], { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Unreachable(sayNotStarted(server, await failureOf(child)));
  endWithThisProcess(pid);
  const closed = new Promise<{ exitCode: number | null; reason: string }>((resolve) => {
    child.on('error', (error) => resolve({ exitCode: null, reason: error.message }));
    child.on('close', (exitCode, signal) =>
      resolve({ exitCode, reason: signal ? `ended by ${signal}` : '' }),
    );
  });
  child.on('close', () => openGroups.delete(pid));
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed,
    kill: () => {
      if (child.exitCode === null) killGroup(pid);
    },
  };
}

/** Why a child without a process number was not started; where files ran out it has no streams to read either. */
async function failureOf(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  return await new Promise((resolve) => child.once('error', resolve));
}

function sayNotStarted(server: string, { code, message }: NodeJS.ErrnoException): string {
  const way = code === 'EMFILE' ? ': raise the limit of open files of the bot (ulimit -n, LimitNOFILE)' : '';
  return `${server}: this machine could not start a command (${message})${way}`;
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
