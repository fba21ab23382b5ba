import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { dueHandlers } from '../app/handle-due.ts';
import { lookAgain } from '../app/look-again.ts';
import { startControl } from '../control/start-control.ts';
import type { Configuration } from '../domain/configured/configuration.ts';
import { type Metrics, createMetrics } from '../health/metrics.ts';
import { type HealthServer, startHealthServer } from '../health/server.ts';
import { startScheduler } from '../scheduler/scheduler.ts';
import { connectSlack } from '../slack/connection/connect.ts';
import { listen } from '../slack/listen.ts';
import { createApp } from './bot-app.ts';
import { createExamination } from './bot-doctor.ts';
import { createExecutor } from './bot-executor.ts';
import type { BotOptions } from './bot-options.ts';
import { startSpeaking } from './bot-speaking.ts';
import { holdConfiguration } from './current-configuration.ts';
import { openCatalogBeside } from './data-directory.ts';
import { version } from './version.ts';

/** A running bot. */
export interface Bot {
  healthUrl: string;
  /** Puts another configuration in force, which was checked before, and writes down which environments it changed. */
  reload(configuration: Configuration): Promise<string[]>;
  /** Takes nothing new, leaves what runs to its markers, says what there is to say, and lets go: within 10 s. */
  stop(): Promise<void>;
}

const heartbeatLimitMs = 10_000;
const stopLimitMs = 8_000;

/** Wires the rooms by hand and starts them: memory, people, clock, executor, telling. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { store, log, dataDirectory } = options;
  const now = Date.now;
  const goesOnWithout = (await store.leases()).length > 0;
  const metrics = createMetrics({ version, gauges: async () => await store.gauges(), now });
  const observe = { called: metrics.slackCalled, answered: metrics.answered };
  const slack = await connectSlack({ ...options.slack, goesOnWithout, now, log, observe });
  const open = (configuration: Configuration) => openCatalogBeside(dataDirectory, configuration);
  const current = holdConfiguration(options.configuration, open, log);
  const app = createApp(options, slack, current);
  const executor = createExecutor(options, app);
  const handlers = dueHandlers(app.needs);
  const scheduler = startScheduler({ store, now, log, handle: async (due) => await handlers[due.kind](due) });
  const adminChannel = (): string | null => current.configuration().adminChannel;
  const { outbox, parts: speaking } = startSpeaking(options, { app, slack, metrics, adminChannel });
  const examine = createExamination(options, current.configuration);
  listen(slack.app, { app: app.needs, listCatalog: app.listCatalog, examine, log });
  // What hears people lets go first, what tells them last.
  const ears: Stoppable[] = [slack];
  const rest: Stoppable[] = [scheduler, executor, ...speaking];
  const stop = async (): Promise<void> => {
    current.stop();
    await inTime(log, async () => {
      await Promise.all(ears.map(async (ear) => await ear.stop()));
      for (const part of rest) await part.stop();
    });
  };
  const lookAtWhatWaits = async (environments: string[]): Promise<void> =>
    await lookAgain(app.needs, environments).catch((error: unknown) =>
      log.error({ error }, 'what waits could not be held against the configuration; its start looks again'),
    );
  try {
    await slack.start();
    ears.push(await startControl(options.socketFile, { app: app.needs, log }));
    const health = await startHealth(options, {
      metrics,
      lastTickAt: () => scheduler.lastTickAt(),
      slackTrouble: () => sayNotConnected(slack.problem()) ?? outbox.trouble(),
    });
    rest.push({ stop: async () => await health.close() });
    log.info({ url: health.url }, 'Lamplighter is ready');
    // The file may have been changed while no process was there.
    const looked = lookAtWhatWaits(current.configuration().environments.map(({ name }) => name));
    rest.push({ stop: async () => await looked });
    const reload = async (configuration: Configuration): Promise<string[]> => {
      const changed = current.replace(configuration);
      await store.noteReload({ at: now(), environments: changed });
      await lookAtWhatWaits(changed);
      return changed;
    };
    return { healthUrl: health.url, reload, stop };
  } catch (error) {
    // Whatever began must not go on in a process that says it did not start.
    await stop();
    throw error;
  }
}

function sayNotConnected(problem: string | null): string | null {
  return problem === null
    ? null
    : `Slack is not connected: ${problem}. It is tried again; deployments go on.`;
}

interface Stoppable {
  stop(): Promise<void>;
}

interface HealthSources {
  metrics: Metrics;
  lastTickAt: () => number;
  slackTrouble: () => string | null;
}

async function startHealth(
  { store, health: { host, port } }: BotOptions,
  { metrics, lastTickAt, slackTrouble }: HealthSources,
): Promise<HealthServer> {
  return await startHealthServer(host, port, {
    metrics,
    alive: () => (Date.now() - lastTickAt() < heartbeatLimitMs ? null : 'the clock has not ticked for 10 s'),
    ready: async () => {
      await store.checkWritable(Date.now());
      return slackTrouble();
    },
  });
}

/** What hangs is left behind: everything that counts is in the database. */
async function inTime(log: Logger, orderly: () => Promise<void>): Promise<void> {
  const done = new AbortController();
  const late = delay(stopLimitMs, undefined, { signal: done.signal }).then(
    () => log.warn('stopping took too long; what is left stands in the database'),
    () => undefined,
  );
  await Promise.race([orderly(), late]);
  done.abort();
}
