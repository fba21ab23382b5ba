import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { chainHash, type ChainedRow, chainStart } from '../../src/store/sqlite/chain.ts';
import { type Client, Database } from '../../src/store/sqlite/driver.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { change, create, reminded, requested } from '../contract/store-samples.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { runCli } from '../helpers/run-cli.ts';

interface ExportedLine {
  seq: number;
  previous: string;
  deployment: number;
  version: number;
  at: string;
  type: string;
  data: string;
  fence: number | null;
  hash: string;
}

let directory: string;
let file: string;
let store: Store | null;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'll-audit-'));
  file = join(directory, 'x.db');
  store = await openSqliteStore({ file, migrationsFolder: 'migrations' });
  const first = await create(store, { events: [requested({ reason: '=HYPERLINK("http://x")' })], at: 1_000 });
  const second = await create(store, { environment: 'denodo', at: 2_000 });
  for (const number of [first, second, first])
    await store.commit(change(number, [reminded], { at: 90_000_000 }));
});
afterEach(async () => {
  await store?.close();
  removeLater(directory);
});

const audit = async (...words: string[]) =>
  await runCli(['audit', ...words], { cwd: directory, env: { DATABASE_URL: 'file:x.db' } });

/** Ends the bot's hold and changes a row behind its back. */
async function tamper(...statements: string[]): Promise<void> {
  await store?.close();
  store = null;
  const byHand = new Database(file);
  byHand.pragma('foreign_keys = OFF');
  for (const statement of statements) byHand.exec(statement);
  byHand.close();
}

/** The head of the log when it had so many events. */
async function placeOf(seq: number): Promise<string> {
  const [deployment, version] = [
    [1, 1],
    [2, 1],
    [1, 2],
    [2, 2],
    [1, 3],
  ][seq - 1] ?? [0, 0];
  const place = await store?.logPlace(deployment ?? 0, version ?? 0);
  expect(place?.seq).toBe(seq);
  return `${seq}:${place?.hash}`;
}

/** What somebody does who can write the file and knows how the chain is made. */
async function tamperAndChainAnew(work: (client: Client) => unknown): Promise<void> {
  await tamper();
  const client = new Database(file);
  client.pragma('foreign_keys = OFF');
  work(client);
  let previous = chainStart;
  const rows = client.prepare<[], ChainedRow & { seq: number }>('SELECT * FROM events ORDER BY seq').all();
  for (const row of rows) {
    previous = chainHash(previous, row);
    client.prepare('UPDATE events SET hash = ? WHERE seq = ?').run(previous, row.seq);
  }
  client.close();
}

