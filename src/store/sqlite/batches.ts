import { and, between, eq, max, sql } from 'drizzle-orm';

import type { BatchChange } from '../../domain/batch/batch.ts';
import type { Batch, BatchOrder, BatchStore, JoinedBatch } from '../batches.ts';
import { type Append, prepareAppend } from './append.ts';
import type { Connection } from './connection.ts';
import { standingOf, summaryColumns } from './deployments.ts';
import { batches, deployments } from './schema.ts';

/** Puts a new deployment at the end of a batch, inside the transaction of whoever calls it; null: it was changed since. */
export type EnterBatch = (joined: JoinedBatch, change: BatchChange) => number | null;

/** The dated lists: what stands on them, and in which order. */
export function batchMethods(
  connection: Connection,
  committed: () => void,
): BatchStore & { enterBatch: EnterBatch } {
  const { read, write } = connection;
  const parts = { statements: prepare(connection), append: prepareAppend(connection) };
  const { statements } = parts;
  const withDeployments = (row: BatchRow): Batch => toBatch(row, statements.entries.all({ batch: row.id }));
  return {
    batchOf: async (deployment) =>
      await read(() => {
        const row = statements.ofDeployment.get({ deployment })?.batches;
        return row ? withDeployments(row) : null;
      }),
    batchesBetween: async (from, to) =>
      await read(() => statements.between.all({ from, to }).map(withDeployments)),
    orderBatch: async (order) => {
      const isDone = await write(() => setOrder(order, parts));
      if (isDone) committed();
      return isDone;
    },
    enterBatch: ({ batch, version }, change) => {
      const changed = JSON.stringify(change);
      if (statements.change.run({ batch, version, changed }).changes === 0) return null;
      return (statements.lastPlace.get({ batch })?.place ?? 0) + 1;
    },
  };
}

type BatchRow = typeof batches.$inferSelect;

function toBatch(
  { id, startsAt, zone, version, onFailure, changed }: BatchRow,
  entries: Batch['deployments'],
) {
  const change = changed === null ? null : (JSON.parse(changed) as BatchChange);
  return { id, startsAt, zone, version, onFailure, changed: change, deployments: entries };
}

interface Parts {
  statements: ReturnType<typeof prepare>;
  append: Append;
}

function setOrder(order: BatchOrder, { statements, append }: Parts): boolean {
  const { batch, version, onFailure, by, at, events } = order;
  const rows = statements.entries.all({ batch });
  const isWhole = rows.length === order.order.length && rows.every((row) => order.order.includes(row.number));
  const changed = JSON.stringify({ by, what: 'ordered', at } satisfies BatchChange);
  if (!isWhole || statements.change.run({ batch, version, changed }).changes === 0) return false;
  statements.onFailure.run({ batch, onFailure });
  for (const [index, number] of order.order.entries()) statements.place.run({ number, place: index + 1 });
  for (const row of rows) {
    const added = events.get(row.number);
    if (added) append.events({ row, before: standingOf(row), events: added, at, fence: null });
  }
  return true;
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  const ofBatch = eq(deployments.batch, value('batch'));
  return {
    ofDeployment: database
      .select()
      .from(batches)
      .innerJoin(deployments, eq(deployments.batch, batches.id))
      .where(eq(deployments.number, value('deployment')))
      .prepare(),
    between: database
      .select()
      .from(batches)
      .where(between(batches.startsAt, value('from'), value('to')))
      .orderBy(batches.startsAt, batches.id)
      .prepare(),
    entries: database
      .select(summaryColumns)
      .from(deployments)
      .where(ofBatch)
      .orderBy(deployments.place, deployments.number)
      .prepare(),
    lastPlace: database
      .select({ place: max(deployments.place) })
      .from(deployments)
      .where(ofBatch)
      .prepare(),
    change: database
      .update(batches)
      .set({ version: sql`version + 1`, changed: sql`${value('changed')}` })
      .where(and(eq(batches.id, value('batch')), eq(batches.version, value('version'))))
      .prepare(),
    onFailure: database
      .update(batches)
      .set({ onFailure: sql`${value('onFailure')}` })
      .where(eq(batches.id, value('batch')))
      .prepare(),
    place: database
      .update(deployments)
      .set({ place: sql`${value('place')}` })
      .where(eq(deployments.number, value('number')))
      .prepare(),
  };
}
