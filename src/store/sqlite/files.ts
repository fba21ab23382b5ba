import { and, eq, sql } from 'drizzle-orm';

import type { FileStore } from '../files.ts';
import type { Connection } from './connection.ts';
import { files, taskOutputs } from './schema.ts';

/** Files on their way to Slack, and what failed tasks printed. */
export function fileMethods(connection: Connection): FileStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  return {
    file: async (key) => (await read(() => statements.byKey.get({ key }))) ?? null,
    nameFile: async (key, slackId) => await write(() => void statements.name.run({ key, slackId })),
    fileStands: async (key) => await write(() => void statements.stands.run({ key })),
    keepOutput: async (place, output) => await write(() => void statements.keep.run({ ...place, output })),
    output: async (place) => (await read(() => statements.output.get({ ...place })))?.output ?? null,
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
    byKey: database
      .select({
        filename: files.filename,
        title: files.title,
        altText: files.altText,
        bytes: files.bytes,
        slackId: files.slackId,
      })
      .from(files)
      .where(eq(files.key, value('key')))
      .prepare(),
    name: database
      .update(files)
      .set({ slackId: sql`${value('slackId')}` })
      .where(eq(files.key, value('key')))
      .prepare(),
    stands: database
      .update(files)
      .set({ bytes: null })
      .where(eq(files.key, value('key')))
      .prepare(),
    ...prepareOutputs(database),
  };
}

function prepareOutputs(database: Connection['database']) {
  const value = sql.placeholder;
  const { deployment, attempt, task, run } = taskOutputs;
  return {
    keep: database
      .insert(taskOutputs)
      .values({
        deployment: value('deployment'),
        attempt: value('attempt'),
        task: value('task'),
        run: value('run'),
        output: value('output'),
      })
      .onConflictDoUpdate({
        target: [deployment, attempt, task, run],
        set: { output: sql`excluded.output` },
      })
      .prepare(),
    output: database
      .select({ output: taskOutputs.output })
      .from(taskOutputs)
      .where(
        and(
          eq(deployment, value('deployment')),
          eq(attempt, value('attempt')),
          eq(task, value('task')),
          eq(run, value('run')),
        ),
      )
      .prepare(),
  };
}
