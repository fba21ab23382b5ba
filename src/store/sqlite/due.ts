import { and, eq, gt, lte, min, sql } from 'drizzle-orm';

import type { DueChange, DueStore } from '../due.ts';
import { atMost } from './at-most.ts';
import type { Connection } from './connection.ts';
import { due } from './schema.ts';

/** Adds and removes rows inside the transaction of whoever calls it. */
export type ChangeDue = (deployment: number, changes: DueChange[]) => void;

/** What has become due, and what will next. */
export function dueMethods(connection: Connection): DueStore & { changeDue: ChangeDue } {
  const { read, write } = connection;
  const statements = prepare(connection);
  return {
    dueBefore: async (instant, limit) => await read(() => statements.before.all({ instant, limit })),
    havingDue: async (kind, instant) => {
      const rows = await read(() => statements.ofKind.all({ kind, instant }));
      return [...new Set(rows.map(({ deployment }) => deployment))];
    },
    nextDueAfter: async (instant) => (await read(() => statements.next.get({ instant })))?.at ?? null,
    removeDue: async ({ kind, deployment, at }) => {
      await write(() => statements.removeOne.run({ kind, deployment, at }));
    },
    changeDue: (deployment, changes) => {
      for (const change of changes)
        if ('add' in change) statements.add.run({ deployment, kind: change.add, at: change.at });
        else statements.removeKind.run({ deployment, kind: change.remove });
    },
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  const ofKind = and(eq(due.deployment, value('deployment')), eq(due.kind, value('kind')));
  const instant = value('instant');
  return {
    before: database
      .select({ kind: due.kind, deployment: due.deployment, at: due.at })
      .from(due)
      .where(lte(due.at, instant))
      .orderBy(due.at, due.deployment)
      .limit(atMost('limit'))
      .prepare(),
    ofKind: database
      .select({ deployment: due.deployment })
      .from(due)
      .where(and(lte(due.at, instant), eq(due.kind, value('kind'))))
      .orderBy(due.at, due.deployment)
      .prepare(),
    next: database
      .select({ at: min(due.at) })
      .from(due)
      .where(gt(due.at, instant))
      .prepare(),
    add: database
      .insert(due)
      .values({ deployment: value('deployment'), kind: value('kind'), at: value('at') })
      .onConflictDoNothing()
      .prepare(),
    removeKind: database.delete(due).where(ofKind).prepare(),
    removeOne: database
      .delete(due)
      .where(and(ofKind, eq(due.at, value('at'))))
      .prepare(),
  };
}
