import { eq, sql } from 'drizzle-orm';

import type { InboxAnswer, InboxStore } from '../inbox.ts';
import type { Connection } from './connection.ts';
import { inbox } from './schema.ts';

/** Writes an answer inside the transaction of whoever calls it. */
export type SaveAnswer = (answer: InboxAnswer, at: number) => unknown;

/** Envelopes from Slack and what people were answered. */
export function inboxMethods(
  connection: Connection,
  now: () => number,
): InboxStore & { saveAnswer: SaveAnswer } {
  const statements = prepare(connection);

  const saveAnswer: SaveAnswer = ({ key, answer }, at) => {
    const kept = statements.answer.get({ key, at, answer: JSON.stringify(answer ?? null) });
    return JSON.parse(kept.answer ?? 'null') as unknown;
  };

  return {
    receive: async (key, what, by, at) =>
      await connection.write(() => {
        if (statements.receive.run({ key, what, by, at }).changes > 0) return { first: true, answer: null };
        const answer = statements.seen.get({ key })?.answer ?? null;
        return { first: false, answer: answer === null ? null : (JSON.parse(answer) as unknown) };
      }),
    answer: async (answer) => await connection.write(() => saveAnswer(answer, now())),
    saveAnswer,
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
    receive: database
      .insert(inbox)
      .values({ key: value('key'), what: value('what'), by: value('by'), at: value('at') })
      .onConflictDoNothing()
      .prepare(),
    seen: database
      .select({ answer: inbox.answer })
      .from(inbox)
      .where(eq(inbox.key, value('key')))
      .prepare(),
    answer: database
      .insert(inbox)
      .values({ key: value('key'), what: '', by: '', at: value('at'), answer: value('answer') })
      .onConflictDoUpdate({ target: inbox.key, set: { answer: sql`coalesce(answer, excluded.answer)` } })
      .returning({ answer: inbox.answer })
      .prepare(),
  };
}
