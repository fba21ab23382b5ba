import { asc, eq, sql } from 'drizzle-orm';

import type { EnvironmentEvent } from '../../domain/deployment/lock.ts';
import type { StoredEnvironmentEvent } from '../locks.ts';
import type { Connection } from './connection.ts';
import { environmentEvents } from './schema.ts';

/** What was done to environments outside any deployment; entries are added and never changed. */
export interface Trail {
  /** Adds an entry, within the transaction of whoever calls. */
  add: (entry: StoredEnvironmentEvent) => void;
  /** All of an environment, in order. */
  of: (environment: string) => StoredEnvironmentEvent[];
}

/** Prepares the trail over an open connection. */
export function prepareTrail({ database }: Connection): Trail {
  const value = sql.placeholder;
  const insert = database
    .insert(environmentEvents)
    .values({ environment: value('environment'), at: value('at'), type: value('type'), data: value('data') })
    .prepare();
  const select = database
    .select({ at: environmentEvents.at, data: environmentEvents.data })
    .from(environmentEvents)
    .where(eq(environmentEvents.environment, value('environment')))
    .orderBy(asc(environmentEvents.id))
    .prepare();
  return {
    add: ({ environment, at, event }) =>
      void insert.run({ environment, at, type: event.type, data: JSON.stringify(event) }),
    of: (environment) =>
      select
        .all({ environment })
        .map(({ at, data }) => ({ environment, at, event: JSON.parse(data) as EnvironmentEvent })),
  };
}
