import { and, eq, sql } from 'drizzle-orm';

import type { Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { files, refusedBlocks, taskOutputs } from './schema.ts';

type FileMethod =
  | 'file'
  | 'nameFile'
  | 'fileStands'
  | 'keepOutput'
  | 'output'
  | 'refusedBlocks'
  | 'refuseBlock';

/** Files on their way to Slack, what failed tasks printed, and which blocks a workspace does not take. */
export function fileMethods(connection: Connection): Pick<Store, FileMethod> {
  const { read, write } = connection;
  const statements = prepare(connection);
  return {
    file: async (key) => (await read(() => statements.byKey.get({ key }))) ?? null,
    nameFile: async (key, slackId) => await write(() => void statements.name.run({ key, slackId })),
    fileStands: async (key) => await write(() => void statements.stands.run({ key })),
    keepOutput: async (place, output) => await write(() => void statements.keep.run({ ...place, output })),
    output: async (place) => (await read(() => statements.output.get({ ...place })))?.output ?? null,
    refusedBlocks: async (workspace) =>
      (await read(() => statements.refused.all({ workspace }))).map(({ block }) => block),
    refuseBlock: async (refused) => await write(() => void statements.refuse.run(refused)),
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
    refused: database
      .select({ block: refusedBlocks.block })
      .from(refusedBlocks)
      .where(eq(refusedBlocks.workspace, value('workspace')))
      .prepare(),
    refuse: database
      .insert(refusedBlocks)
      .values({ workspace: value('workspace'), block: value('block'), since: value('at') })
      .onConflictDoNothing()
      .prepare(),
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
