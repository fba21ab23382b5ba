import { eq, sql } from 'drizzle-orm';

import type { RefusedBlockStore } from '../refused-blocks.ts';
import type { Connection } from './connection.ts';
import { refusedBlocks } from './schema.ts';

/** Which blocks a workspace does not take: a row for each, for good. */
export function refusedBlockMethods(connection: Connection): RefusedBlockStore {
  const { read, write } = connection;
  const statements = prepare(connection);
  return {
    refusedBlocks: async (workspace) =>
      (await read(() => statements.refused.all({ workspace }))).map(({ block }) => block),
    refuseBlock: async (refused) => await write(() => void statements.refuse.run(refused)),
  };
}

function prepare({ database }: Connection) {
  const value = sql.placeholder;
  return {
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
