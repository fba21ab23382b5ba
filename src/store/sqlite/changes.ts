import { and, count, eq, gte, sql } from 'drizzle-orm';

import type { Change, CommitOutcome, CreateOutcome, DeploymentWrites, NewDeployment } from '../changes.ts';
import { type Append, prepareAppend } from './append.ts';
import type { EnterBatch } from './batches.ts';
import type { Connection } from './connection.ts';
import { standingOf, summaryColumns } from './deployments.ts';
import type { ChangeDue } from './due.ts';
import type { SaveAnswer } from './inbox.ts';
import type { LockWriters } from './locks.ts';
import { batches, deployments, leases, members } from './schema.ts';

/** What other parts write within the transaction of a change. */
interface Writers extends LockWriters {
  changeDue: ChangeDue;
  saveAnswer: SaveAnswer;
  enterBatch: EnterBatch;
}

/** The writing half of the deployments: new ones, and changes that are conditional on version and fence. */
export function deploymentWrites(
  connection: Connection,
  writers: Writers,
  committed: () => void,
): DeploymentWrites {
  const parts = { ...writers, append: prepareAppend(connection), statements: prepare(connection) };

  return {
    createDeployment: async (request) => {
      const outcome = await connection.write(() => create(request, parts));
      if ('number' in outcome && !outcome.existed) committed();
      return outcome;
    },
    commit: async (change) => {
      const outcome = await connection.write(() => applyChange(change, parts));
      if (outcome.ok) committed();
      return outcome;
    },
  };
}

interface Parts extends Writers {
  append: Append;
  statements: ReturnType<typeof prepare>;
}

function create(request: NewDeployment, parts: Parts): CreateOutcome {
  const { append, statements, changeDue, meetLock } = parts;
  const { requestKey, requestedBy, at, planHash, quota, alongside } = request;
  const existing = statements.byRequest.get({ requestKey });
  if (existing) return { number: existing.number, existed: true };
  if (quota) {
    const made = statements.madeBy.get({ requestedBy, since: quota.since })?.made ?? 0;
    if (made >= quota.limit) return { tooMany: made };
  }
  if (alongside) {
    const { deployment, expectedVersion } = alongside;
    if (statements.row.get({ deployment })?.version !== expectedVersion) return { stale: true };
  }
  const entry = enter(request, parts);
  if (!entry) return { stale: true };
  append.plan(request.plan, planHash);
  const { environment, title, channel } = request;
  const { number } = statements.newDeployment.get({
    ...entry,
    environment,
    title,
    channel,
    requestKey,
    requestedBy,
    requestedAt: at,
    planHash,
  });
  const addition = { row: { number, environment }, before: null, events: request.events, at, fence: null };
  meetLock(addition, append.events(addition));
  changeDue(number, request.due);
  if (alongside) applyChange({ ...alongside, events: alongside.events(number), fence: null, at }, parts);
  return { number, existed: false };
}

/** Its place on a batch of its own, or on the one that it joins; null where somebody changed that since. */
function enter(
  { joins, startsAt, zone, typed, requestedBy, at }: NewDeployment,
  { statements, enterBatch }: Parts,
): { batch: number; place: number } | null {
  if (joins) {
    const place = enterBatch(joins, { by: requestedBy, what: 'joined', at });
    return place === null ? null : { batch: joins.batch, place };
  }
  const own = statements.newBatch.get({ startsAt, zone, typed, createdBy: requestedBy, createdAt: at });
  return { batch: own.id, place: 1 };
}

function applyChange(change: Change, parts: Parts): CommitOutcome {
  const { append, statements, changeDue, saveAnswer, isLocked, meetLock, closeIfOpen } = parts;
  const { deployment, expectedVersion, fence, at } = change;
  const row = statements.row.get({ deployment });
  if (!row) return { ok: false, why: 'unknown-deployment' };
  const { environment } = row;
  if (fence !== null && !statements.holds.get({ environment, deployment, fence }))
    return { ok: false, why: 'fenced' };
  if (expectedVersion !== null && row.version !== expectedVersion) return { ok: false, why: 'stale' };
  if (change.ifHeld !== undefined && !statements.held.get({ environment, deployment, member: change.ifHeld }))
    return { ok: false, why: 'stale' };
  if (change.events.some(({ type }) => type === 'attempt_started') && isLocked(environment))
    return { ok: false, why: 'locked' };

  if (change.plan) append.plan(change.plan.plan, change.plan.hash);
  const addition = {
    row: { number: deployment, environment },
    before: standingOf(row),
    events: change.events,
    at,
    fence,
  };
  const { version } = meetLock(addition, append.events(addition));
  if (change.due) changeDue(deployment, change.due);
  if (change.releaseLease) statements.release.run({ environment, deployment });
  if (change.lock) closeIfOpen(change.lock);
  if (change.inbox) saveAnswer(change.inbox, at);
  return { ok: true, version };
}

function prepare(connection: Connection) {
  return { ...prepareNew(connection), ...prepareChange(connection) };
}

/** What a new deployment reads and writes. */
function prepareNew({ database }: Connection) {
  const value = sql.placeholder;
  return {
    byRequest: database
      .select({ number: deployments.number })
      .from(deployments)
      .where(eq(deployments.requestKey, value('requestKey')))
      .prepare(),
    madeBy: database
      .select({ made: count() })
      .from(deployments)
      .where(
        and(eq(deployments.requestedBy, value('requestedBy')), gte(deployments.requestedAt, value('since'))),
      )
      .prepare(),
    newBatch: database
      .insert(batches)
      .values({
        startsAt: value('startsAt'),
        zone: value('zone'),
        typed: value('typed'),
        createdBy: value('createdBy'),
        createdAt: value('createdAt'),
      })
      .returning({ id: batches.id })
      .prepare(),
    newDeployment: database
      .insert(deployments)
      .values({
        batch: value('batch'),
        place: value('place'),
        environment: value('environment'),
        title: value('title'),
        channel: value('channel'),
        requestKey: value('requestKey'),
        requestedBy: value('requestedBy'),
        requestedAt: value('requestedAt'),
        state: 'awaiting_approval',
        version: 0,
        attempt: 0,
        planHash: value('planHash'),
      })
      .returning({ number: deployments.number })
      .prepare(),
  };
}

/** What a change asks first, and what it frees. */
function prepareChange({ database }: Connection) {
  const value = sql.placeholder;
  const ofLease = and(
    eq(leases.environment, value('environment')),
    eq(leases.deployment, value('deployment')),
  );
  return {
    row: database
      .select(summaryColumns)
      .from(deployments)
      .where(eq(deployments.number, value('deployment')))
      .prepare(),
    holds: database
      .select({ fence: leases.fence })
      .from(leases)
      .where(and(ofLease, eq(leases.fence, value('fence')), sql`${leases.holder} is not null`))
      .prepare(),
    held: database
      .select({ member: members.member })
      .from(members)
      .where(
        and(
          eq(members.environment, value('environment')),
          eq(members.member, value('member')),
          eq(members.deployment, value('deployment')),
          eq(members.inService, 'held'),
        ),
      )
      .prepare(),
    release: database.update(leases).set({ holder: null }).where(ofLease).prepare(),
  };
}
