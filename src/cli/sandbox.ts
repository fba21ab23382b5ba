import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { processVariables } from '../config/env.ts';
import { startDenodo } from '../sandbox/denodo/start-denodo.ts';
import { startLoad } from '../sandbox/fleet/start-load.ts';
import { writeFleetConfiguration } from '../sandbox/fleet/write-configuration.ts';
import { type Page, startPage } from '../sandbox/page/start-page.ts';
import { type LocalSlack, startSlack } from '../sandbox/slack/start-slack.ts';
import { denodoChannel, people, startSandboxFleet } from './sandbox-bot.ts';
import { hintFor } from './sandbox-hint.ts';
import { type BotProcess, createBotProcess } from './sandbox-process.ts';
import { readAnnounced } from './slash-commands.ts';

const requestsPerSecond = 50;
const main = resolve(dirname(fileURLToPath(import.meta.url)), '../main.js');

/** The flags of `sandbox`. */
export interface SandboxOptions {
  port: number;
  /** Beside the shop, the environments of `examples/denodo` with a stand-in for each server. */
  denodo?: boolean;
}

/** `sandbox`: the bot with a page in the browser, until Ctrl-C; everything it started ends with it. Exit code 1: it could not begin. */
export async function runSandbox({ port, denodo = false }: SandboxOptions): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-sandbox-'));
  const closers: (() => Promise<unknown>)[] = [];
  const told = untilToldToStop();
  try {
    const { page, logFile } = await startSandbox(directory, { port, denodo }, closers);
    process.stdout.write(`${page.url}\n`);
    process.stdout.write(`Open it in a browser. The bot's log: ${logFile}. Ctrl-C ends everything.\n`);
    await told;
    return 0;
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    process.stderr.write(`port ${port} is taken: choose another with --port, or 0 for a free one\n`);
    return 1;
  } finally {
    for (const close of closers.toReversed()) await close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function startSandbox(
  directory: string,
  { port, denodo }: Required<SandboxOptions>,
  closers: (() => Promise<unknown>)[],
): Promise<{ page: Page; logFile: string }> {
  const fleet = await startSandboxFleet(directory);
  closers.push(async () => await fleet.close());
  const load = startLoad({ url: fleet.url, requestsPerSecond });
  closers.push(async () => await load.stop());
  const slack = await startSlack({
    botToken: 'xoxb-sandbox',
    appToken: 'xapp-sandbox',
    bot: { id: 'U0BOT', name: 'Lamplighter' },
    ...people,
    channels: denodo ? [...people.channels, denodoChannel] : people.channels,
  });
  closers.push(async () => await slack.close());
  const logFile = join(directory, 'bot.log');
  const file = await writeFleetConfiguration(fleet, { directory, channel: 'C0SHOP', usergroup: 'S0PROMADM' });
  takeTime(join(directory, 'revisions', 'shop'));
  const house = denodo ? await startDenodo(directory) : null;
  if (house) {
    closers.push(async () => await house.close());
    writeFileSync(file, withDenodo(readFileSync(file, 'utf8'), house.configuration));
  }
  const bot = prepareBot({ directory, slack, file, logFile, variables: house?.variables ?? {} });
  closers.push(async () => await bot.close());
  const parts = { slack, fleet, load, requestsPerSecond, bot, hintFor, ...readAnnounced() };
  const page = await startPage({ ...parts, players: people.people.map(({ id }) => id) }, { port });
  closers.push(async () => await page.close());
  void bot.start();
  return { page, logFile };
}

/** The shop's configuration, and behind it the example's revision and environments. */
function withDenodo(shop: string, example: string): string {
  const [, revision = ''] = /revisions:\n((?: {4}.*\n)+)/.exec(example) ?? [];
  const environments = example.slice(example.indexOf('environments:\n') + 'environments:\n'.length);
  return `${shop.replace('  revisions:\n', `  revisions:\n${revision}`).trimEnd()}\n${environments}`;
}

interface BotParts {
  directory: string;
  slack: LocalSlack;
  /** The configuration file. */
  file: string;
  logFile: string;
  variables: Record<string, string>;
}

function prepareBot({ directory, slack, file, logFile, variables }: BotParts): BotProcess {
  return createBotProcess({
    program: [main, 'start'],
    variables: {
      // The balancer's scripts find the very Node that this is.
      PATH: [dirname(process.execPath), processVariables()['PATH'] ?? ''].join(delimiter),
      SLACK_BOT_TOKEN: 'xoxb-sandbox',
      SLACK_APP_TOKEN: 'xapp-sandbox',
      SLACK_API_URL: slack.apiUrl,
      LAMPLIGHTER_CONFIG: file,
      DATABASE_URL: `file:${join(directory, 'data', 'lamplighter.db')}`,
      HTTP_PORT: '0',
      LOG_FORMAT: 'json',
      ...variables,
    },
    logFile,
    now: Date.now,
  });
}

/** An installation takes two seconds here: long enough to watch one, and to kill the bot in the middle of it. */
function takeTime(catalogue: string): void {
  for (const version of readdirSync(catalogue)) {
    const file = join(catalogue, version, 'install.sh');
    writeFileSync(file, readFileSync(file, 'utf8').replace('set -eu\n', 'set -eu\nsleep 2\n'));
  }
}

async function untilToldToStop(): Promise<void> {
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
  });
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
