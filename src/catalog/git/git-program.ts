import { execFile, spawn } from 'node:child_process';
import { Readable } from 'node:stream';

/** The installed git, run without a shell, without questions, and without what a repository could make it do. */
export interface Git {
  /** What it printed. Rejects with its last words as one sentence; after `timeoutMs` (a minute) it is ended. */
  run(args: string[], options?: { input?: string; timeoutMs?: number }): Promise<Buffer>;
  /** What it prints, as it comes: to be read from the first moment on. `ended` rejects as `run` does. */
  stream(args: string[]): { output: Readable; ended: Promise<void> };
}

type Variables = Record<string, string | undefined>;

const standardTimeoutMs = 60_000;
const longestOutput = 64 * 1024 ** 2;

/** No program out of a configuration or a repository, and only the ways that are documented. */
const guards = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];
const guardVariables = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_ALLOW_PROTOCOL: 'file:ssh:https',
};
/** Where this user's keys, certificates, helpers and proxies are found. */
const handedOn =
  /^(PATH|HOME|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_CONFIG_GLOBAL|GIT_SSL_CAINFO|SSL_CERT_FILE|(https?|all|no)_proxy)$/i;
const neverAsks = '-o BatchMode=yes -o ConnectTimeout=10';

/** Git with the variables of this process: its keys, credential helpers, known hosts and proxies are used as they are. */
export function createGit(variables: Variables): Git {
  const given = Object.fromEntries(Object.entries(variables).filter(([name]) => handedOn.test(name)));
  const base = { ...given, ...guardVariables };
  let ssh: Promise<string> | null = null;
  const sshCommand = async (): Promise<string> => {
    ssh ??= variables['GIT_SSH_COMMAND']
      ? Promise.resolve(variables['GIT_SSH_COMMAND'])
      : runGit(['config', '--global', '--get', 'core.sshCommand'], base, {})
          .then((answer) => answer.toString('utf8').trim())
          .catch(() => 'ssh');
    return `${await ssh} ${neverAsks}`;
  };
  return {
    run: async (args, options = {}) =>
      await runGit(args, { ...base, GIT_SSH_COMMAND: await sshCommand() }, options),
    stream: (args) => streamGit(args, base),
  };
}

async function runGit(
  args: string[],
  env: Variables,
  { input = '', timeoutMs = standardTimeoutMs }: { input?: string; timeoutMs?: number },
): Promise<Buffer> {
  return await new Promise<Buffer>((resolve, reject) => {
    const options = { env, encoding: 'buffer' as const, timeout: timeoutMs, maxBuffer: longestOutput };
    const child = execFile('git', [...guards, ...args], options, (error, stdout, stderr) =>
      error ? reject(new Error(sayFailure(error, stderr, timeoutMs))) : resolve(stdout),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function streamGit(args: string[], env: Variables): { output: Readable; ended: Promise<void> } {
  const child = spawn('git', [...guards, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: standardTimeoutMs,
  });
  const stderr: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(new Error(sayFailure(error, Buffer.concat(stderr), standardTimeoutMs)));
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? resolve() : fail(new Error(`git ended with ${code}`))));
  });
  // Where files ran out, a child has no streams at all.
  if (child.pid === undefined) return { output: Readable.from([]), ended };
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return { output: child.stdout, ended };
}

/** What git adds to every failure on the way. */
const uselessLines =
  /^(Could not read from remote repository|Please make sure you have|and the repository exists)/;

/** Git's last line that says something, without a password that stands in an address. */
function sayFailure(
  error: Error & { code?: unknown; killed?: boolean },
  stderr: Buffer,
  timeoutMs: number,
): string {
  if (error.code === 'ENOENT') return 'the program git is not installed';
  if (error.killed) return `git gave no answer in ${timeoutMs / 1_000} s`;
  const lines = stderr
    .toString('utf8')
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote|ssh): /, '').trim())
    .filter((line) => line !== '' && !uselessLines.test(line));
  return withoutPassword(lines.at(-1) ?? error.message);
}

/** A text in which addresses stand without who they let in. */
export function withoutPassword(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, '//');
}
