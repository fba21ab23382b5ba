import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { admitDeployment } from '../app/admit-deployment.ts';
import { dueHandlers } from '../app/handle-due.ts';
import type { AppNeeds } from '../app/needs.ts';
import { createBalancer } from '../balancer/balancer.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type Control, startControl } from '../control/start-control.ts';
import type { Configuration, SecretReference } from '../domain/environment.ts';
import { createLocalDriver } from '../drivers/local/local-driver.ts';
import { createSshDriver } from '../drivers/ssh/ssh-driver.ts';
import { type Executor, startExecutor } from '../executor/executor.ts';
import { createShares } from '../executor/shares.ts';
import { type HealthServer, startHealthServer } from '../health/server.ts';
import { startScheduler } from '../scheduler/scheduler.ts';
import { connectSlack, type Slack, type SlackConnection } from '../slack/connect.ts';
import { listen } from '../slack/listen.ts';
import { type Outbox, type Pace, startOutbox } from '../slack/outbox.ts';
import { createPeople } from '../slack/people.ts';
import { startTelling } from '../slack/telling.ts';
import type { Store } from '../store/store.ts';
import { createCommandSystem } from '../systems/command/command-system.ts';
import { openCatalogBeside } from './data-directory.ts';
import { digestFile } from './digest-file.ts';

/** Everything a bot is built from. */
export interface BotOptions {
  store: Store;
  configuration: Configuration;
  slack: Pick<SlackConnection, 'botToken' | 'apiUrl' | 'transport'>;
  health: { host: string; port: number };
  /** Where the command line is heard: beside the database. */
  socketFile: string;
  /** Where marks of balancer scripts are kept: beside the database. */
  dataDirectory: string;
  readSecret: (reference: SecretReference) => string;
  pace: Pace;
  log: Logger;
}

/** A running bot. */
export interface Bot {
  healthUrl: string;
  /** Takes nothing new, leaves what runs to its markers, says what there is to say, and lets go: within 10 s. */
  stop(): Promise<void>;
}

const leaseMs = 15_000;
const heartbeatLimitMs = 10_000;
const stopLimitMs = 8_000;
const catalogRefreshMs = 60_000;

/** Wires the rooms by hand and starts them: memory, people, clock, executor, telling. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { store, log } = options;
  const now = Date.now;
  const slack = await connectSlack({ ...options.slack, now, log });
  const catalog = openCatalogBeside(options.dataDirectory, options.configuration);
  const app = createApp(options, slack, catalog);
  const executor = createExecutor(options, app);
  const handlers = dueHandlers(app.needs);
  const scheduler = startScheduler({ store, now, log, handle: async (due) => await handlers[due.kind](due) });
  const outbox = startOutbox({ store, now, log, client: slack.outboxClient, pace: options.pace });
  const telling = startTelling({ store, now, log, breathMs: options.pace.betweenTellings }, outbox);
  const stopRefreshing = keepFresh(catalog, log);
  const parts = { slack, executor, scheduler, telling, outbox, stopRefreshing, log };
  listen(slack.app, { app: app.needs, listCatalog: app.listCatalog, log });
  try {
    await slack.start();
    const control = await startControl(options.socketFile, { app: app.needs, log });
    const health = await startHealth(options, parts);
    log.info({ url: health.url }, 'Lamplighter is ready');
    return { healthUrl: health.url, stop: async () => await stopAll({ ...parts, control, health }) };
  } catch (error) {
    // Whatever began must not go on in a process that says it did not start.
    await stopAll({ ...parts, control: null, health: null });
    throw error;
  }
}

async function startHealth(
  { store, health: { host, port } }: BotOptions,
  { scheduler, slack }: Pick<Parts, 'scheduler' | 'slack'>,
): Promise<HealthServer> {
  return await startHealthServer(host, port, {
    alive: () =>
      Date.now() - scheduler.lastTickAt() < heartbeatLimitMs ? null : 'the clock has not ticked for 10 s',
    ready: async () => {
      await store.checkWritable(Date.now());
      return slack.isConnected() ? null : 'Slack is not connected';
    },
  });
}

/** Asks the repositories of the catalogue at once and then again and again; what was known stays in use where that fails. */
function keepFresh(catalog: Catalog, log: Logger): () => void {
  const refresh = async (): Promise<void> => {
    for (const problem of await catalog.refresh()) log.warn({ problem }, 'the catalogue is as it was');
  };
  void refresh();
  const timer = setInterval(() => void refresh(), catalogRefreshMs);
  return () => clearInterval(timer);
}

