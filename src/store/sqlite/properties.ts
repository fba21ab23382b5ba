import { asc, eq, sql } from 'drizzle-orm';

import type { FilledProperty } from '../../domain/plan/filled-properties.ts';
import type { FillIn, PropertyStore } from '../properties.ts';
import type { Connection } from './connection.ts';
import { propertyValues } from './schema.ts';
import { prepareTrail } from './trail.ts';

/** Values of properties that people filled in: the first one that is given stays. */
export function propertyMethods(connection: Connection): PropertyStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  const trail = prepareTrail(connection);
  const insert = ({ environment, by, at }: FillIn, { cluster, name, value }: FilledProperty): boolean =>
    statements.insert.run({ environment, cluster: cluster ?? '', name, value, by, at }).changes > 0;
  return {
    fillIn: async (fill) =>
      await write(() => {
        const given = fill.properties.filter((property) => insert(fill, property));
        if (given.length > 0) trail.add(entryOf(fill, given));
        return given;
      }),
    filledIn: async (environment) =>
      (await read(() => statements.all.all({ environment }))).map(({ cluster, ...rest }) => ({
        cluster: cluster === '' ? null : cluster,
        ...rest,
      })),
  };
}

function entryOf({ environment, at, by, via }: FillIn, given: FilledProperty[]) {
  const properties = given.map(({ cluster, name }) => (cluster === null ? { name } : { cluster, name }));
  return { environment, at, event: { type: 'properties_filled' as const, properties, by, via } };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
    insert: database
      .insert(propertyValues)
      .values({
        environment: value('environment'),
        cluster: value('cluster'),
        name: value('name'),
        value: value('value'),
        by: value('by'),
        at: value('at'),
      })
      .onConflictDoNothing()
      .prepare(),
    all: database
      .select({ cluster: propertyValues.cluster, name: propertyValues.name, value: propertyValues.value })
      .from(propertyValues)
      .where(eq(propertyValues.environment, value('environment')))
      .orderBy(asc(propertyValues.cluster), asc(propertyValues.name))
      .prepare(),
  };
}
