import { asc, eq, sql } from 'drizzle-orm';

import type { DelegationStore } from '../delegations.ts';
import type { Connection } from './connection.ts';
import { voteDelegations } from './schema.ts';
import { prepareTrail } from './trail.ts';

/** Votes of approvers in other hands; each change stands in the trail of its environment. */
export function delegationMethods(connection: Connection): DelegationStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  const trail = prepareTrail(connection);
  return {
    delegate: async (delegation) =>
      await write(() => {
        const { environment, since, by, to, until } = delegation;
        statements.put.run({ environment, by, to, since, until });
        trail.add({ environment, at: since, event: { type: 'vote_delegated', by, to, until } });
      }),
    endDelegations: async (by, at) =>
      await write(() => {
        const open = statements.ofPerson.all({ by }).filter(({ until }) => until > at);
        statements.end.run({ by });
        for (const { environment, to } of open)
          trail.add({ environment, at, event: { type: 'vote_taken_back', by, to } });
        return open;
      }),
    delegations: async (of) =>
      await read(() => ('by' in of ? statements.ofPerson.all(of) : statements.ofEnvironment.all(of))),
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  const hand = { to: value('to'), since: value('since'), until: value('until') };
  return {
    put: database
      .insert(voteDelegations)
      .values({ environment: value('environment'), by: value('by'), ...hand })
      .onConflictDoUpdate({
        target: [voteDelegations.environment, voteDelegations.by],
        set: { to: sql`excluded."to"`, since: sql`excluded.since`, until: sql`excluded.until` },
      })
      .prepare(),
    end: database
      .delete(voteDelegations)
      .where(eq(voteDelegations.by, value('by')))
      .prepare(),
    ofPerson: database
      .select()
      .from(voteDelegations)
      .where(eq(voteDelegations.by, value('by')))
      .orderBy(asc(voteDelegations.environment))
      .prepare(),
    ofEnvironment: database
      .select()
      .from(voteDelegations)
      .where(eq(voteDelegations.environment, value('environment')))
      .orderBy(asc(voteDelegations.by))
      .prepare(),
  };
}
