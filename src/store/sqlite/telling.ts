import { eq, sql } from 'drizzle-orm';

import type { Connection } from './connection.ts';
import { deployments, files, messages } from './schema.ts';

/**
 * New words for a message that is on its way, or whose fate nobody knows, leave its state alone: it would be posted
 * twice. The delivery that comes after finds that other words are wanted now.
 */
const stateOfNewWords = sql`case
  when digest = excluded.digest or state in ('sending', 'unknown') then state
  when said_digest = excluded.digest then 'delivered'
  else 'wanted' end`;

/** Says whether a line of the thread of a deployment is still on its way. */
const isBehind =
  sql<boolean>`exists (select 1 from messages where thread_of = 'card:' || ${deployments.number}
  and ts is null and state <> 'dead' and key not like 'file:%')`.mapWith(Boolean);

/** What is told: which messages are wanted, with which words, and how far telling came. */
export function prepareTelling({ database }: Connection) {
  const value = sql.placeholder;
  return {
    untold: database
      .select({
        deployment: deployments.number,
        told: deployments.told,
        isBehind,
      })
      .from(deployments)
      .where(sql`told < version`)
      .orderBy(deployments.number)
      .prepare(),
    told: database
      .update(deployments)
      .set({ told: sql`max(told, ${value('told')})` })
      .where(eq(deployments.number, value('deployment')))
      .prepare(),
    want: database
      .insert(messages)
      .values({
        key: value('key'),
        deployment: value('deployment'),
        channel: value('channel'),
        threadOf: value('threadOf'),
        payload: value('payload'),
        digest: value('digest'),
        broadcast: value('broadcast'),
        state: 'wanted',
        attempts: 0,
        notBefore: 0,
        createdAt: value('at'),
        wantedAt: value('at'),
      })
      .onConflictDoUpdate({
        target: messages.key,
        set: {
          payload: sql`excluded.payload`,
          digest: sql`excluded.digest`,
          state: stateOfNewWords,
          attempts: sql`case when digest = excluded.digest then attempts else 0 end`,
          wantedAt: sql`case when digest <> excluded.digest and said_digest is digest then excluded.wanted_at else wanted_at end`,
        },
      })
      .prepare(),
    file: database
      .insert(files)
      .values({
        key: value('key'),
        filename: value('filename'),
        title: value('title'),
        altText: value('altText'),
        bytes: value('bytes'),
      })
      .onConflictDoNothing()
      .prepare(),
  };
}
