import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';

import type { Logger } from 'pino';

import { admitDeployment } from '../app/admit-deployment.ts';
import { checksWanted, recordCheck } from '../app/server-checks.ts';
import { createBalancer } from '../balancer/balancer.ts';
import { processVariables, variablesForScripts } from '../config/env.ts';
import type { SecretReference } from '../domain/configured/connection.ts';
import { passBy } from '../domain/fault-point.ts';
import { createLocalDriver } from '../drivers/local/local-driver.ts';
import { type Executor, startExecutor } from '../executor/executor.ts';
import { createShares } from '../executor/shares.ts';
import type { Store } from '../store/store.ts';
import type { BotApp } from './bot-app.ts';
import { createSystems, sleep } from './bot-systems.ts';

/** What the executor is wired with. */
export interface ExecutorOptions {
  store: Store;
  readSecret: (reference: SecretReference) => string;
  dataDirectory: string;
  log: Logger;
}

const leaseMs = 15_000;

/** Wires drivers, system and balancer, and starts the executor over them. */
export function createExecutor(
  { store, readSecret, dataDirectory, log }: ExecutorOptions,
  app: BotApp,
): Executor {
  const variables = variablesForScripts(processVariables());
  const forScripts = createLocalDriver({ variables });
  const directory = resolve(dataDirectory);
  const systemOptions = {
    readSecret,
    findRevisionChange: app.findRevisionChange,
    maxOutputBytes: () => app.needs.configuration().limits.outputMiB * 1_048_576,
    dataDirectory: directory,
  };
  return startExecutor({
    store,
    log,
    leaseMs,
    reach: passBy,
    now: Date.now,
    holder: randomBytes(8).toString('hex'),
    shares: createShares(),
    system: createSystems(systemOptions),
    balancer: createBalancer({
      openLocalSession: async (signal) =>
        await forScripts.connect('this machine', { driver: 'local', workDirectory: directory }, signal),
      readSecret,
      directory,
      variables,
    }),
    // A system of its own: what it lets go of is none of a running attempt's.
    asked: { system: createSystems(systemOptions), planToInspect: app.planToInspect },
    rehearsed: {
      system: createSystems(systemOptions),
      wantedChecks: async () => await checksWanted(app.needs),
      recordCheck: async (found) => await recordCheck(app.needs, found),
    },
    admitIfQueued: async (lease) => await admitDeployment(app.needs, lease),
    sleep,
  });
}
