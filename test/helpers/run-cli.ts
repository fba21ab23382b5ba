import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** What a command came to. */
export interface CliEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built program as a person in a terminal would, with nothing of our own environment but the path. */
export async function runCli(
  words: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<CliEnd> {
  const child = spawn(process.execPath, [resolve('dist/main.js'), ...words], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString('utf8')));
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString('utf8')));
  const code = await new Promise<number | null>((done, reject) => {
    child.on('error', reject);
    child.on('close', done);
  });
  return { code, ...said };
}