describe('audit verify', () => {
  test('while the bot runs says how many events there are, their last hash, and that nothing is broken', async () => {
    const said = await audit('verify');
    expect(said).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^5 events, last hash [0-9a-f]{64}, unbroken\n$/),
    });
    expect(await store?.commit(change(1, [reminded]))).toMatchObject({ ok: true });
    expect((await audit('verify')).stdout).toMatch(/^6 events/);
  });

  test.each([
    ['a changed word', "UPDATE events SET data = replace(data, '15', '16') WHERE seq = 3", 'event 2 of #1'],
    ['a changed hour', 'UPDATE events SET at = at + 1 WHERE seq = 4', 'event 2 of #2'],
    ['a changed fence', 'UPDATE events SET fence = 7 WHERE seq = 4', 'event 2 of #2'],
    ['a removed event', 'DELETE FROM events WHERE seq = 3', 'event 2 of #2'],
    ['a removed first event', 'DELETE FROM events WHERE seq = 1', 'event 1 of #2'],
    ['the last event cut off', 'DELETE FROM events WHERE seq = 5', 'event 3 of #1'],
    ['a deployment cut out', 'DELETE FROM events WHERE deployment = 2', 'event 2 of #1'],
    [
      'an event put in',
      'INSERT INTO events SELECT 6, 2, 3, at, type, data, fence, hash FROM events WHERE seq = 4',
      'event 3 of #2',
    ],
  ])('ends with 1 and names the first broken place: %s', async (_what, statement, place) => {
    await tamper(statement);
    const said = await audit('verify');
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(said.stderr).toMatch(new RegExp(`^The log is broken at ${place}: .+\\.\n$`));
  });

  test('holds the log against heads that were kept elsewhere', async () => {
    const [first, last] = [await placeOf(1), await placeOf(5)];
    const said = await audit('verify', '--anchor', first, '--anchor', last);
    expect(said).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/, unbroken; all 2 anchors hold\n$/),
    });
    await store?.commit(change(1, [reminded]));
    expect((await audit('verify', '--anchor', last)).stdout).toMatch(
      /^6 events, .+, unbroken; the anchor holds\n$/,
    );
  });

  test.each([
    [
      'its end cut off',
      (client: Client) => {
        client.exec('DELETE FROM events WHERE seq = 5');
        client.exec('UPDATE deployments SET version = 2 WHERE number = 1');
      },
      /^The anchor 5:[0-9a-f]{32} is not in the log, which ends at 4: its end was cut off, or an older copy was restored\.\n$/,
    ],
    [
      'an event edited',
      (client: Client) => client.exec("UPDATE events SET data = replace(data, '15', '16') WHERE seq = 3"),
      /^The anchor 5:[0-9a-f]{32} is not what stands there, event 3 of #1: the log was written anew up to it, or the anchor is of another log\.\n$/,
    ],
    [
      'two events exchanged',
      (client: Client) => {
        client.exec('UPDATE events SET seq = 100 WHERE seq = 4');
        client.exec('UPDATE events SET seq = 4 WHERE seq = 3');
        client.exec('UPDATE events SET seq = 3 WHERE seq = 100');
      },
      /^The anchor 5:[0-9a-f]{32} is not what stands there, event 3 of #1: /,
    ],
    [
      'an event put in',
      (client: Client) => {
        client.exec('UPDATE events SET seq = 6 WHERE seq = 5');
        client.exec('UPDATE events SET version = 4 WHERE seq = 6');
        client.exec(
          'INSERT INTO events SELECT 5, deployment, 3, at + 1, type, data, fence, hash FROM events WHERE seq = 3',
        );
        client.exec('UPDATE deployments SET version = 4 WHERE number = 1');
      },
      /^The anchor 5:[0-9a-f]{32} is not what stands there, event 3 of #1: /,
    ],
  ])('ends with 1 for a whole new chain that breaks nowhere: %s', async (_what, change_, sentence) => {
    const anchor = (await placeOf(5)).slice(0, 34);
    await tamperAndChainAnew(change_);
    expect(await audit('verify')).toMatchObject({ code: 0, stderr: '' });
    expect(await audit('verify', '--anchor', anchor)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(sentence),
    });
  });

  test('with two events exchanged and nothing chained anew names the first of them', async () => {
    await tamper(
      'UPDATE events SET seq = 100 WHERE seq = 4',
      'UPDATE events SET seq = 4 WHERE seq = 3',
      'UPDATE events SET seq = 3 WHERE seq = 100',
    );
    expect(await audit('verify')).toMatchObject({
      code: 1,
      stderr: 'The log is broken at event 2 of #2: it, or what stood before it, was altered.\n',
    });
  });

  test.each(['5', '5:abc', 'x:0123456789abcdef', '5:0123456789abcdeg'])(
    'with --anchor %s ends with 2 and says how one is written',
    async (text) => {
      expect(await audit('verify', '--anchor', text)).toMatchObject({
        code: 2,
        stderr: `--anchor ${text} is no anchor: write PLACE:HASH as Slack shows it, with at least 16 digits of the hash\n`,
      });
    },
  );

  test('chains a log that an older version wrote when that database is opened', async () => {
    await tamper(
      'CREATE TABLE old (deployment, version, at, type, data, fence)',
      'INSERT INTO old SELECT deployment, version, at, type, data, fence FROM events ORDER BY seq',
      'DROP TABLE events',
      'ALTER TABLE old RENAME TO events',
      'DROP TABLE environment_events',
      'DROP TABLE environment_locks',
      'ALTER TABLE messages DROP COLUMN replaces',
      'ALTER TABLE messages DROP COLUMN wanted_at',
      'DROP TABLE server_records',
      'DROP TABLE environment_backups',
      'DROP TABLE inspections',
      'DROP TABLE homes',
      'DROP TABLE property_values',
      'DROP TABLE people_settings',
      'DROP TABLE channel_tellings',
      'ALTER TABLE messages DROP COLUMN place',
      'DROP TABLE vote_delegations',
      'DROP INDEX messages_paused',
      'DROP INDEX batches_starts',
      'DROP INDEX deployments_batch',
      'ALTER TABLE deployments DROP COLUMN place',
      'ALTER TABLE batches DROP COLUMN version',
      'ALTER TABLE batches DROP COLUMN on_failure',
      'ALTER TABLE batches DROP COLUMN changed',
      'DROP INDEX messages_ts',
      'DROP TABLE files',
      'DROP TABLE task_outputs',
      'DROP TABLE refused_blocks',
      'DELETE FROM __drizzle_migrations WHERE id > 1',
    );
    expect(await audit('verify')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('start this one once'),
    });
    store = await openSqliteStore({ file, migrationsFolder: 'migrations' });
    expect((await audit('verify')).stdout).toMatch(/^5 events, last hash [0-9a-f]{64}, unbroken\n$/);
    expect(await store.eventsAfter(1, 0)).toHaveLength(3);
  });

  test('of a database that is not there ends with 1 and makes none', async () => {
    const env = { DATABASE_URL: 'file:none.db' };
    const said = await runCli(['audit', 'verify'], { cwd: directory, env });
    expect(said).toMatchObject({
      code: 1,
      stderr: 'there is no database none.db; name it with DATABASE_URL=file:PATH\n',
    });
    expect(readdirSync(directory)).not.toContain('none.db');
  });
});

