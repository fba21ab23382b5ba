import { and, desc, eq, inArray, notLike, sql } from 'drizzle-orm';

import type { DeploymentState } from '../../domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import type { ServerTime } from '../../domain/plan/forecast.ts';
import { rollbackTitle } from '../../domain/plan/plan.ts';
import type { ServerTimeStore } from '../server-times.ts';
import { atMost } from './at-most.ts';
import type { Connection } from './connection.ts';
import { deployments, events } from './schema.ts';

type TimedEvent = Extract<DeploymentEvent, { type: 'attempt_started' | 'server_started' | 'server_ended' }>;

const endedWell: DeploymentState[] = ['ok', 'ok_with_warnings', 'partial'];
const timed: TimedEvent['type'][] = ['attempt_started', 'server_started', 'server_ended'];

/** How long servers took, read from the log of the newest deployments and of no other. */
export function serverTimeMethods(connection: Connection): ServerTimeStore {
  const statements = prepare(connection);
  return {
    serverTimes: async (environment, limit) =>
      await connection.read(() => {
        // A query for each state, as in lists: only that way can an index give the newest rows.
        const found = endedWell.flatMap((state) => statements.newest.all({ environment, state, limit }));
        const newest = found.toSorted((one, other) => other.number - one.number).slice(0, limit);
        return newest.flatMap(({ number }) => timesOf(number, statements.events.all({ deployment: number })));
      }),
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
    newest: database
      .select({ number: deployments.number })
      .from(deployments)
      .where(
        and(
          eq(deployments.environment, value('environment')),
          eq(deployments.state, value('state')),
          notLike(deployments.title, `${rollbackTitle}%`),
        ),
      )
      .orderBy(desc(deployments.number))
      .limit(atMost('limit'))
      .prepare(),
    events: database
      .select({ at: events.at, data: events.data })
      .from(events)
      .where(and(eq(events.deployment, value('deployment')), inArray(events.type, timed)))
      .orderBy(events.version)
      .prepare(),
  };
}

function timesOf(deployment: number, rows: { at: number; data: string }[]): ServerTime[] {
  const started = new Map<string, number>();
  let attempt = 0;
  return rows.flatMap(({ at, data }): ServerTime[] => {
    const event = JSON.parse(data) as TimedEvent;
    if (event.type === 'attempt_started') {
      ({ attempt } = event);
      started.clear();
      return [];
    }
    const { server } = event;
    if (event.type === 'server_started') started.set(server, at);
    const startedAt = started.get(server);
    if (event.type === 'server_started' || event.state !== 'ok' || startedAt === undefined) return [];
    return [{ deployment, attempt, server, startedAt, endedAt: at }];
  });
}
