import { and, eq, gt, isNull, lt, lte, ne, notExists, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';

import type { Delivery, MessageStore, OutgoingMessage } from '../messages.ts';
import { atMost } from './at-most.ts';
import type { Connection } from './connection.ts';
import { messages, notSaid } from './schema.ts';
import { prepareTelling } from './telling.ts';
import { readUndelivered } from './undelivered.ts';

/** Messages to Slack: wanted as rows, never twice the same one, and how far telling came. */
export function messageMethods(connection: Connection, committed: () => void): MessageStore {
  const { read, write } = connection;
  const telling = prepareTelling(connection);
  const delivering = { ...prepareDelivering(connection), ...prepareSettling(connection) };
  const trying = prepareTrying(connection);

  const tell = (deployment: number, told: number, wanted: OutgoingMessage[], at: number): void => {
    for (const { file, ...message } of wanted) {
      telling.want.run({ ...message, at });
      if (file) telling.file.run({ ...file, key: message.key, bytes: Buffer.from(file.bytes) });
    }
    telling.told.run({ deployment, told });
  };

  const setDelivery = (id: number, delivery: Delivery): void => {
    const { state, ts = null, place = null, saidDigest = null, notBefore = null, error } = delivery;
    const keepError = error === undefined ? 1 : 0;
    const tries = state === 'sending' || delivery.tried ? 1 : 0;
    const values = { id, state, ts, place, saidDigest, notBefore, error: error ?? null, keepError, tries };
    if (delivering.set.run(values).changes === 0) throw new Error(`there is no message ${id} to deliver`);
  };

  return {
    // Those that are behind may be many while a channel is closed, and must not stand in the way of the others.
    untold: async (limit) => {
      const untold = await read(() => telling.untold.all());
      return untold.toSorted((one, other) => Number(one.isBehind) - Number(other.isBehind)).slice(0, limit);
    },
    tell: async (deployment, told, wanted, at) => {
      await write(() => tell(deployment, told, wanted, at));
      committed();
    },
    undelivered: async (now, limit) => await read(() => delivering.undelivered.all({ now, limit })),
    undeliveredByChannel: async () => await read(() => readUndelivered(connection.client)),
    message: async (key) => (await read(() => delivering.byKey.get({ key }))) ?? null,
    deploymentOfMessage: async (channel, ts) =>
      (await read(() => delivering.byPlace.get({ channel, ts })))?.deployment ?? null,
    setDelivery: async (id, delivery) => await write(() => setDelivery(id, delivery)),
    withdraw: async (id) => await write(() => void delivering.withdraw.run({ id })),
    postAnew: async (key, notBefore) =>
      await write(() => {
        trying.anew.run({ key, notBefore });
      }),
    tryNext: async (channel, at) =>
      await write(() => {
        trying.tryNext.run({ channel, at });
      }),
    endPauses: async () => await write(() => void delivering.endPauses.run()),
  };
}

/** The message in whose thread another stands. */
const card = alias(messages, 'card');

const columns = {
  id: messages.id,
  key: messages.key,
  deployment: messages.deployment,
  channel: messages.channel,
  threadOf: messages.threadOf,
  payload: messages.payload,
  digest: messages.digest,
  broadcast: messages.broadcast,
  state: messages.state,
  ts: messages.ts,
  place: messages.place,
  saidDigest: messages.saidDigest,
  threadTs: card.ts,
  earlierThreadTs: card.replaces,
  replaces: messages.replaces,
  createdAt: messages.createdAt,
  wantedAt: messages.wantedAt,
  attempts: messages.attempts,
  notBefore: messages.notBefore,
  error: messages.error,
};

function prepareTrying({ database }: Connection) {
  const value = sql.placeholder;
  return {
    anew: database
      .update(messages)
      .set({
        state: 'wanted',
        replaces: sql`ts`,
        ts: null,
        saidDigest: null,
        notBefore: sql`${value('notBefore')}`,
      })
      .where(and(eq(messages.key, value('key')), sql`ts is not null`))
      .prepare(),
    tryNext: database
      .update(messages)
      .set({ notBefore: sql`${value('at')}` })
      .where(and(notSaid(), sql`channel = coalesce(${value('channel')}, channel)`))
      .prepare(),
  };
}

function prepareDelivering({ database }: Connection) {
  const value = sql.placeholder;
  const earlier = alias(messages, 'earlier');
  const withCard = () =>
    database.select(columns).from(messages).leftJoin(card, eq(card.key, messages.threadOf));
  const before = database
    .select({ id: earlier.id })
    .from(earlier)
    .where(
      and(
        eq(earlier.threadOf, messages.threadOf),
        lt(earlier.id, messages.id),
        isNull(earlier.ts),
        // Bytes go another way than words: where that is shut, the words go on.
        sql`earlier.key not like 'file:%'`,
        ne(earlier.state, sql`'dead'`),
      ),
    );
  return {
    byKey: withCard()
      .where(eq(messages.key, value('key')))
      .prepare(),
    byPlace: database
      .select({ deployment: messages.deployment })
      .from(messages)
      .where(and(eq(messages.ts, value('ts')), eq(messages.channel, value('channel'))))
      .prepare(),
    undelivered: withCard()
      .where(
        and(
          notSaid('messages.'),
          ne(messages.state, 'sending'),
          lte(messages.notBefore, value('now')),
          or(isNull(messages.threadOf), and(sql`${card.ts} is not null`, notExists(before))),
        ),
      )
      .orderBy(messages.id)
      .limit(atMost('limit'))
      .prepare(),
  };
}

/** What is written about a delivery. */
function prepareSettling({ database }: Connection) {
  const value = sql.placeholder;
  return {
    endPauses: database
      .update(messages)
      .set({ notBefore: 0 })
      // Also of what is said already: it may have more to say before its pause is over.
      .where(gt(messages.notBefore, sql`0`))
      .prepare(),
    withdraw: database
      .delete(messages)
      .where(and(eq(messages.id, value('id')), isNull(messages.ts), ne(messages.state, sql`'sending'`)))
      .prepare(),
    set: database
      .update(messages)
      .set({
        state: sql`${value('state')}`,
        ts: sql`coalesce(${value('ts')}, ts)`,
        place: sql`coalesce(${value('place')}, place)`,
        // Whoever does not know whether Slack took an edit does not know either what it shows now.
        saidDigest: sql`case when ${value('state')} = 'unknown' then null else coalesce(${value('saidDigest')}, said_digest) end`,
        notBefore: sql`coalesce(${value('notBefore')}, not_before)`,
        error: sql`case when ${value('keepError')} then error else ${value('error')} end`,
        attempts: sql`attempts + ${value('tries')}`,
      })
      .where(eq(messages.id, value('id')))
      .prepare(),
  };
}
