import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Where SQLite meets the disk. */
export const calls = { sync: 'fsync,fdatasync', write: 'pwrite64' };

/** A kind of call, and which of its calls kills the process that makes it, counted from where the tracer begins. */
export interface Blow {
  at: keyof typeof calls;
  nth: number;
}

/** What a tracer saw of one thread. */
export interface Trace {
  wasKilled: boolean;
  /** One call a line, with the path of its file, in their order. */
  lines: string[];
}

/** The words in front of a program that is traced from its start. Without -f only its first thread is, and no step. */
export function tracedFromStart(file: string, blow: Blow): string[] {
  return ['strace', '-D', ...words(file, blow)];
}

/** A tracer of a process that runs already. */
export interface Tracer {
  /** Lets go of the process, if it still lives, and answers what was seen. */
  end(): Promise<Trace>;
}

/** Traces the first thread of a running process from now on; throws where that is not allowed. */
export async function traceFromNow(pid: number, file: string, blow: Blow | null): Promise<Tracer> {
  const tracer = spawn('strace', ['-p', String(pid), ...words(file, blow)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await untilAttached(tracer);
  return {
    end: async () => {
      tracer.kill('SIGTERM');
      await untilEnded(tracer);
      return readTrace(file);
    },
  };
}

/** What the tracer of a process that has ended wrote down, once that is all. */
export async function untilTraced(file: string): Promise<Trace> {
  while (!/^\+\+\+ /m.test(readFileSync(file, 'utf8'))) await delay(10);
  return readTrace(file);
}

function readTrace(file: string): Trace {
  const lines = readFileSync(file, 'utf8').split('\n');
  return {
    wasKilled: lines.some((line) => line.includes('killed by SIGKILL')),
    lines: lines.filter((line) => /^\w+\(/.test(line)),
  };
}

/** For each commit of a trace, which of all its writes begins it: the first of the process, and the first after each sync. */
export function writesThatBegin({ lines }: Trace): number[] {
  const isWrite = (line: string): boolean => line.startsWith('pwrite64(');
  let writes = 0;
  return lines.flatMap((line, index) => {
    if (!isWrite(line)) return [];
    writes += 1;
    return isWrite(lines[index - 1] ?? '') ? [] : [writes];
  });
}

function words(file: string, blow: Blow | null): string[] {
  const kill = blow && ['-e', `inject=${calls[blow.at]}:signal=SIGKILL:when=${blow.nth}`];
  return ['-y', '-o', file, '-e', `trace=${calls.sync},${calls.write}`, ...(kill ?? [])];
}

async function untilAttached(tracer: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    tracer.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('attached')) resolve();
    });
    tracer.once('error', reject);
    tracer.once('exit', () => reject(new Error(`strace may not trace a running process here: ${said}`)));
  });
}

async function untilEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((gone) => child.once('exit', gone));
}
