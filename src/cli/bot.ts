import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { admitDeployment } from '../app/admit-deployment.ts';
import { dueHandlers } from '../app/handle-due.ts';
import type { AppNeeds } from '../app/needs.ts';
import { createBalancer } from '../balancer/balancer.ts';
import { openCatalog } from '../catalog/catalog.ts';
import { type Control, startControl } from '../control/start-control.ts';
import type { Configuration, SecretReference } from '../domain/environment.ts';
import { createLocalDriver } from '../drivers/local/local-driver.ts';
import { createSshDriver } from '../drivers/ssh/ssh-driver.ts';
import { type Executor, startExecutor } from '../executor/executor.ts';
import { type HealthServer, startHealthServer } from '../health/server.ts';
import { startScheduler } from '../scheduler/scheduler.ts';
import { connectSlack, type Slack } from '../slack/connect.ts';
import { listen } from '../slack/listen.ts';
import { type Outbox, type Pace, startOutbox } from '../slack/outbox.ts';
import { createPeople } from '../slack/people.ts';
import { startTelling } from '../slack/telling.ts';
import type { Store } from '../store/store.ts';
import { createCommandSystem } from '../systems/command/command-system.ts';
import { digestFile } from './digest-file.ts';

/** Everything a bot is built from. */
export interface BotOptions {
  store: Store;
  configuration: Configuration;
  slack: { botToken: string; appToken: string; apiUrl: string | undefined };
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

/** Wires the rooms by hand and starts them: memory, people, clock, executor, telling. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { store, log } = options;
  const now = Date.now;
  const slack = await connectSlack({ ...options.slack, log });
  const app = createApp(options, slack);
  const executor = createExecutor(options, app);
  const handlers = dueHandlers(app.needs);
  const scheduler = startScheduler({ store, now, log, handle: async (due) => await handlers[due.kind](due) });
  const outbox = startOutbox({ store, now, log, client: slack.outboxClient, pace: options.pace });
  const telling = startTelling({ store, now, log, breathMs: options.pace.betweenTellings }, outbox);
  listen(slack.app, { app: app.needs, listCatalog: app.listCatalog, log });
  await slack.start();
  const control = await startControl(options.socketFile, { app: app.needs, log });
  const health = await startHealthServer(options.health.host, options.health.port, {
    alive: () =>
      now() - scheduler.lastTickAt() < heartbeatLimitMs ? null : 'the clock has not ticked for 10 s',
    ready: async () => {
      await store.checkWritable(now());
      return slack.isConnected() ? null : 'Slack is not connected';
    },
  });
  log.info({ url: health.url }, 'Lamplighter is ready');
  return {
    healthUrl: health.url,
    stop: async () => await stopAll({ slack, control, executor, scheduler, telling, outbox, health, log }),
  };
}

interface App {
  needs: AppNeeds;
  listCatalog: () => Promise<{ name: string; description: string }[]>;
  findRevisionChange: Parameters<typeof createCommandSystem>[0]['findRevisionChange'];
}

function createApp({ store, configuration, log }: BotOptions, slack: Slack): App {
  const catalog = openCatalog(configuration);
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
  control: Control;
  executor: Executor;
  scheduler: { stop(): Promise<void> };
  telling: { stop(): Promise<void> };
  outbox: Outbox;
  health: HealthServer;
  log: Logger;
}

async function stopAll({
  slack,
  control,
  executor,
  scheduler,
  telling,
  outbox,
  health,
  log,
}: Parts): Promise<void> {
  const orderly = async (): Promise<void> => {
    await Promise.all([slack.stop(), control.stop()]);
    await scheduler.stop();
    await executor.stop();
    await telling.stop();
    await outbox.stop();
    await health.close();
  };
  const late = delay(stopLimitMs).then(() =>
    log.warn('stopping took too long; what is left stands in the database'),
  );
  await Promise.race([orderly(), late]);
}

/** The directory beside a database file. */
export function directoryOf(databaseFile: string): string {
  return dirname(resolve(databaseFile));
}
