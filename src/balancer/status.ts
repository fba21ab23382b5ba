import { spawn } from 'node:child_process';

import type { MemberStatus } from '../domain/attempt/judge-group.ts';

const maxAnswerLength = 1_000;

/**
 * Runs a status script, which changes nothing, and reads the one word it prints. Its whole process group is
 * killed at the timeout; anything but `up`, `drain` or `down` is `unknown`.
 */
export async function askStatus(
  words: string[],
  place: { directory: string; variables: Record<string, string | undefined> },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<MemberStatus> {
  const [file = '', ...args] = words;
  const { directory: cwd, variables: env } = place;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = (): void => killGroup(child.pid);
  const timer = setTimeout(kill, timeoutMs);
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await new Promise<MemberStatus>((resolve) => {
      child.on('error', () => resolve('unknown'));
      // Where files ran out, a child has no streams at all.
      if (child.pid === undefined) return;
      let answer = '';
      child.stdout.on('data', (chunk: Buffer) => {
        answer = (answer + chunk.toString('utf8')).slice(0, maxAnswerLength);
      });
      child.on('close', (code) => resolve(code === 0 ? wordOf(answer) : 'unknown'));
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended by itself.
  }
}

function wordOf(answer: string): MemberStatus {
  const word = answer.trim();
  return word === 'up' || word === 'drain' || word === 'down' ? word : 'unknown';
}
