import { eq, sql } from 'drizzle-orm';

import { type Standing, firstStanding, summarize } from '../../domain/deployment/summary.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { chainHash, chainStart } from './chain.ts';
import type { Connection } from './connection.ts';
import { deployments, environmentBackups, events, members, plans, serverRecords } from './schema.ts';

/** A deployment to which events are being added. */
export interface Row {
  number: number;
  environment: string;
}

/** Events to be added, with the row that is their fold. */
export interface Addition {
  row: Row;
  /** Null: the first events of a new deployment. */
  before: Standing | null;
  events: DeploymentEvent[];
  at: number;
  fence: number | null;
}

/** Writes events and everything that is a fold of them. Only to be used inside a transaction. */
export interface Append {
  events(addition: Addition): Standing;
  plan(plan: Plan, hash: string): void;
}

/** Prepares the statements that every change is made of. */
export function prepareAppend(connection: Connection): Append {
  const statements = prepare(connection);

  const addEvent = ({ row, at, fence }: Addition, version: number, event: DeploymentEvent): void => {
    const { type } = event;
    const added = { deployment: row.number, version, at, type, data: JSON.stringify(event), fence };
    const previous = statements.lastHash.get() ?? chainStart;
    statements.event.run({ ...added, hash: chainHash(previous, added) });
    const { environment, number: deployment } = row;
    if (event.type === 'service_changed') {
      const { member, inService, reason } = event;
      statements.member.run({ environment, member, inService, reason, deployment, since: at });
    }
    if (event.type === 'attempt_ended' && event.backup !== undefined)
      statements.backup.run({ environment, path: event.backup, deployment, at });
    const record = recordOf(event);
    if (record) statements.record.run({ environment, ...record, deployment, at });
  };

  // Most events only count: writing the other columns as well would write their indices anew, for nothing.
  const saveStanding = ({ row, before }: Addition, standing: Standing, queuedAt: number | null): void => {
    const { number } = row;
    const { version } = standing;
    if (before && queuedAt === null && isSame({ ...before, version }, standing))
      statements.version.run({ number, version });
    else statements.standing.run({ number, ...standing, queuedAt });
  };

  return {
    events: (addition) => {
      let standing = addition.before;
      let queuedAt: number | null = null;
      for (const event of addition.events) {
        const version = (standing?.version ?? 0) + 1;
        const stored = { deployment: addition.row.number, version, at: addition.at, event };
        const next = standing ? summarize(standing, stored) : firstStanding(stored);
        if (next.state === 'queued' && standing?.state !== 'queued') queuedAt = addition.at;
        addEvent(addition, version, event);
        standing = next;
      }
      if (!standing) throw new Error(`nothing is added to #${addition.row.number}`);
      saveStanding(addition, standing, queuedAt);
      return standing;
    },
    plan: (plan, hash) => {
      statements.plan.run({ hash, plan: JSON.stringify(plan) });
    },
  };
}

/** While a server is deployed to, and where it said nothing afterwards, nobody can say what runs there. */
function recordOf(event: DeploymentEvent): { server: string; readBack: string | null } | null {
  if (event.type === 'server_started') return { server: event.server, readBack: null };
  if (event.type !== 'server_ended' || event.to === null) return null;
  return { server: event.server, readBack: event.to };
}

function isSame(one: Standing, other: Standing): boolean {
  const keys = Object.keys(one) as (keyof Standing)[];
  return keys.every((key) => one[key] === other[key]);
}

function prepare(connection: Connection) {
  return { ...prepareEvent(connection), ...prepareFolds(connection), ...prepareRecords(connection) };
}

function prepareEvent({ client, database }: Connection) {
  const value = sql.placeholder;
  return {
    // Bare, because it is asked before every event: drizzle's mapping would cost more than the hash itself.
    lastHash: client.prepare<[], string>('SELECT hash FROM events ORDER BY seq DESC LIMIT 1').pluck(),
    event: database
      .insert(events)
      .values({
        deployment: value('deployment'),
        version: value('version'),
        at: value('at'),
        type: value('type'),
        data: value('data'),
        fence: value('fence'),
        hash: value('hash'),
      })
      .prepare(),
  };
}

/** The rows that are folds of the events. */
function prepareFolds({ database }: Connection) {
  const value = sql.placeholder;
  const ofDeployment = eq(deployments.number, value('number'));
  return {
    standing: database
      .update(deployments)
      .set({
        state: sql`${value('state')}`,
        version: sql`${value('version')}`,
        attempt: sql`${value('attempt')}`,
        startsAt: sql`${value('startsAt')}`,
        endedAt: sql`${value('endedAt')}`,
        planHash: sql`${value('planHash')}`,
        queuedAt: sql`coalesce(${value('queuedAt')}, ${deployments.queuedAt})`,
      })
      .where(ofDeployment)
      .prepare(),
    version: database
      .update(deployments)
      .set({ version: sql`${value('version')}` })
      .where(ofDeployment)
      .prepare(),
    plan: database
      .insert(plans)
      .values({ hash: value('hash'), plan: value('plan') })
      .onConflictDoNothing()
      .prepare(),
  };
}

/** What is known of members and servers beside their deployments. */
function prepareRecords({ database }: Connection) {
  const value = sql.placeholder;
  return {
    member: database
      .insert(members)
      .values({
        environment: value('environment'),
        member: value('member'),
        inService: value('inService'),
        reason: value('reason'),
        deployment: value('deployment'),
        since: value('since'),
      })
      .onConflictDoUpdate({
        target: [members.environment, members.member],
        set: {
          inService: sql`excluded.in_service`,
          reason: sql`excluded.reason`,
          deployment: sql`excluded.deployment`,
          since: sql`case when in_service = excluded.in_service then since else excluded.since end`,
        },
      })
      .prepare(),
    backup: database
      .insert(environmentBackups)
      .values({
        environment: value('environment'),
        path: value('path'),
        deployment: value('deployment'),
        at: value('at'),
      })
      .onConflictDoUpdate({
        target: environmentBackups.environment,
        set: { path: sql`excluded.path`, deployment: sql`excluded.deployment`, at: sql`excluded.at` },
      })
      .prepare(),
    record: database
      .insert(serverRecords)
      .values({
        environment: value('environment'),
        server: value('server'),
        readBack: value('readBack'),
        deployment: value('deployment'),
        at: value('at'),
      })
      .onConflictDoUpdate({
        target: [serverRecords.environment, serverRecords.server],
        set: {
          readBack: sql`excluded.read_back`,
          deployment: sql`excluded.deployment`,
          at: sql`excluded.at`,
        },
      })
      .prepare(),
  };
}
