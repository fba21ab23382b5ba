import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hostileWords } from '../helpers/hostile-words.ts';
import { hasPostgres, type Postgres, startPostgres } from '../helpers/postgres.ts';
import { openWatcher, type Watcher } from '../helpers/watcher.ts';
import { openBench } from '../systems/denodo/bench.ts';

/** What somebody would write into a property who wants more than to be a value. */
const corpus = [
  ...hostileWords.filter((words) => !words.includes('\0')),
  "'; DROP TABLE kept; --",
  "''; DROP TABLE kept; --",
  "\\'; DROP TABLE kept; --",
  "'); DROP TABLE kept; SELECT ('",
  "x' || (SELECT 'y') || '",
  "'/*",
  "*/'; DROP TABLE kept; /*",
  '$$; DROP TABLE kept; $$',
  '; DROP TABLE kept;',
  '\n; DROP TABLE kept;\n--',
  '"; DROP TABLE kept; --',
  '\u02BC; DROP TABLE kept; --',
  '\uFF07; DROP TABLE kept; --',
  '${other}',
  "it''s",
  '\\',
  "'",
  "''''",
];

let postgres: Postgres;
let watcher: Watcher;

async function execute(vql: string, value: string) {
  const bench = await openBench({
    port: postgres.port,
    password: postgres.password,
    vql,
    properties: ['value: { env: VALUE }'],
    secrets: { VALUE: value },
  });
  return await bench.system.perform(bench.context('VQL'), new AbortController().signal);
}

describe.skipIf(!hasPostgres())(
  'a value of an environment in VQL, at a real PostgreSQL (needs postgresql)',
  () => {
    beforeAll(async () => {
      postgres = await startPostgres();
      watcher = await openWatcher(postgres);
      await watcher.column('CREATE TABLE kept (value text)');
    });

    afterAll(async () => {
      watcher.close();
      await postgres.stop();
    });

    test('stays the text of its literal, whatever it holds, and reads back as it was written', async () => {
      for (const value of corpus) {
        await watcher.column('DELETE FROM kept');
        expect(await execute("INSERT INTO kept VALUES ('${value}');", value)).toMatchObject({
          message: expect.stringMatching(/^Executed 1 of 1 VQL commands/),
        });
        expect(await watcher.column('SELECT value FROM kept')).toEqual([value]);
      }
    });

    test('is sent nowhere outside quotes unless it is one word', async () => {
      const log = 'SELECT count(*) FROM kept';
      const before = await watcher.column(log);
      for (const value of corpus.filter((words) => !/^[A-Za-z0-9_.]*$/.test(words)))
        for (const vql of ['INSERT INTO ${value} VALUES (1);', 'INSERT INTO "${value}" VALUES (1);'])
          expect(await execute(vql, value)).toMatchObject({
            end: 'error',
            message: expect.stringContaining('property value stands outside quotes'),
          });
      expect(await watcher.column(log)).toEqual(before);
    });
  },
);
