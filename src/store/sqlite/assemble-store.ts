import { randomBytes } from 'node:crypto';

import { and, eq, isNotNull, sql } from 'drizzle-orm';

import type { Store } from '../store.ts';
import { batchMethods } from './batches.ts';
import { deploymentWrites } from './changes.ts';
import type { Connection } from './connection.ts';
import { delegationMethods } from './delegations.ts';
import { deploymentReads } from './deployments.ts';
import { dueMethods } from './due.ts';
import { factMethods, installationNamer } from './facts.ts';
import { fileMethods } from './files.ts';
import { gaugeMethods } from './gauges.ts';
import { homeMethods } from './homes.ts';
import { inboxMethods } from './inbox.ts';
import { inspectionMethods } from './inspections.ts';
import { leaseMethods } from './leases.ts';
import { lockMethods } from './locks.ts';
import { logHeadMethods } from './log-head.ts';
import { messageMethods } from './messages.ts';
import { propertyMethods } from './properties.ts';
import { refusedBlockMethods } from './refused-blocks.ts';
import { leases, messages, notSaid } from './schema.ts';
import { serverTimeMethods } from './server-times.ts';
import { settingsMethods } from './settings.ts';

/**
 * Answers how to settle what a process that died left behind, inside a transaction: its leases are stale, and what it was
 * sending is unknown. Nobody else may be alive on it then.
 */
export function settlerAfterDeath(connection: Connection): () => void {
  const { database } = connection;
  const nameIt = installationNamer(connection);
  const makeStale = database.update(leases).set({ heartbeatAt: 0 }).where(isNotNull(leases.holder)).prepare();
  const makeUnknown = database
    .update(messages)
    .set({ state: 'unknown', saidDigest: null })
    .where(and(notSaid(), eq(messages.state, sql`'sending'`)))
    .prepare();
  return () => {
    nameIt(randomBytes(8).toString('hex'));
    makeStale.run();
    makeUnknown.run();
  };
}

/** The store over an open connection whose tables are up to date; `release` is called when it is closed. */
export function assembleStore(connection: Connection, now: () => number, release: () => void): Store {
  const listeners = new Set<() => void>();
  // In a turn of its own: a listener that fails must not make a change look refused that is written.
  const committed = (): void => {
    for (const listener of listeners) queueMicrotask(listener);
  };
  const { saveAnswer, ...inbox } = inboxMethods(connection, now);
  const { changeDue, ...due } = dueMethods(connection);
  const { isLocked, closeIfOpen, meetLock, ...locks } = lockMethods(connection, committed);
  const { enterBatch, ...lists } = batchMethods(connection, committed);
  const writers = { changeDue, saveAnswer, isLocked, closeIfOpen, meetLock, enterBatch };
  return {
    ...factMethods(connection),
    ...deploymentReads(connection),
    ...deploymentWrites(connection, writers, committed),
    ...lists,
    ...leaseMethods(connection),
    ...locks,
    ...propertyMethods(connection),
    ...delegationMethods(connection),
    ...inspectionMethods(connection, committed),
    ...homeMethods(connection),
    ...due,
    ...messageMethods(connection, committed),
    ...fileMethods(connection),
    ...refusedBlockMethods(connection),
    ...logHeadMethods(connection),
    ...gaugeMethods(connection),
    ...settingsMethods(connection, committed),
    ...serverTimeMethods(connection),
    ...inbox,
    onCommit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      connection.client.close();
      release();
    },
  };
}
