import { type SQL, sql } from 'drizzle-orm';
import {
  blob,
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

import type { Via } from '../../domain/actor.ts';
import type { BatchOnFailure } from '../../domain/batch/on-failure.ts';
import type { ChannelTelling } from '../../domain/channel-telling.ts';
import type { DeploymentState } from '../../domain/deployment/deployment.ts';
import type { EnvironmentEvent } from '../../domain/deployment/lock.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import type { DueKind } from '../due.ts';
import type { MemberService } from '../facts.ts';
import type { DeliveryState } from '../messages.ts';

/*
 * The tables. After a change:
 *   npx drizzle-kit generate --dialect sqlite --schema src/store/sqlite/schema.ts --out migrations --name WHAT_CHANGED
 * Every instant is in epoch milliseconds.
 */

/** The dated list that deployments stand on. */
export const batches = sqliteTable(
  'batches',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    startsAt: integer('starts_at'),
    zone: text().notNull(),
    /** What the person typed for the hour. */
    typed: text(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Rises with each deployment that joins and each new order. */
    version: integer().notNull().default(1),
    onFailure: text('on_failure').$type<BatchOnFailure>().notNull().default('continue'),
    /** JSON of who changed it last, when and how; null: nobody did. */
    changed: text(),
  },
  (table) => [index('batches_starts').on(table.startsAt)],
);

/** Frozen plans by the hash that approvers signed. */
export const plans = sqliteTable('plans', {
  hash: text().primaryKey(),
  plan: text().notNull(),
});

/** One row for each deployment; from `state` on it is a fold of its events and may be rebuilt from them. */
export const deployments = sqliteTable(
  'deployments',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    batch: integer()
      .notNull()
      .references(() => batches.id),
    /** Its place in the batch: the lower ones are before it. */
    place: integer().notNull().default(1),
    environment: text().notNull(),
    title: text().notNull(),
    channel: text().notNull(),
    requestKey: text('request_key').notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: integer('requested_at').notNull(),
    state: text().$type<DeploymentState>().notNull(),
    version: integer().notNull(),
    attempt: integer().notNull(),
    startsAt: integer('starts_at'),
    endedAt: integer('ended_at'),
    planHash: text('plan_hash')
      .notNull()
      .references(() => plans.hash),
    /** When it last joined its environment's queue. */
    queuedAt: integer('queued_at'),
    /** The version up to which Slack's rows were written. */
    told: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex('deployments_request_key').on(table.requestKey),
    index('deployments_environment').on(table.environment),
    index('deployments_state').on(table.state),
    index('deployments_environment_state').on(table.environment, table.state),
    index('deployments_batch').on(table.batch, table.place),
    index('deployments_requested').on(table.requestedBy, table.requestedAt),
    index('deployments_untold')
      .on(table.number)
      .where(sql`told < version`),
  ],
);

/** The log: the single truth of what happened. Rows are added and never changed, and each one's hash holds it to the one before. */
export const events = sqliteTable(
  'events',
  {
    /** Place in the whole log, over all deployments. */
    seq: integer().primaryKey(),
    deployment: integer()
      .notNull()
      .references(() => deployments.number),
    version: integer().notNull(),
    at: integer().notNull(),
    type: text().$type<DeploymentEvent['type']>().notNull(),
    data: text().notNull(),
    fence: integer(),
    /** SHA-256 over the hash before and this row: see `chain.ts`. */
    hash: text().notNull(),
  },
  (table) => [uniqueIndex('events_version').on(table.deployment, table.version)],
);

/** Who holds an environment; the row stays when it is released, so that its fence only rises. */
export const leases = sqliteTable('leases', {
  environment: text().primaryKey(),
  deployment: integer()
    .notNull()
    .references(() => deployments.number),
  /** Null: released. */
  holder: text(),
  fence: integer().notNull(),
  since: integer().notNull(),
  heartbeatAt: integer('heartbeat_at').notNull(),
});

/** Environments that a person closed. */
export const environmentLocks = sqliteTable('environment_locks', {
  environment: text().primaryKey(),
  by: text().notNull(),
  /** Null: Slack. */
  via: text().$type<Via>(),
  reason: text().notNull(),
  since: integer().notNull(),
});

