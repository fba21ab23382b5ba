import { and, asc, eq, gt, isNull, lte, ne, or, sql } from 'drizzle-orm';

import type { Home } from '../homes.ts';
import type { HomeStore } from '../homes.ts';
import { atMost } from './at-most.ts';
import type { Connection } from './connection.ts';
import { homes } from './schema.ts';

/** People's App Homes: a row each. Nobody is woken by them: what stands in Slack is no news. */
export function homeMethods(connection: Connection): HomeStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  const find = (person: string): Home | null => statements.home.get({ person }) ?? null;
  return {
    openHome: async (person, at) =>
      await write(() => {
        statements.open.run({ person, at });
        const home = find(person);
        if (!home) throw new Error(`the Home of ${person} was written and is not there`);
        return home;
      }),
    home: async (person) => await read(() => find(person)),
    chooseHome: async (person, onlyMine) =>
      await write(() => {
        statements.choose.run({ person, onlyMine: onlyMine ? 1 : 0 });
        return find(person);
      }),
    homesSince: async (instant, limit) => await read(() => statements.since.all({ instant, limit })),
    beginShowing: async ({ person, digest, at, unlessTriedWithinMs }) =>
      await write(() => {
        const token = Math.max(at, (find(person)?.triedAt ?? 0) + 1);
        const begun =
          unlessTriedWithinMs === null
            ? statements.beginAnyhow.run({ person, token })
            : statements.begin.run({ person, token, digest, at, notAfter: at - unlessTriedWithinMs });
        return begun.changes > 0 ? token : null;
      }),
    endShowing: async (person, token, digest) => {
      await write(() => statements.end.run({ person, token, digest }));
    },
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  const { person, openedAt, triedAt, shownDigest } = homes;
  const ofPerson = eq(person, value('person'));
  const differs = or(isNull(shownDigest), ne(shownDigest, value('digest')));
  // A try of the future was written by a clock that was set back since.
  const isDue = or(lte(triedAt, value('notAfter')), gt(triedAt, value('at')));
  const begin = () => database.update(homes).set({ triedAt: sql`${value('token')}` });
  return {
    home: database.select().from(homes).where(ofPerson).prepare(),
    open: database
      .insert(homes)
      .values({ person: value('person'), openedAt: value('at') })
      .onConflictDoUpdate({ target: person, set: { openedAt: sql`excluded.opened_at` } })
      .prepare(),
    choose: database
      .update(homes)
      .set({ onlyMine: sql`${value('onlyMine')}` })
      .where(ofPerson)
      .prepare(),
    since: database
      .select()
      .from(homes)
      .where(gt(openedAt, value('instant')))
      .orderBy(asc(openedAt))
      .limit(atMost('limit'))
      .prepare(),
    begin: begin()
      .where(and(ofPerson, differs, isDue))
      .prepare(),
    beginAnyhow: begin().where(ofPerson).prepare(),
    end: database
      .update(homes)
      .set({
        shownDigest: sql`case when tried_at = ${value('token')} then ${value('digest')} else null end`,
      })
      .where(ofPerson)
      .prepare(),
  };
}
