import { and, eq, isNull, sql } from 'drizzle-orm';

import type { PersonSettings } from '../../domain/person-settings.ts';
import type { SettingsStore } from '../settings.ts';
import type { Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { channelTellings, messages, notSaid, peopleSettings } from './schema.ts';
import { prepareTrail } from './trail.ts';

/** What people and environments chose to be told. */
export function settingsMethods(connection: Connection, committed: () => void): SettingsStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  const trail = prepareTrail(connection);
  const tellingOf: Store['channelTelling'] = async (environment) => {
    const row = await read(() => statements.telling.get({ environment }));
    if (!row) return null;
    const { via, ...chosen } = row;
    return via === null ? chosen : { ...chosen, via };
  };
  return {
    personSettings: async (person) => {
      const row = await read(() => statements.ofPerson.get({ person }));
      return row ? (JSON.parse(row.settings) as PersonSettings) : null;
    },
    keepPersonSettings: async ({ person, settings, at }) => {
      await write(() => {
        statements.keep.run({ person, settings: JSON.stringify(settings), at });
        statements.judgeAnew.run({ person });
      });
      committed();
    },
    channelTelling: tellingOf,
    chooseChannelTelling: async ({ environment, tells, by, via, at }) => {
      await write(() => {
        if (statements.telling.get({ environment })?.tells === tells) return;
        statements.choose.run({ environment, tells, by, via: via ?? null, at });
        trail.add({ environment, at, event: { type: 'telling_chosen', tells, by, via } });
      });
    },
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
    ofPerson: database
      .select({ settings: peopleSettings.settings })
      .from(peopleSettings)
      .where(eq(peopleSettings.person, value('person')))
      .prepare(),
    keep: database
      .insert(peopleSettings)
      .values({ person: value('person'), settings: value('settings'), at: value('at') })
      .onConflictDoUpdate({
        target: peopleSettings.person,
        set: { settings: sql`excluded.settings`, at: sql`excluded.at` },
      })
      .prepare(),
    judgeAnew: database
      .update(messages)
      .set({ notBefore: 0 })
      .where(and(notSaid(), eq(messages.channel, value('person')), isNull(messages.ts)))
      .prepare(),
    telling: database
      .select()
      .from(channelTellings)
      .where(eq(channelTellings.environment, value('environment')))
      .prepare(),
    choose: database
      .insert(channelTellings)
      .values({
        environment: value('environment'),
        tells: value('tells'),
        by: value('by'),
        via: value('via'),
        at: value('at'),
      })
      .onConflictDoUpdate({
        target: channelTellings.environment,
        set: {
          tells: sql`excluded.tells`,
          by: sql`excluded.by`,
          via: sql`excluded.via`,
          at: sql`excluded.at`,
        },
      })
      .prepare(),
  };
}
