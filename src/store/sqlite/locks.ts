import { and, asc, eq, sql } from 'drizzle-orm';

import type { EnvironmentLock } from '../../domain/deployment/lock.ts';
import type { Standing } from '../../domain/deployment/summary.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import type { Unlock, LockStore } from '../locks.ts';
import { type Addition, type Append, prepareAppend } from './append.ts';
import type { Connection } from './connection.ts';
import { standingOf, summaryColumns } from './deployments.ts';
import { deployments, environmentLocks } from './schema.ts';
import { prepareTrail, type Trail } from './trail.ts';

/** What changes of deployments ask about locks, within their own transaction. */
export interface LockWriters {
  isLocked: (environment: string) => boolean;
  /** Closes an environment; leaves the lock that stands already. */
  closeIfOpen: (lock: EnvironmentLock) => void;
  /** Writes the lock that a deployment meets when these events queue it; answers where it stands then. */
  meetLock: (addition: Addition, standing: Standing) => Standing;
}

/** Environments that a person closed: the rows, their trail, and what queued deployments are told of them. */
export function lockMethods(connection: Connection, committed: () => void): LockStore & LockWriters {
  const { read, write } = connection;
  const trail = prepareTrail(connection);
  const parts = { append: prepareAppend(connection), statements: prepare(connection), trail };
  const find = (environment: string): EnvironmentLock | null =>
    toLock(parts.statements.lock.get({ environment }));

  return {
    lockEnvironment: async (lock) => {
      const standing = await write(() => find(lock.environment) ?? close(lock, parts));
      if (standing === null) committed();
      return standing;
    },
    unlockEnvironment: async (unlock) => {
      const lifted = await write(() => open(unlock, find(unlock.environment), parts));
      if (lifted) committed();
      return lifted;
    },
    lock: async (environment) => await read(() => find(environment)),
    locks: async () => (await read(() => parts.statements.locks.all())).flatMap((row) => toLock(row) ?? []),
    environmentEvents: async (environment) => await read(() => trail.of(environment)),
    noteReload: async ({ at, environments }) => {
      await write(() => {
        for (const environment of environments)
          trail.add({ environment, at, event: { type: 'reconfigured' } });
      });
    },
    isLocked: (environment) => find(environment) !== null,
    closeIfOpen: (lock) => {
      if (find(lock.environment) === null) close(lock, parts);
    },
    meetLock: (addition, standing) => {
      const queued = standing.state === 'queued' && addition.before?.state !== 'queued';
      const lock = queued ? find(addition.row.environment) : null;
      return lock ? parts.append.events({ ...addition, before: standing, events: [met(lock)] }) : standing;
    },
  };
}

interface Parts {
  append: Append;
  statements: ReturnType<typeof prepare>;
  trail: Trail;
}

function close(lock: EnvironmentLock, parts: Parts): null {
  const { environment, by, via, reason, since } = lock;
  parts.statements.close.run({ environment, by, via: via ?? null, reason, since });
  parts.trail.add({ environment, at: since, event: { type: 'locked', reason, by, via } });
  tellQueued(parts, { environment, at: since, event: met(lock) });
  return null;
}

function open(unlock: Unlock, lock: EnvironmentLock | null, parts: Parts): EnvironmentLock | null {
  const { environment, by, via, at, since } = unlock;
  if (lock?.since !== since) return null;
  parts.statements.open.run({ environment });
  parts.trail.add({ environment, at, event: { type: 'unlocked', by, via } });
  tellQueued(parts, { environment, at, event: { type: 'lock_lifted', by, via } });
  return lock;
}

function met({ by, via, reason, since }: EnvironmentLock): DeploymentEvent {
  return { type: 'lock_met', by, via, reason, since };
}

function tellQueued(
  { append, statements }: Parts,
  { environment, at, event }: { environment: string; at: number; event: DeploymentEvent },
): void {
  for (const row of statements.queued.all({ environment }))
    append.events({
      row: { number: row.number, environment },
      before: standingOf(row),
      events: [event],
      at,
      fence: null,
    });
}

function toLock(row: typeof environmentLocks.$inferSelect | undefined): EnvironmentLock | null {
  if (!row) return null;
  const { via, ...lock } = row;
  return via === null ? lock : { ...lock, via };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  const ofEnvironment = eq(environmentLocks.environment, value('environment'));
  return {
    lock: database.select().from(environmentLocks).where(ofEnvironment).prepare(),
    locks: database.select().from(environmentLocks).orderBy(asc(environmentLocks.environment)).prepare(),
    close: database
      .insert(environmentLocks)
      .values({
        environment: value('environment'),
        by: value('by'),
        via: value('via'),
        reason: value('reason'),
        since: value('since'),
      })
      .prepare(),
    open: database.delete(environmentLocks).where(ofEnvironment).prepare(),
    queued: database
      .select(summaryColumns)
      .from(deployments)
      .where(and(eq(deployments.environment, value('environment')), eq(deployments.state, 'queued')))
      .prepare(),
  };
}
