import { setTimeout as delay } from 'node:timers/promises';

import { passBy } from '../../../src/domain/fault-point.ts';
import { type Executor, startExecutor } from '../../../src/executor/executor.ts';
import { createShares } from '../../../src/executor/shares.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createWorld } from '../../helpers/world.ts';
import { createSystem } from './bench.ts';

/** A store in a file. */
export async function openDenodoStore(file: string, migrationsFolder: string): Promise<Store> {
  return await openSqliteStore({ file, migrationsFolder });
}

/** The real executor over the Denodo system; nothing stands behind a load balancer. */
export function startDenodoExecutor(store: Store, dataDirectory: string): Executor {
  return startExecutor({
    store,
    system: createSystem(dataDirectory, {}),
    balancer: createWorld().balancer,
    now: Date.now,
    sleep: async (milliseconds, signal) =>
      await delay(Math.min(milliseconds, 20), undefined, { signal }).catch(() => undefined),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    reach: passBy,
    shares: createShares(),
    holder: `holder-${process.pid}-${Math.random()}`,
    admitIfQueued: async () => true,
    leaseMs: 500,
  });
}
