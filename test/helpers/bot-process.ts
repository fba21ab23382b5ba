import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The real process over one configuration and one database, with what a test does to it. */
export interface BotProcess {
  /** Starts `lamplighter start`, and waits until it is ready; throws with what it said when it ends before. */
  startBot(surroundings?: Surroundings): Promise<void>;
  /** Ends the process at once, as a power cut of the process would. */
  killBot(): Promise<void>;
  /** SIGTERM, and its exit code. */
  stopBot(): Promise<number | null>;
  /** Sends the process a signal and goes on. */
  signalBot(signal: NodeJS.Signals): void;
  /** Waits until the process has ended by itself or by a signal that it was sent. */
  botEnd(): Promise<ProcessEnd>;
  /** Whether it has not ended yet. */
  isRunning(): boolean;
  botPid(): number;
  botLog(): string;
  healthUrl(): string;
  /** Where the bot awaits Slack in HTTP mode. */
  slackUrl(): string;
}

/** What a process came to: an exit code, or the signal that ended it. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** In what surroundings the process runs. */
export interface Surroundings {
  /** A program and its words that become the bot by `exec`, or that trace it from beside: its process is the bot's. */
  under?: string[];
  /** Nothing of what it says can be read: it is ready when the command line is heard, for the first time here. */
  isSilent?: boolean;
}

/** What the process is started with. */
export interface BotProcessOptions {
  directory: string;
  configurationFile: string;
  apiUrl: string;
  by: keyof typeof ways;
}

const main = resolve('dist/main.js');

const ways = {
  socket: { SLACK_APP_TOKEN: 'xapp-stage' },
  http: { SLACK_SIGNING_SECRET: 'secret-stage', SLACK_HTTP_HOST: '127.0.0.1', PORT: '0' },
};

/** What `lamplighter start` finds around it on a stage. */
export function botEnvironment(options: BotProcessOptions): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    SLACK_BOT_TOKEN: 'xoxb-stage',
    ...ways[options.by],
    SLACK_API_URL: options.apiUrl,
    LAMPLIGHTER_CONFIG: options.configurationFile,
    DATABASE_URL: `file:${join(options.directory, 'data', 'lamplighter.db')}`,
    HTTP_PORT: '0',
    LOG_FORMAT: 'json',
  };
}

/** Nothing runs before `startBot`. */
export function botProcess(options: BotProcessOptions): BotProcess {
  let child: ChildProcess | null = null;
  let healthUrl = '';
  let slackUrl = '';
  const logFile = join(options.directory, 'bot.log');
  const end = async (signal: NodeJS.Signals): Promise<ProcessEnd> => {
    if (hasEnded(child)) return endOf(child);
    child?.kill(signal);
    return await untilEnded(child);
  };
  return {
    startBot: async ({ under = [], isSilent = false } = {}) => {
      const log = createWriteStream(logFile, { flags: 'a' });
      const [program, ...words] = [...under, process.execPath, main, 'start'];
      const env = botEnvironment(options);
      const started = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      child = started;
      let text = '';
      started.stderr.on('data', (chunk: Buffer) => {
        log.write(chunk);
        text += chunk.toString('utf8');
        slackUrl = [...text.matchAll(/"slackUrl":"(http:[^"]+)"/g)].at(-1)?.[1] ?? slackUrl;
        healthUrl = /"url":"(http:[^"]+)"/.exec(text)?.[1] ?? healthUrl;
      });
      const deadline = Date.now() + 60_000;
      const isReady = (): boolean =>
        isSilent
          ? existsSync(join(options.directory, 'data', 'lamplighter.db.sock'))
          : text.includes('"url"');
      while (!isReady()) {
        if (hasEnded(started) || Date.now() > deadline) throw new Error(`the bot did not start: ${text}`);
        await delay(20);
      }
    },
    killBot: async () => void (await end('SIGKILL')),
    stopBot: async () => (await end('SIGTERM')).code,
    signalBot: (signal) => void child?.kill(signal),
    botEnd: async () => await untilEnded(child),
    isRunning: () => !hasEnded(child),
    botPid: () => child?.pid ?? 0,
    botLog: () => readFileSync(logFile, 'utf8'),
    healthUrl: () => healthUrl,
    slackUrl: () => slackUrl,
  };
}

function hasEnded(child: ChildProcess | null): boolean {
  return child === null || child.exitCode !== null || child.signalCode !== null;
}

function endOf(child: ChildProcess | null): ProcessEnd {
  return { code: child?.exitCode ?? null, signal: child?.signalCode ?? null };
}

async function untilEnded(child: ChildProcess | null): Promise<ProcessEnd> {
  if (child && !hasEnded(child)) await new Promise((gone) => child.once('exit', gone));
  return endOf(child);
}