interface App {
  needs: AppNeeds;
  listCatalog: () => Promise<{ name: string; description: string }[]>;
  findRevisionChange: Parameters<typeof createCommandSystem>[0]['findRevisionChange'];
}

function createApp({ store, configuration, log }: BotOptions, slack: Slack, catalog: Catalog): App {
  const now = Date.now;
  const findPerson = createPeople({
    client: slack.app.client,
    teamId: slack.teamId,
    configuration: () => configuration,
    now,
    log,
  });
  const needs: AppNeeds = {
    store,
    lockOf: async (environment) => await store.lock(environment),
    now,
    findPerson,
    configuration: () => configuration,
    findRevision: async (name, version) => await catalog.find(name, version),
    findPackage: (name, version) => catalog.findPackage(name, version),
    digestFile,
    pinRevision: async (name, digest) => await store.pinRevision(name, digest, now()),
    heldMembers: async (environment) =>
      (await store.members(environment))
        .filter(({ inService }) => inService === 'held')
        .map(({ member }) => member),
  };
  return {
    needs,
    listCatalog: async () => await catalog.list(),
    findRevisionChange: async (revision) => {
      const found = await catalog.find(revision.name, revision.version);
      if (!found.ok) return found.refusals.map(({ message }) => message).join(' ');
      if (found.value.digest === revision.digest) return null;
      return `the files of ${revision.name}@${revision.version} are not those that were approved`;
    },
  };
}

function createExecutor(options: BotOptions, app: App): Executor {
  const { store, log, readSecret, dataDirectory } = options;
  const local = createLocalDriver();
  const directory = resolve(dataDirectory);
  return startExecutor({
    store,
    log,
    leaseMs,
    now: Date.now,
    holder: randomBytes(8).toString('hex'),
    shares: createShares(),
    system: createCommandSystem({
      drivers: { ssh: createSshDriver({ readSecret }), local },
      readSecret,
      findRevisionChange: app.findRevisionChange,
      maxOutputBytes: options.configuration.limits.outputMiB * 1_048_576,
      now: Date.now,
    }),
    balancer: createBalancer({
      openLocalSession: async (signal) =>
        await local.connect('this machine', { driver: 'local', workDirectory: directory }, signal),
      readSecret,
      directory,
      now: Date.now,
    }),
    admitIfQueued: async (lease) => await admitDeployment(app.needs, lease),
    sleep: async (milliseconds, signal) =>
      await delay(milliseconds, undefined, { signal }).catch(() => undefined),
  });
}

interface Parts {
  slack: Slack;
  control: Control | null;
  executor: Executor;
  scheduler: ReturnType<typeof startScheduler>;
  telling: { stop(): Promise<void> };
  outbox: Outbox;
  stopRefreshing: () => void;
  health: HealthServer | null;
  log: Logger;
}

async function stopAll(parts: Parts): Promise<void> {
  const { slack, control, executor, scheduler, telling, outbox, health, log } = parts;
  parts.stopRefreshing();
  const orderly = async (): Promise<void> => {
    await Promise.all([slack.stop(), control?.stop()]);
    await scheduler.stop();
    await executor.stop();
    await telling.stop();
    await outbox.stop();
    await health?.close();
  };
  const inTime = new AbortController();
  const late = delay(stopLimitMs, undefined, { signal: inTime.signal }).then(
    () => log.warn('stopping took too long; what is left stands in the database'),
    () => undefined,
  );
  await Promise.race([orderly(), late]);
  inTime.abort();
}
