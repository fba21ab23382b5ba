import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm';

import type { ServerAnswer } from '../../domain/plan/inspection.ts';
import type { InspectionStore } from '../inspections.ts';
import { atMost } from './at-most.ts';
import type { Connection } from './connection.ts';
import { inspections } from './schema.ts';

/** What servers are asked outside any deployment: one row each, with the time of the question and the last answer. */
export function inspectionMethods(connection: Connection, committed: () => void): InspectionStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  return {
    askServers: async (environment, servers, at) => {
      await write(() => {
        for (const server of servers) statements.ask.run({ environment, server, at });
      });
      committed();
    },
    unanswered: async (limit) => await read(() => statements.unanswered.all({ limit })),
    answerFor: async ({ environment, server }, { at, answer }) => {
      const { readBack } = answer;
      const row = { environment, server, at, answer: JSON.stringify(answer), readBack };
      await write(() => statements.answer.run(row));
      committed();
    },
    askedServers: async (environment) =>
      (await read(() => statements.all.all({ environment }))).map(
        ({ server, askedAt, answeredAt, answer, saidSince }) => ({
          server,
          askedAt,
          answered:
            answeredAt === null || answer === null
              ? null
              : {
                  at: answeredAt,
                  answer: JSON.parse(answer) as ServerAnswer,
                  ...(saidSince !== null && { saidSince }),
                },
        }),
      ),
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  const { environment, server, askedAt, answeredAt } = inspections;
  return {
    ask: database
      .insert(inspections)
      .values({ environment: value('environment'), server: value('server'), askedAt: value('at') })
      .onConflictDoUpdate({ target: [environment, server], set: { askedAt: sql`excluded.asked_at` } })
      .prepare(),
    unanswered: database
      .select({ environment, server, askedAt })
      .from(inspections)
      .where(or(isNull(answeredAt), lt(answeredAt, askedAt)))
      .orderBy(asc(askedAt), asc(environment), asc(server))
      .limit(atMost('limit'))
      .prepare(),
    answer: database
      .update(inspections)
      .set({
        answeredAt: sql`${value('at')}`,
        answer: sql`${value('answer')}`,
        saidSince: sql`case when said_since is not null and json_extract(answer, '$.readBack') is ${value('readBack')} then said_since else ${value('at')} end`,
      })
      .where(and(eq(environment, value('environment')), eq(server, value('server'))))
      .prepare(),
    all: database
      .select()
      .from(inspections)
      .where(eq(environment, value('environment')))
      .orderBy(asc(server))
      .prepare(),
  };
}