describe('audit export', () => {
  test('prints CSV whose fields no spreadsheet takes for a formula', async () => {
    await store?.commit(change(2, [{ type: 'cancelled', by: '=1+1,"x"' }], { at: 90_000_001 }));
    const { code, stdout } = await audit('export');
    expect(code).toBe(0);
    const lines = stdout.split('\r\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('deployment,version,at,environment,type,by,fence,event,hash,seq,previous');
    expect(lines[1]).toMatch(
      /^1,1,1970-01-01T00:00:01\.000Z,ibex,requested,U0ANA,,"\{""type"":""requested"",.*\}",[0-9a-f]{64},1,$/,
    );
    expect(lines[6]).toContain(`,cancelled,"'=1+1,""x""",,`);
  });

  test('prints JSON lines of a span, its end not included', async () => {
    const { stdout } = await audit(
      'export',
      '--format',
      'json',
      '--from',
      '1970-01-01T00:00:02Z',
      '--to',
      '1970-01-02T01:00:00Z',
    );
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(rows).toEqual([
      expect.objectContaining({
        deployment: 2,
        version: 1,
        at: '1970-01-01T00:00:02.000Z',
        environment: 'denodo',
        by: 'U0ANA',
        event: expect.objectContaining({ type: 'requested', reason: 'quarter end' }),
      }),
    ]);
  });

  test('carries what proves it elsewhere: each hash from the line alone, each line tied to the one before', async () => {
    const { stdout } = await audit('export', '--format', 'json', '--from', '1970-01-01T00:00:02Z');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportedLine);
    expect(lines.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    for (const [at, line] of lines.entries()) {
      const { previous, deployment, version, type, data, fence, hash } = line;
      const hashed = JSON.stringify([previous, deployment, version, Date.parse(line.at), type, data, fence]);
      expect(createHash('sha256').update(hashed).digest('hex')).toBe(hash);
      if (at > 0) expect(previous).toBe(lines[at - 1]?.hash);
    }
    expect(lines[0]?.previous).toBe((await placeOf(1)).slice(2));
  });

  test('ends with the trails of environments: who filled in which property, and when, without its value', async () => {
    const properties = [{ cluster: 'eu', name: 'crm.login', value: 'the value' }];
    await store?.fillIn({ environment: 'denodo', by: 'U0BEA', at: 90_000_002, properties });
    const { stdout } = await audit('export', '--format', 'json');
    const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({
      deployment: null,
      seq: null,
      at: '1970-01-02T01:00:00.002Z',
      environment: 'denodo',
      type: 'properties_filled',
      by: 'U0BEA',
      event: { properties: [{ cluster: 'eu', name: 'crm.login' }] },
    });
    expect(stdout).not.toContain('the value');
    expect((await audit('export')).stdout).toContain(',denodo,properties_filled,U0BEA,');
  });

  test('has in those trails who chose what a channel is told, and when', async () => {
    await store?.chooseChannelTelling({
      environment: 'denodo',
      tells: 'nothing',
      by: 'U0BEA',
      at: 90_000_002,
    });
    expect((await audit('export')).stdout).toMatch(
      /1970-01-02T01:00:00\.002Z,denodo,telling_chosen,U0BEA,.*""tells"":""nothing""/,
    );
  });

  test('with an instant that is none ends with 2 and says how one is written', async () => {
    expect(await audit('export', '--to', 'yesterday')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--to yesterday is no instant: write 2026-11-21/),
    });
  });

  test('keeps no more in memory for 100,000 events than for a few', async () => {
    await tamper(
      `WITH RECURSIVE n(i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO events SELECT i, 1, i, 90000000, 'reminded', json_object('type', 'reminded', 'minutesBefore', i,
         'padding', hex(zeroblob(300))), NULL, 'x' FROM n`,
    );
    const heap = { NODE_OPTIONS: '--max-old-space-size=40', DATABASE_URL: 'file:x.db' };
    const { code, stdout } = await runCli(['audit', 'export', '--format', 'json'], {
      cwd: directory,
      env: heap,
    });
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(70_000_000);
    expect(stdout.endsWith('}\n')).toBe(true);
  });
});
