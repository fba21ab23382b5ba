import { setTimeout as delay } from 'node:timers/promises';

import { processVariables, variablesForSteps } from '../config/env.ts';
import type { SecretReference } from '../domain/configured/connection.ts';
import type { Revision } from '../domain/revision.ts';
import { createHttpDriver } from '../drivers/http/http-driver.ts';
import { createLocalDriver } from '../drivers/local/local-driver.ts';
import { createPostgresDriver } from '../drivers/postgres/postgres-driver.ts';
import { createSshDriver } from '../drivers/ssh/ssh-driver.ts';
import { chooseSystem } from '../systems/choose-system.ts';
import { createCommandSystem } from '../systems/command/command-system.ts';
import { createManagerSystem } from '../systems/denodo-solution-manager/manager-system.ts';
import { createCatalogSync } from '../systems/denodo/data-catalog.ts';
import { createDenodoSystem } from '../systems/denodo/denodo-system.ts';
import { createSchedulerTasks } from '../systems/denodo/scheduler.ts';
import type { System } from '../systems/system.ts';

const restTimeoutMs = 30_000;
const restMaxBytes = 16 * 1_048_576;

/** What the systems are wired with. */
export interface SystemOptions {
  readSecret: (reference: SecretReference) => string;
  /** Null when the revision's files are still those that were signed; else a sentence. */
  findRevisionChange: (revision: Revision) => Promise<string | null>;
  maxOutputBytes: () => number;
  /** Absolute. */
  dataDirectory: string;
}

/** Every system that is executed, over real drivers. */
export function createSystems(options: SystemOptions): System {
  const { readSecret, findRevisionChange, maxOutputBytes, dataDirectory } = options;
  const local = createLocalDriver({ variables: variablesForSteps(processVariables()) });
  const rest = {
    http: createHttpDriver({ readSecret, timeoutMs: restTimeoutMs, maxBytes: restMaxBytes }),
    readSecret,
    findRevisionChange,
    now: Date.now,
    sleep,
  };
  return chooseSystem({
    command: createCommandSystem({
      drivers: { ssh: createSshDriver({ readSecret }), local },
      readSecret,
      findRevisionChange,
      maxOutputBytes,
    }),
    denodo: createDenodoSystem({
      postgres: createPostgresDriver({ readSecret }),
      readSecret,
      findRevisionChange,
      dataDirectory,
      sleep,
      schedulerTasks: createSchedulerTasks(rest),
      catalogSync: createCatalogSync(rest),
    }),
    'denodo-solution-manager': createManagerSystem(rest),
  });
}

/** Waits; ends early, without an error, when the signal aborts. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
