import { readFileSync } from 'node:fs';

import type { Logger } from 'pino';

import { createSecretReader, processVariables, readEnvironment } from '../config/env.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { socketFileOf } from '../control/socket-file.ts';
import { createLog } from '../health/log.ts';
import { slackPace } from '../slack/outbox/outbox.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { StoreRefused } from '../store/sqlite/refused.ts';
import { type Bot, startBot } from './bot.ts';
import type { CommonOptions } from './common-options.ts';
import { directoryOf } from './data-directory.ts';
import { migrationsFolder } from './migrations-folder.ts';

const stopLimitMs = 9_500;

/**
 * `start`: runs the bot until SIGTERM or SIGINT; SIGHUP reads the file anew. Exit code 2 names every missing variable and
 * every fault of the file.
 */
export async function runStart(options: CommonOptions): Promise<number> {
  const environment = readEnvironment(processVariables(), { needs: 'slack' });
  if (!environment.ok) return fail(environment.message);
  const { value } = environment;
  const file = options.config ?? value.configFile;
  const loaded = loadConfiguration(file);
  if (!loaded.ok) return fail(loaded.faults.join('\n'));
  const log = createLog({ level: value.logLevel, format: value.logFormat });
  for (const warning of loaded.warnings) log.warn(warning);
  for (const name of loaded.configuration.notExecuted)
    log.warn(`${name} is configured, and this version does not execute it`);
  process.on('unhandledRejection', (error) =>
    log.error({ error }, 'a promise failed unheard; the bot goes on'),
  );

  let store;
  try {
    store = await openSqliteStore({
      file: value.databaseFile,
      migrationsFolder,
      reportTrouble: (trouble) =>
        trouble ? log.error(trouble.message) : log.info('the database can be written again'),
    });
  } catch (error) {
    if (error instanceof StoreRefused) return fail(error.message, 1);
    throw error;
  }
  const bot = await startBot({
    store,
    configuration: loaded.configuration,
    slack: { botToken: value.slackBotToken, apiUrl: value.slackApiUrl, transport: value.slackTransport },
    health: { host: value.httpHost, port: value.httpPort },
    socketFile: socketFileOf(value.databaseFile),
    dataDirectory: directoryOf(value.databaseFile),
    readSecret: createSecretReader(processVariables(), (path) => readFileSync(path, 'utf8')),
    pace: slackPace,
    log,
  }).catch(async (error: unknown) => {
    await store.close();
    log.error({ error }, 'Lamplighter could not start');
    return null;
  });
  if (!bot) return 1;
  const reloadOnSignal = (): void => void reload(bot, file, log);
  process.on('SIGHUP', reloadOnSignal);
  await untilToldToStop();
  process.off('SIGHUP', reloadOnSignal);
  log.info('stopping: nothing new begins, what runs on servers is left to its marks');
  await stopInTime(bot, store);
  return 0;
}

/** Checked first, all or nothing: with a fault everything stays as it was. */
async function reload(bot: Bot, file: string, log: Logger): Promise<void> {
  try {
    const loaded = loadConfiguration(file);
    if (!loaded.ok)
      return log.error({ faults: loaded.faults }, `${file} has faults: the configuration stays as it was`);
    const changed = await bot.reload(loaded.configuration);
    for (const warning of loaded.warnings) log.warn(warning);
    log.info({ changed }, `${file} was read anew and is in force`);
  } catch (error) {
    log.error({ error }, `${file} could not be put in force`);
  }
}

async function untilToldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** What hangs is left behind: everything that counts is in the database. */
async function stopInTime(bot: Bot, store: { close(): Promise<void> }): Promise<void> {
  setTimeout(() => process.exit(0), stopLimitMs).unref();
  await bot.stop();
  await store.close();
  setTimeout(() => process.exit(0), 200).unref();
}

function fail(message: string, code = 2): number {
  process.stderr.write(`${message}\n`);
  return code;
}
