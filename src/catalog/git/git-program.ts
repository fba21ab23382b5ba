import { execFile, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** The installed git, run without a shell, without questions, and without what a repository could make it do. */
export interface Git {
  /** What it printed. Rejects with its last words as one sentence. */
  run(args: string[], input?: string): Promise<Buffer>;
  /** What it prints, as it comes; `ended` rejects as `run` does. */
  stream(args: string[]): { output: Readable; ended: Promise<void> };
}

/** Longer than Slack waits: whoever is in a hurry waits for less of it. */
const timeoutMs = 60_000;
const longestOutput = 64 * 1024 ** 2;

/** No program out of a configuration or a repository, and only the ways that are documented. */
const guards = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];
const guardVariables = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_ALLOW_PROTOCOL: 'file:ssh:https',
};
const ssh = 'ssh -o BatchMode=yes -o ConnectTimeout=10';

/** Git with the variables of this process: its home (keys, credential helpers, known_hosts) is used as it is. */
export function createGit(variables: Record<string, string | undefined>): Git {
  const env = {
    PATH: variables['PATH'],
    HOME: variables['HOME'],
    SSH_AUTH_SOCK: variables['SSH_AUTH_SOCK'],
    GIT_SSH_COMMAND: variables['GIT_SSH_COMMAND'] ?? ssh,
    ...guardVariables,
  };
  return {
    run: async (args, input) =>
      await new Promise<Buffer>((resolve, reject) => {
        const options = { env, encoding: 'buffer' as const, timeout: timeoutMs, maxBuffer: longestOutput };
        const child = execFile('git', [...guards, ...args], options, (error, stdout, stderr) =>
          error ? reject(new Error(sayFailure(error, stderr))) : resolve(stdout),
        );
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(input ?? '');
      }),
    stream: (args) => {
      const child = spawn('git', [...guards, ...args], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: timeoutMs,
      });
      const stderr: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      const ended = new Promise<void>((resolve, reject) => {
        child.once('error', (error) => reject(new Error(sayFailure(error, Buffer.concat(stderr)))));
        child.once('close', (code) =>
          code === 0
            ? resolve()
            : reject(new Error(sayFailure(new Error(`git ended with ${code}`), Buffer.concat(stderr)))),
        );
      });
      return { output: child.stdout, ended };
    },
  };
}

/** Git's last line that says something, without a password that stands in an address. */
function sayFailure(error: Error & { code?: unknown; killed?: boolean }, stderr: Buffer): string {
  if (error.code === 'ENOENT') return 'the program git is not installed';
  if (error.killed) return `git gave no answer in ${timeoutMs / 1_000} s`;
  const lines = stderr
    .toString('utf8')
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote|ssh): /, '').trim())
    .filter(
      (line) => line !== '' && !line.startsWith('Please make sure') && line !== 'and the repository exists.',
    );
  return withoutPassword(lines.at(-1) ?? error.message);
}

/** A text in which addresses stand without who they let in. */
export function withoutPassword(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, '//');
}
