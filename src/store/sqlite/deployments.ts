import { and, desc, eq, gt, lt, sql } from 'drizzle-orm';

import type { DeploymentState } from '../../domain/deployment/deployment.ts';
import { type Standing, isEventType } from '../../domain/deployment/summary.ts';
import type { DeploymentEvent, StoredEvent } from '../../domain/events/deployment-event.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { DeploymentReads, DeploymentSummary } from '../deployments.ts';
import { atMost } from './at-most.ts';
import type { Connection } from './connection.ts';
import { deployments, events, plans } from './schema.ts';

/** The columns that make a `DeploymentSummary`. */
export const summaryColumns = {
  number: deployments.number,
  environment: deployments.environment,
  title: deployments.title,
  state: deployments.state,
  version: deployments.version,
  attempt: deployments.attempt,
  requestedBy: deployments.requestedBy,
  requestedAt: deployments.requestedAt,
  startsAt: deployments.startsAt,
  endedAt: deployments.endedAt,
  channel: deployments.channel,
  planHash: deployments.planHash,
};

/** The reading half of the deployments: rows for lists, plans and logs for decisions. */
export function deploymentReads(connection: Connection): DeploymentReads {
  const { read, file } = connection;
  const statements = prepare(connection);

  const listOne = (
    environment: string | undefined,
    state: DeploymentState | undefined,
    page: { limit: number; before: number },
  ): DeploymentSummary[] => {
    if (environment === undefined)
      return state === undefined ? statements.all.all(page) : statements.inState.all({ state, ...page });
    if (state === undefined) return statements.ofEnvironment.all({ environment, ...page });
    return statements.ofBoth.all({ environment, state, ...page });
  };

  return {
    summary: async (deployment) => (await read(() => statements.summary.get({ deployment }))) ?? null,
    // A query for each state: only that way can an index give the newest rows without reading all of them.
    list: async ({ environment, states, limit, before = Number.MAX_SAFE_INTEGER }) =>
      await read(() => {
        const wanted = states === undefined ? [undefined] : [...new Set(states)];
        const found = wanted.flatMap((state) => listOne(environment, state, { limit, before }));
        return found.toSorted((one, other) => other.number - one.number).slice(0, limit);
      }),
    plan: async (hash) => {
      const row = await read(() => statements.plan.get({ hash }));
      return row ? (parse(row.plan, `plan ${hash} in ${file}`) as unknown as Plan) : null;
    },
    eventsAfter: async (deployment, version) => {
      const rows = await read(() => statements.eventsAfter.all({ deployment, version }));
      return rows.map((row) => toStoredEvent(row, deployment, file));
    },
  };
}

function prepare({ database }: Connection) {
  const limit = atMost('limit');
  const inState = eq(deployments.state, sql.placeholder('state'));
  const ofEnvironment = eq(deployments.environment, sql.placeholder('environment'));
  const newest = desc(deployments.number);
  const below = lt(deployments.number, sql.placeholder('before'));
  const summaries = () => database.select(summaryColumns).from(deployments).$dynamic();
  return {
    summary: summaries()
      .where(eq(deployments.number, sql.placeholder('deployment')))
      .prepare(),
    all: summaries().where(below).orderBy(newest).limit(limit).prepare(),
    inState: summaries().where(and(inState, below)).orderBy(newest).limit(limit).prepare(),
    ofEnvironment: summaries().where(and(ofEnvironment, below)).orderBy(newest).limit(limit).prepare(),
    ofBoth: summaries()
      .where(and(ofEnvironment, inState, below))
      .orderBy(newest)
      .limit(limit)
      .prepare(),
    plan: database
      .select({ plan: plans.plan })
      .from(plans)
      .where(eq(plans.hash, sql.placeholder('hash')))
      .prepare(),
    eventsAfter: database
      .select({ version: events.version, at: events.at, type: events.type, data: events.data })
      .from(events)
      .where(
        and(
          eq(events.deployment, sql.placeholder('deployment')),
          gt(events.version, sql.placeholder('version')),
        ),
      )
      .orderBy(events.version)
      .prepare(),
  };
}

interface EventRow {
  version: number;
  at: number;
  type: string;
  data: string;
}

function toStoredEvent(row: EventRow, deployment: number, file: string): StoredEvent {
  const { version, at, type, data } = row;
  const where = `event ${version} of #${deployment} in ${file}`;
  const event = parse(data, where);
  if (event['type'] !== type)
    throw new Error(`${where} is damaged: its row says ${type} and its data ${String(event['type'])}`);
  if (!isEventType(type)) throw new Error(`${where} is of a type that this program does not know: ${type}`);
  return { deployment, version, at, event: event as DeploymentEvent };
}

function parse(text: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${where} is damaged: it is no JSON`, { cause: error });
  }
  throw new Error(`${where} is damaged: it is no JSON object`);
}

/** The projection's columns of a row. */
export function standingOf(row: Standing): Standing {
  const { state, version, attempt, startsAt, endedAt, planHash } = row;
  return { state, version, attempt, startsAt, endedAt, planHash };
}
