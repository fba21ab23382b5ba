import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../helpers/engine.ts';
import { hasPostgres, type Postgres, startPostgres } from '../../helpers/postgres.ts';
import { type Watcher, openWatcher } from '../../helpers/watcher.ts';
import { type Bench, type BenchOptions, openBench } from './bench.ts';

const signal = new AbortController().signal;

let postgres: Postgres;
let watcher: Watcher;

async function bench(vql: string, more: Partial<BenchOptions> = {}): Promise<Bench> {
  return await openBench({ port: postgres.port, password: postgres.password, vql, ...more });
}

describe.skipIf(!hasPostgres())('VQL that PostgreSQL understands, executed by it (needs postgresql)', () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    watcher = await openWatcher(postgres);
  });

  afterAll(async () => {
    watcher.close();
    await postgres.stop();
  });

  it('is executed in order, and what a server of another kind cannot answer is said as a warning', async () => {
    const made = await bench("CREATE TABLE sales (name text);\nINSERT INTO sales VALUES ('a;b');");
    const outcome = await made.system.perform(made.context('VQL'), signal);
    expect(outcome).toMatchObject({
      end: 'warning',
      message: expect.stringMatching(
        /^Executed 2 of 2 VQL commands; whether views of admin are invalid now could not be asked: /,
      ),
    });
    expect(made.told).toEqual(['the server refused single user mode: the VQL is executed without it']);
    expect(await watcher.column('SELECT name FROM sales')).toEqual(['a;b']);
  });

  it('stops at command 12 of 31, and what was executed stays: there is no transaction around it', async () => {
    const commands = Array.from({ length: 31 }, (_, index) =>
      index === 11 ? 'CREATE TABLE half.broken (a text);' : `CREATE TABLE t${index + 1} (a text);`,
    );
    const made = await bench(commands.join('\n'));
    expect(await made.system.perform(made.context('VQL'), signal)).toMatchObject({
      end: 'error',
      message:
        'VQL command 12 of 31 (line 12) failed: schema "half" does not exist. Executed 11 of 31 VQL commands',
    });
    expect(await watcher.column("SELECT count(*) FROM pg_tables WHERE tablename ~ '^t[0-9]+$'")).toEqual([
      '11',
    ]);
  });

  it('is lost where the server ends the connection in the middle of a command', async () => {
    const made = await bench(
      'CREATE TABLE before_it (a text);\nSELECT pg_sleep(60);\nCREATE TABLE after_it (a text);',
    );
    const running = made.system.perform(made.context('VQL'), signal);
    const sleeping = "FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'";
    await eventually(async () => (await watcher.column(`SELECT pid ${sleeping}`)).length === 1);
    await watcher.column(`SELECT pg_terminate_backend(pid) ${sleeping}`);
    expect(await running).toEqual({
      state: 'lost',
      reason:
        'Executed 1 of 3 VQL commands; whether VQL command 2 of 3 (line 2) was executed too is not known: terminating connection due to administrator command',
      lastLines: [],
    });
    expect(await watcher.column("SELECT tablename FROM pg_tables WHERE tablename ~ '_it$'")).toEqual([
      'before_it',
    ]);
  });

  it('sends a secret over a verified connection, and says it nowhere when the server repeats it', async () => {
    const secret = "S3cr'et-of-the-source";
    const made = await bench("SELECT CAST('${db.PASSWORD}' AS integer);", {
      properties: ['db.PASSWORD: { env: DB }'],
      secrets: { DB: secret },
      ca: postgres.ca,
    });
    const outcome = await made.system.perform(made.context('VQL'), signal);
    expect(outcome).toMatchObject({
      end: 'error',
      message:
        'VQL command 1 of 1 (line 1) failed: invalid input syntax for type integer: "•••". Executed 0 of 1 VQL commands',
    });
    expect(JSON.stringify([outcome, made.told])).not.toContain('S3cr');
  });
});
