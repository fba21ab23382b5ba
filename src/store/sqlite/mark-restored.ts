import { inArray, or, sql } from 'drizzle-orm';

import { afterRestore, type Restoring } from '../../domain/deployment/after-restore.ts';
import { hasEnded } from '../../domain/deployment/deployment.ts';
import { foldDeployment } from '../../domain/deployment/fold-deployment.ts';
import { prepareAppend } from './append.ts';
import type { Connection } from './connection.ts';
import { deploymentReads, standingOf, summaryColumns } from './deployments.ts';
import { deployments, due, homes, leases, messages, meta, notSaid } from './schema.ts';

/** What a restore made of one deployment. */
export interface Settled {
  number: number;
  title: string;
  environment: string;
  before: string;
  after: string;
  /** Epoch milliseconds; null: as soon as it is approved. */
  startsAt: number | null;
}

/** What the copy is told when it is put back. */
export interface Mark extends Restoring {
  /** The installation's new id: the marks that the lost time left on servers belong to the old one. */
  installation: string;
  /** The highest deployment number that anybody knows of. */
  highestNumber: number;
}

/** How far numbers jump, so that no card of the lost time speaks for a new deployment. */
const numberGap = 10_000;

/**
 * Makes a restored copy one that does nothing of the past by itself, in one transaction: what was unfinished is
 * settled, leases and past due rows are gone, messages are read back before they are posted, numbers and marks are new.
 */
export async function markRestored(connection: Connection, mark: Mark): Promise<Settled[]> {
  const unfinished = await readUnfinished(connection, mark);
  return await connection.write(() => {
    forgetThePast(connection, mark);
    const append = prepareAppend(connection);
    return unfinished.map(({ row, added }) => {
      const { number, title, environment, startsAt } = row;
      const before = standingOf(row);
      const [first, ...rest] = added;
      const after = first
        ? append.events({ row, before, events: [first, ...rest], at: mark.restoredAt, fence: null })
        : before;
      if (hasEnded(after.state))
        connection.database
          .delete(due)
          .where(sql`deployment = ${number}`)
          .run();
      for (const event of added)
        if (event.type === 'question_asked')
          connection.database
            .insert(due)
            .values({ deployment: number, kind: 'question', at: event.question.deadlineAt })
            .onConflictDoNothing()
            .run();
      return { number, title, environment, before: before.state, after: after.state, startsAt };
    });
  });
}

/** What has not ended, and what ended without the channel having been told yet. */
async function readUnfinished(connection: Connection, mark: Mark) {
  const { database } = connection;
  const rows = database
    .select({ ...summaryColumns, told: deployments.told })
    .from(deployments)
    .where(
      or(
        inArray(deployments.state, [
          'awaiting_approval',
          'scheduled',
          'queued',
          'running',
          'paused',
          'waiting',
        ]),
        sql`told < version`,
      ),
    )
    .orderBy(deployments.number)
    .all();
  const reads = deploymentReads(connection);
  return await Promise.all(
    rows.map(async (row) => {
      const deployment = foldDeployment(await reads.eventsAfter(row.number, 0));
      const plan = await reads.plan(row.planHash);
      if (!deployment || !plan) throw new Error(`#${row.number} has no log or no plan`);
      const settled = afterRestore(deployment, plan, mark);
      const told = { type: 'restored' as const, copiedAt: mark.copiedAt };
      return { row, added: settled.length > 0 ? settled : [told] };
    }),
  );
}

function forgetThePast({ database }: Connection, mark: Mark): void {
  const setMeta = (key: string, value: string): void => {
    database
      .insert(meta)
      .values({ key, value })
      .onConflictDoUpdate({ target: meta.key, set: { value } })
      .run();
  };
  setMeta('installation', mark.installation);
  setMeta('restored_at', String(mark.restoredAt));
  setMeta('restored_from_copy_of', String(mark.copiedAt));
  database.update(leases).set({ holder: null }).run();
  database
    .delete(due)
    .where(sql`at <= ${mark.restoredAt}`)
    .run();
  // What was not said in the copy may have been said since: it is looked for in Slack before it is posted.
  database.update(messages).set({ state: 'unknown', saidDigest: null, notBefore: 0 }).where(notSaid()).run();
  database
    .update(deployments)
    .set({ told: sql`version` })
    .where(sql`told < version`)
    .run();
  // What an App Home shows was shown in the lost time.
  database.update(homes).set({ shownDigest: null }).run();
  const highest = mark.highestNumber + numberGap;
  database.run(
    sql`UPDATE sqlite_sequence SET seq = max(seq, cast(${highest} AS INTEGER)) WHERE name = 'deployments'`,
  );
}
