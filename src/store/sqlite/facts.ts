import { eq, sql } from 'drizzle-orm';

import type { FactStore } from '../facts.ts';
import type { Connection } from './connection.ts';
import { environmentBackups, members, meta, revisionPins, serverRecords } from './schema.ts';

/** What is known beside the deployments: the installation, its members' service, its revisions' digests. */
export function factMethods(connection: Connection): FactStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  return {
    installation: async () => {
      const found = await read(() => statements.fact.get({ key: 'installation' }));
      if (!found) throw new Error(`${connection.file} has lost the id of its installation`);
      return found.value;
    },
    members: async (environment) => await read(() => statements.members.all({ environment })),
    records: async (environment) => await read(() => statements.records.all({ environment })),
    lastBackup: async (environment) => await read(() => statements.backup.get({ environment })?.path ?? null),
    pinRevision: async (name, digest, at) =>
      await write(() => {
        statements.pin.run({ name, digest, at });
        return statements.pinned.get({ name })?.digest ?? digest;
      }),
    checkWritable: async (at) => {
      await write(() => statements.setFact.run({ key: 'writable_at', value: String(at) }));
    },
  };
}

/** Answers how to give a new database its own id; one that has an id keeps it. */
export function installationNamer({ database }: Connection): (id: string) => void {
  const value = sql.placeholder('id');
  const name = database.insert(meta).values({ key: 'installation', value }).onConflictDoNothing().prepare();
  return (id) => void name.run({ id });
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
    fact: database
      .select({ value: meta.value })
      .from(meta)
      .where(eq(meta.key, value('key')))
      .prepare(),
    setFact: database
      .insert(meta)
      .values({ key: value('key'), value: value('value') })
      .onConflictDoUpdate({ target: meta.key, set: { value: sql`excluded.value` } })
      .prepare(),
    members: database
      .select()
      .from(members)
      .where(eq(members.environment, value('environment')))
      .orderBy(members.member)
      .prepare(),
    records: database
      .select({
        server: serverRecords.server,
        readBack: serverRecords.readBack,
        deployment: serverRecords.deployment,
        at: serverRecords.at,
      })
      .from(serverRecords)
      .where(eq(serverRecords.environment, value('environment')))
      .orderBy(serverRecords.server)
      .prepare(),
    backup: database
      .select({ path: environmentBackups.path })
      .from(environmentBackups)
      .where(eq(environmentBackups.environment, value('environment')))
      .prepare(),
    pin: database
      .insert(revisionPins)
      .values({ name: value('name'), digest: value('digest'), at: value('at') })
      .onConflictDoNothing()
      .prepare(),
    pinned: database
      .select({ digest: revisionPins.digest })
      .from(revisionPins)
      .where(eq(revisionPins.name, value('name')))
      .prepare(),
  };
}
