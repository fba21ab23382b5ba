import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { parse } from 'yaml';

import { type Fleet, startFleet } from '../../src/sandbox/fleet/start-fleet.ts';
import { writeFleetConfiguration } from '../../src/sandbox/fleet/write-configuration.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { removeLater } from './remove-later.ts';
import { type Sshd, startSshd } from './sshd.ts';

/** A workspace, a fleet of real servers behind a real balancer, each reached by its own sshd, and the real process. */
export interface Stage {
  directory: string;
  slack: LocalSlack;
  fleet: Fleet;
  sshds: Map<string, Sshd>;
  configurationFile: string;
  /** Starts `lamplighter start`, and waits until it is ready. */
  startBot(surroundings?: Surroundings): Promise<void>;
  /** Ends the process at once, as a power cut of the process would. */
  killBot(): Promise<void>;
  /** SIGTERM, and its exit code. */
  stopBot(): Promise<number | null>;
  /** Sends the process a signal and goes on. */
  signalBot(signal: NodeJS.Signals): void;
  botLog(): string;
  healthUrl(): string;
  /** Where the bot awaits Slack in HTTP mode. */
  slackUrl(): string;
  /** The newest card in the channel. */
  card(): ShownMessage;
  /** Waits until the newest card says these words. */
  cardSays(words: string, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** What a stage is set with. */
export interface StageOptions {
  clusters: { name: string; servers: string[] }[];
  /** Servers of this machine behind the small balancer: needs neither sshd nor haproxy. */
  onThisMachine?: boolean;
  /** Changes the written configuration before the bot starts. */
  configure?: (yaml: string, stage: { sshds: Map<string, Sshd>; directory: string }) => string;
  /** How Slack reaches the bot; Socket Mode when left out. */
  by?: 'socket' | 'http';
  /** Replaces files of the catalogue: path below `revisions/shop/2/` → content. */
  files?: Record<string, string>;
}

/** In what surroundings the process runs. */
export interface Surroundings {
  /** A program and its words that become the bot by `exec`. */
  under?: string[];
}

/** What of the manifest the stand-in holds the bot to. */
interface Manifest {
  oauth_config: { scopes: Record<'bot' | 'bot_optional', string[]> };
}

const channel = 'C0SHOP';
const main = resolve('dist/main.js');

/** Sets a stage; everything on it listens on loopback and is ended by its own process number. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'll-stage-'));
  const fleet = await startFleet({
    directory: join(directory, 'fleet'),
    clusters: options.clusters,
    balancer: options.onThisMachine ? 'small' : 'haproxy',
  });
  const sshds = new Map<string, Sshd>();
  if (!options.onThisMachine) for (const { name } of fleet.servers) sshds.set(name, await startSshd());
  const manifest = parse(readFileSync('manifest.yml', 'utf8')) as Manifest;
  const slack = await startSlack({
    botToken: 'xoxb-stage',
    appToken: 'xapp-stage',
    signingSecret: 'secret-stage',
    scopes: Object.values(manifest.oauth_config.scopes).flat(),
    people: [
      { id: 'U0ANA', name: 'ana', timezone: 'Europe/Madrid' },
      { id: 'U0BEN', name: 'ben', timezone: 'Europe/London' },
      { id: 'U0CAT', name: 'cat', timezone: 'Europe/London' },
      { id: 'U0GUEST', name: 'guest', isGuest: true },
    ],
    channels: [
      { id: channel, name: 'shop' },
      { id: 'C0TALK', name: 'talk' },
    ],
    usergroups: [{ id: 'S0PROMADM', handle: 'promotion-admins', users: ['U0ANA', 'U0BEN'] }],
  });
  const configurationFile = await writeFleetConfiguration(fleet, {
    directory,
    channel,
    usergroup: 'S0PROMADM',
    ...(!options.onThisMachine && { connectionOf: (name) => sshConnection(name, sshds) }),
  });
  if (options.configure)
    writeFileSync(
      configurationFile,
      options.configure(readFileSync(configurationFile, 'utf8'), { sshds, directory }),
    );
  for (const [path, content] of Object.entries(options.files ?? {}))
    writeFileSync(join(directory, 'revisions', 'shop', '2', path), content, { mode: 0o755 });
  const { by = 'socket' } = options;
  const bot = botProcess({ directory, configurationFile, apiUrl: slack.apiUrl, by });
  const card = (): ShownMessage => {
    const message = slack.channel(channel).messages().at(-1);
    if (!message) throw new Error('there is no card yet');
    return message;
  };
  return {
    directory,
    slack,
    fleet,
    sshds,
    configurationFile,
    ...bot,
    startBot: async (surroundings) => {
      await bot.startBot(surroundings);
      if (by === 'http') await slack.setRequestUrl(bot.slackUrl());
    },
    card,
    cardSays: async (words, timeoutMs = 40_000) =>
      void (await slack.until(
        () => slack.channel(channel).messages().at(-1)?.text.includes(words) ?? false,
        timeoutMs,
      )),
    close: async () => {
      await bot.killBot();
      await slack.close();
      await fleet.close();
      await Promise.all([...sshds.values()].map(async (sshd) => await sshd.stop()));
      removeLater(directory);
    },
  };
}

/** A server's connection as the configuration writes it. */
export function sshConnection(name: string, sshds: Map<string, Sshd>): string {
  const sshd = sshds.get(name);
  if (!sshd) throw new Error(`there is no sshd for ${name}`);
  const { username } = userInfo();
  const key = JSON.stringify(sshd.privateKeyFile);
  const work = JSON.stringify(join(sshd.directory, 'work'));
  return `{ driver: ssh, host: 127.0.0.1, port: ${sshd.port}, user: ${username}, privateKey: { file: ${key} }, hostKey: ${JSON.stringify(sshd.hostKey)}, workDirectory: ${work} }`;
}

const ways = {
  socket: { SLACK_APP_TOKEN: 'xapp-stage' },
  http: { SLACK_SIGNING_SECRET: 'secret-stage', SLACK_HTTP_HOST: '127.0.0.1', PORT: '0' },
};

/** What the process is started with. */
export interface BotProcess {
  directory: string;
  configurationFile: string;
  apiUrl: string;
  by: keyof typeof ways;
}

/** The real process over a configuration, with what a stage does to it. */
export function botProcess({ directory, configurationFile, apiUrl, by }: BotProcess) {
  let child: ChildProcess | null = null;
  let healthUrl = '';
  let slackUrl = '';
  const logFile = join(directory, 'bot.log');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null)
      return running?.exitCode ?? null;
    const gone = new Promise<number | null>((done) => running.once('exit', (code) => done(code)));
    running.kill(signal);
    return await gone;
  };
  return {
    startBot: async ({ under = [] }: Surroundings = {}): Promise<void> => {
      const log = createWriteStream(logFile, { flags: 'a' });
      const env = {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        SLACK_BOT_TOKEN: 'xoxb-stage',
        ...ways[by],
        SLACK_API_URL: apiUrl,
        LAMPLIGHTER_CONFIG: configurationFile,
        DATABASE_URL: `file:${join(directory, 'data', 'lamplighter.db')}`,
        HTTP_PORT: '0',
        LOG_FORMAT: 'json',
      };
      const words = [...under, process.execPath, main, 'start'];
      const started = spawn(words[0] ?? '', words.slice(1), { env, stdio: ['ignore', 'ignore', 'pipe'] });
      child = started;
      let text = '';
      started.stderr.on('data', (chunk: Buffer) => {
        log.write(chunk);
        text += chunk.toString('utf8');
        slackUrl = [...text.matchAll(/"slackUrl":"(http:[^"]+)"/g)].at(-1)?.[1] ?? slackUrl;
        healthUrl = /"url":"(http:[^"]+)"/.exec(text)?.[1] ?? healthUrl;
      });
      const deadline = Date.now() + 20_000;
      while (!text.includes('"url"')) {
        if (started.exitCode !== null || Date.now() > deadline)
          throw new Error(`the bot did not start: ${text}`);
        await delay(20);
      }
    },
    killBot: async (): Promise<void> => void (await end('SIGKILL')),
    stopBot: async (): Promise<number | null> => await end('SIGTERM'),
    signalBot: (signal: NodeJS.Signals): void => void child?.kill(signal),
    botLog: (): string => readFileSync(logFile, 'utf8'),
    healthUrl: (): string => healthUrl,
    slackUrl: (): string => slackUrl,
  };
}
