import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

import type { BotControl } from '../sandbox/page/page-parts.ts';
import type { BotState } from '../sandbox/page/snapshot.ts';

/** What the bot's process is started with. */
export interface BotProcessOptions {
  /** The program, and its arguments. */
  program: string[];
  /** All of its environment. */
  variables: Record<string, string>;
  logFile: string;
  /** Epoch milliseconds. */
  now: () => number;
}

/** The bot as a process of its own, which can be killed and started again. */
export interface BotProcess extends BotControl {
  /** Ends it with the sandbox. */
  close(): Promise<void>;
}

/** The bot goes when the process that started it is gone, however that ended. */
const orphanWatch = `data:text/javascript,setInterval(()=>{if(process.ppid!==${process.pid})process.kill(process.pid,'SIGKILL')},250).unref()`;

interface Running {
  child: ChildProcess;
  /** Resolves when it is ready or has ended. */
  ready: Promise<void>;
  ended: Promise<void>;
}

/** Controls one bot process at a time; starts nothing yet. */
export function createBotProcess(options: BotProcessOptions): BotProcess {
  const { now } = options;
  const listeners = new Set<() => void>();
  let state: BotState = { is: 'ended', since: now(), exitCode: null };
  let running: Running | null = null;
  const become = (next: BotState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const kill = async (): Promise<void> => {
    running?.child.kill('SIGKILL');
    await running?.ended;
  };
  return {
    state: () => state,
    start: async () => {
      running ??= startProcess(options, {
        begun: (pid) => become({ is: 'starting', pid, since: now() }),
        ready: (pid) => become({ is: 'running', pid, since: now() }),
        ended: (exitCode, signal) => {
          running = null;
          const since = now();
          become(signal === 'SIGKILL' ? { is: 'killed', since } : { is: 'ended', since, exitCode });
        },
      });
      await running.ready;
    },
    kill,
    close: kill,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Turns {
  begun(pid: number): void;
  ready(pid: number): void;
  ended(exitCode: number | null, signal: NodeJS.Signals | null): void;
}

function startProcess({ program, variables, logFile }: BotProcessOptions, turns: Turns): Running {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, ['--import', orphanWatch, ...program], {
    env: variables,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const pid = child.pid ?? 0;
  turns.begun(pid);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      turns.ended(exitCode, signal);
      log.end();
      resolve();
    });
  });
  const ready = new Promise<void>((resolve) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log.write(chunk);
      if (text === 'ready') return;
      text += chunk.toString('utf8');
      if (!text.includes('Lamplighter is ready')) return;
      text = 'ready';
      turns.ready(pid);
      resolve();
    });
    void ended.then(resolve);
  });
  return { child, ready, ended };
}
