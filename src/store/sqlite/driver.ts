import BetterSqlite3 from 'better-sqlite3';

/**
 * better-sqlite3 as it fits this Node: version 12 up to Node 20, version 13 from Node 22 on, which version 12 may abort
 * from 24.19 on when it is garbage collected (docs/decisions). The interface that is used here is the same.
 */
export const Database: typeof BetterSqlite3 = await fittingDriver(
  Number(process.versions.node.split('.')[0]),
);

/** One open database file. */
export type Client = BetterSqlite3.Database;

async function fittingDriver(nodeMajor: number): Promise<typeof BetterSqlite3> {
  if (nodeMajor < 22) return BetterSqlite3;
  try {
    return (await import('better-sqlite3-13')).default;
  } catch (error) {
    const sentence = `better-sqlite3 13 is not installed, which Node ${process.version} needs: run npm ci with this Node`;
    throw new Error(sentence, { cause: error });
  }
}