/** Who closed and opened environments. Rows are added and never changed. */
export const environmentEvents = sqliteTable(
  'environment_events',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    environment: text().notNull(),
    at: integer().notNull(),
    type: text().$type<EnvironmentEvent['type']>().notNull(),
    data: text().notNull(),
  },
  (table) => [index('environment_events_environment').on(table.environment, table.id)],
);

/** What the scheduler's tick looks at. */
export const due = sqliteTable(
  'due',
  {
    deployment: integer()
      .notNull()
      .references(() => deployments.number),
    kind: text().$type<DueKind>().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.deployment, table.kind, table.at] }),
    index('due_at').on(table.at, table.deployment),
  ],
);

/** Envelopes from Slack, written before they are acknowledged. */
export const inbox = sqliteTable('inbox', {
  key: text().primaryKey(),
  what: text().notNull(),
  by: text().notNull(),
  at: integer().notNull(),
  /** JSON of what the person was answered; null: not answered yet. */
  answer: text(),
});

/** Messages whose words may not be in Slack yet; a dead one is refused, and tried seldom. The index and the queries that use it must say it in the same words. */
export function notSaid(table = ''): SQL {
  return sql.raw(notSaidWords(table));
}

/** The same as text, for who has no query builder at hand. */
export function notSaidWords(table = ''): string {
  const uncertain = `${table}state in ('sending', 'unknown', 'dead')`;
  const differs = `${table}state in ('wanted', 'delivered') and ${table}said_digest is not ${table}digest`;
  return `(${uncertain} or (${differs}))`;
}

/** Messages to Slack. */
export const messages = sqliteTable(
  'messages',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    key: text().notNull(),
    deployment: integer()
      .notNull()
      .references(() => deployments.number),
    channel: text().notNull(),
    threadOf: text('thread_of'),
    payload: text().notNull(),
    digest: text().notNull(),
    broadcast: integer({ mode: 'boolean' }).notNull(),
    state: text().$type<DeliveryState>().notNull(),
    ts: text(),
    /** The conversation that Slack opened, where `channel` is a person. */
    place: text(),
    saidDigest: text('said_digest'),
    /** Time stamp of an earlier message in whose place it is posted anew. */
    replaces: text(),
    attempts: integer().notNull(),
    notBefore: integer('not_before').notNull(),
    error: text(),
    createdAt: integer('created_at').notNull(),
    /** Since when its words and what Slack shows have differed. */
    wantedAt: integer('wanted_at').notNull().default(0),
  },
  (table) => [
    uniqueIndex('messages_key').on(table.key),
    index('messages_ts').on(table.ts, table.channel),
    index('messages_not_said').on(table.id).where(notSaid()),
    index('messages_paused')
      .on(table.notBefore)
      .where(sql`not_before > 0`),
    index('messages_unposted')
      .on(table.threadOf, table.id)
      .where(sql`ts is null and state <> 'dead'`),
    check('messages_state', sql`state in ('wanted', 'sending', 'unknown', 'delivered', 'dead')`),
  ],
);

/** What is uploaded to Slack for a message of the same key that is a file. */
export const files = sqliteTable('files', {
  key: text().primaryKey(),
  filename: text().notNull(),
  title: text().notNull(),
  altText: text('alt_text').notNull(),
  /** Null once Slack shows it. */
  bytes: blob({ mode: 'buffer' }),
  /** What Slack calls it; null until its bytes are there. */
  slackId: text('slack_id'),
});

/** What failed tasks printed, hidden secrets and all: the first and the last part where it was long. */
export const taskOutputs = sqliteTable(
  'task_outputs',
  {
    deployment: integer()
      .notNull()
      .references(() => deployments.number),
    attempt: integer().notNull(),
    task: integer().notNull(),
    run: integer().notNull(),
    output: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.deployment, table.attempt, table.task, table.run] })],
);

/** Kinds of blocks that a workspace does not take. */
export const refusedBlocks = sqliteTable(
  'refused_blocks',
  {
    workspace: text().notNull(),
    block: text().notNull(),
    since: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.block] })],
);

