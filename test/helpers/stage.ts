import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import { type Fleet, startFleet } from '../../src/sandbox/fleet/start-fleet.ts';
import { writeFleetConfiguration } from '../../src/sandbox/fleet/write-configuration.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { type BotProcess, botProcess } from './bot-process.ts';
import { removeLater } from './remove-later.ts';
import { type Sshd, startSshd } from './sshd.ts';

/** A workspace, a fleet of real servers behind a real balancer, each reached by its own sshd, and the real process. */
export interface Stage extends BotProcess {
  directory: string;
  slack: LocalSlack;
  fleet: Fleet;
  sshds: Map<string, Sshd>;
  configurationFile: string;
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
  /** The balancer in front of servers that are reached over ssh; HAProxy when left out. */
  balancer?: Fleet['balancer'];
  /** Changes the written configuration before the bot starts. */
  configure?: (yaml: string, stage: { sshds: Map<string, Sshd>; directory: string }) => string;
  /** How Slack reaches the bot; Socket Mode when left out. */
  by?: 'socket' | 'http';
  /** Replaces files of the catalogue: path below `revisions/shop/2/` → content. */
  files?: Record<string, string>;
}

/** What of the manifest the stand-in holds the bot to. */
interface Manifest {
  oauth_config: { scopes: Record<'bot' | 'bot_optional', string[]> };
}

const channel = 'C0SHOP';

/** Sets a stage; everything on it listens on loopback and is ended by its own process number. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'll-stage-'));
  const fleet = await startFleet({
    directory: join(directory, 'fleet'),
    clusters: options.clusters,
    balancer: options.onThisMachine ? 'small' : (options.balancer ?? 'haproxy'),
  });
  const sshds = new Map<string, Sshd>();
  if (!options.onThisMachine) for (const { name } of fleet.servers) sshds.set(name, await startSshd());
  const slack = await startWorkspace();
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

/** The stand-in for Slack with the people and channels of every stage, held to what the manifest asks for. */
export async function startWorkspace(): Promise<LocalSlack> {
  const manifest = parse(readFileSync('manifest.yml', 'utf8')) as Manifest;
  return await startSlack({
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
