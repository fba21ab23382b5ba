import { spawn } from 'node:child_process';

import type { CommandDriver } from '../command.ts';
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
  const open: OpenChannel = async (line) => openLocalChannel(line, variables);
  return {
    connect: async (server, connection) => {
      if (connection.driver !== 'local') throw new Error(`server ${server} is not on this machine`);
      return await openRunnerSession({
        server,
        workDirectory: connection.workDirectory,
        keepRevisions: 5,
        open,
        close: async () => undefined,
      });
    },
    look: async (server, connection) => {
      if (connection.driver !== 'local') throw new Error(`server ${server} is not on this machine`);
      const { workDirectory } = connection;
      return await lookAround({ server, workDirectory, open });
    },
  };
}

/** A process group of its own, so that giving up takes the follower along and nothing else. */
function openLocalChannel(line: string, env: LocalDriverNeeds['variables']): Channel {
  const child = spawn('/bin/sh', ['-c', line], { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = new Promise<{ exitCode: number | null; reason: string }>((resolve) => {
    child.on('error', (error) => resolve({ exitCode: null, reason: error.message }));
    child.on('close', (exitCode, signal) =>
      resolve({ exitCode, reason: signal ? `ended by ${signal}` : '' }),
    );
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed,
    kill: () => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    },
  };
}
