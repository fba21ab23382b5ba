import { and, eq, gt, inArray, isNotNull, lt, notExists, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';

import type { DeploymentSummary } from '../deployments.ts';
import type { Claim, Lease, LeaseStore } from '../leases.ts';
import type { Connection } from './connection.ts';
import { summaryColumns } from './deployments.ts';
import { deployments, environmentLocks, leases } from './schema.ts';

/** Who may run what: one lease for each environment, with a fence that only rises. */
export function leaseMethods(connection: Connection): LeaseStore {
  const { read, write } = connection;
  const statements = prepare(connection);

  const claimable = (alive: Alive): Candidate[] =>
    firstOfEach(statements.unfinished.all()).filter(
      (candidate) => isFree(candidate, alive) && isOpen(candidate),
    );

  const take = ({ deployment, holder, at, staleBefore, staleAfter = Infinity }: Claim): Lease | null => {
    const found = claimable({ staleBefore, staleAfter }).find(({ summary }) => summary.number === deployment);
    if (!found) return null;
    const { environment } = found.summary;
    const fence = (found.lease?.fence ?? 0) + 1;
    const lease = { environment, deployment, holder, fence, since: at, heartbeatAt: at };
    statements.take.run(lease);
    return lease;
  };

  return {
    claimable: async (staleBefore, staleAfter = Infinity) =>
      await read(() => claimable({ staleBefore, staleAfter }).map(({ summary }) => summary)),
    claim: async (claim) => await write(() => take(claim)),
    heartbeat: async (environment, fence, at) =>
      await write(() => statements.heartbeat.run({ environment, fence, at }).changes > 0),
    lease: async (environment) => toLease(await read(() => statements.held.get({ environment }))),
    leases: async () => (await read(() => statements.allHeld.all())).flatMap((row) => toLease(row) ?? []),
  };
}

/** A deployment that needs an executor, with the lease of its environment. */
interface Candidate {
  summary: DeploymentSummary;
  lease: LeaseRow | null;
  /** The environment, where a person closed it. */
  locked: string | null;
}

type LeaseRow = typeof leases.$inferSelect;

/**
 * Only the first of each environment may run: the rest wait behind it. What has begun comes before all that queue, so
 * that a halted run keeps its environment however long nobody drives it: its servers are half done. Before others that
 * have begun comes whatever was leased last: they have ended, and only want a member put back.
 */
function firstOfEach(candidates: Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ summary: { environment } }) => !seen.has(environment) && seen.add(environment));
}

/** The span in which a heartbeat lies whose owner is alive, epoch milliseconds. */
interface Alive {
  staleBefore: number;
  staleAfter: number;
}

/** Whether anybody drives it is only guessed from the clock; that nobody else does is held by the fence. */
function isFree({ lease }: Candidate, { staleBefore, staleAfter }: Alive): boolean {
  if (!lease || lease.holder === null) return true;
  return lease.heartbeatAt < staleBefore || lease.heartbeatAt > staleAfter;
}

/** A lock keeps a deployment from beginning; what has begun goes on. */
function isOpen({ summary, locked }: Candidate): boolean {
  return locked === null || summary.state !== 'queued';
}

function toLease(row: LeaseRow | undefined): Lease | null {
  if (!row || row.holder === null) return null;
  return { ...row, holder: row.holder };
}

/**
 * Nothing that is before it on its batch, in the same environment, has still to begin. One whose start was missed is
 * waited for until somebody says what becomes of it. What was begun once is a retry, and minds no list.
 */
function isNextOfBatch(database: Connection['database']) {
  const before = alias(deployments, 'before');
  const stillToBegin = database
    .select({ number: before.number })
    .from(before)
    .where(
      and(
        eq(before.batch, deployments.batch),
        lt(before.place, deployments.place),
        eq(before.environment, deployments.environment),
        eq(before.attempt, sql`0`),
        inArray(before.state, ['scheduled', 'queued', 'waiting']),
      ),
    );
  return or(gt(deployments.attempt, sql`0`), notExists(stillToBegin));
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  // A deployment may also wait before its first attempt, for a missed start: no executor can help it then.
  const begun = and(inArray(deployments.state, ['running', 'paused', 'waiting']), gt(deployments.attempt, 0));
  return {
    unfinished: database
      .select({ summary: summaryColumns, lease: leases, locked: environmentLocks.environment })
      .from(deployments)
      .leftJoin(leases, eq(leases.environment, deployments.environment))
      .leftJoin(environmentLocks, eq(environmentLocks.environment, deployments.environment))
      .where(or(and(eq(deployments.state, 'queued'), isNextOfBatch(database)), begun))
      .orderBy(
        sql`${deployments.state} = 'queued'`,
        sql`${leases.deployment} IS NOT ${deployments.number}`,
        deployments.queuedAt,
        deployments.number,
      )
      .prepare(),
    take: database
      .insert(leases)
      .values({
        environment: value('environment'),
        deployment: value('deployment'),
        holder: value('holder'),
        fence: value('fence'),
        since: value('since'),
        heartbeatAt: value('heartbeatAt'),
      })
      .onConflictDoUpdate({
        target: leases.environment,
        set: {
          deployment: sql`excluded.deployment`,
          holder: sql`excluded.holder`,
          fence: sql`excluded.fence`,
          since: sql`excluded.since`,
          heartbeatAt: sql`excluded.heartbeat_at`,
        },
      })
      .prepare(),
    heartbeat: database
      .update(leases)
      .set({ heartbeatAt: sql`${value('at')}` })
      .where(
        and(
          eq(leases.environment, value('environment')),
          eq(leases.fence, value('fence')),
          isNotNull(leases.holder),
        ),
      )
      .prepare(),
    held: database
      .select()
      .from(leases)
      .where(eq(leases.environment, value('environment')))
      .prepare(),
    allHeld: database.select().from(leases).where(isNotNull(leases.holder)).prepare(),
  };
}