/** What is known of a server or cluster outside any deployment: a fold of all `service_changed` events. */
export const members = sqliteTable(
  'members',
  {
    environment: text().notNull(),
    member: text().notNull(),
    inService: text('in_service').$type<MemberService['inService']>().notNull(),
    reason: text().notNull(),
    deployment: integer()
      .notNull()
      .references(() => deployments.number),
    since: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.environment, table.member] })],
);

/** What each server said of itself when a deployment was last done with it; null while nobody can say. */
export const serverRecords = sqliteTable(
  'server_records',
  {
    environment: text().notNull(),
    server: text().notNull(),
    readBack: text('read_back'),
    deployment: integer()
      .notNull()
      .references(() => deployments.number),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.environment, table.server] })],
);

/** The backup that the latest successful deployment of an environment left. */
export const environmentBackups = sqliteTable('environment_backups', {
  environment: text().primaryKey(),
  path: text().notNull(),
  deployment: integer()
    .notNull()
    .references(() => deployments.number),
  at: integer().notNull(),
});

/** Values of properties that people filled in, because the configuration lacks them; the configuration wins. */
export const propertyValues = sqliteTable(
  'property_values',
  {
    environment: text().notNull(),
    /** Empty for the environment's own. */
    cluster: text().notNull(),
    name: text().notNull(),
    value: text().notNull(),
    by: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.environment, table.cluster, table.name] })],
);

/** What servers are asked outside any deployment, and what they answered last. */
export const inspections = sqliteTable(
  'inspections',
  {
    environment: text().notNull(),
    server: text().notNull(),
    askedAt: integer('asked_at').notNull(),
    /** Null until there is an answer. */
    answeredAt: integer('answered_at'),
    answer: text(),
    /** Since when it says that this runs there: the first of the answers in a row that said the same. */
    saidSince: integer('said_since'),
  },
  (table) => [
    primaryKey({ columns: [table.environment, table.server] }),
    index('inspections_unanswered')
      .on(table.askedAt, table.environment, table.server)
      .where(sql`answered_at is null or answered_at < asked_at`),
  ],
);

/** Votes of approvers in other hands: one hand for each person and environment. */
export const voteDelegations = sqliteTable(
  'vote_delegations',
  {
    environment: text().notNull(),
    by: text().notNull(),
    to: text().notNull(),
    since: integer().notNull(),
    until: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environment, table.by] }),
    index('vote_delegations_by').on(table.by, table.environment),
  ],
);

/** Who opened App Home and when, what they chose to see there, and what it shows now. */
export const homes = sqliteTable(
  'homes',
  {
    /** A Slack user. */
    person: text().primaryKey(),
    openedAt: integer('opened_at').notNull(),
    onlyMine: integer('only_mine', { mode: 'boolean' }).notNull().default(false),
    /** When it was last tried to show something; the token of that try. */
    triedAt: integer('tried_at').notNull().default(0),
    /** Digest of what Slack shows; null where nobody knows. */
    shownDigest: text('shown_digest'),
  },
  (table) => [index('homes_opened').on(table.openedAt)],
);

/** The digest that a revision had when it was first seen. */
export const revisionPins = sqliteTable('revision_pins', {
  name: text().primaryKey(),
  digest: text().notNull(),
  at: integer().notNull(),
});

/** What people chose about direct messages. */
export const peopleSettings = sqliteTable('people_settings', {
  person: text().primaryKey(),
  /** JSON. */
  settings: text().notNull(),
  at: integer().notNull(),
});

/** What environments tell their channels besides the card, where somebody chose it. */
export const channelTellings = sqliteTable('channel_tellings', {
  environment: text().primaryKey(),
  tells: text().$type<ChannelTelling>().notNull(),
  by: text().notNull(),
  /** Null: Slack. */
  via: text().$type<Via>(),
  at: integer().notNull(),
});

/** Facts of the installation itself. */
export const meta = sqliteTable('meta', {
  key: text().primaryKey(),
  value: text().notNull(),
});
