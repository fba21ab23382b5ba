import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { foldDeployment } from '../../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../../src/domain/events/deployment-event.ts';
import { chainHash, chainStart } from '../../../src/store/sqlite/chain.ts';
import { connect } from '../../../src/store/sqlite/connection.ts';
import { type Client, Database } from '../../../src/store/sqlite/driver.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { walkLog } from '../../../src/store/sqlite/walk-log.ts';
import {
  attemptEnded,
  attemptStarted,
  change,
  reminded,
  requested,
  samplePlan,
} from '../../contract/store-samples.ts';
import { buildChild, makeFolder, migrationsFolder, start } from './child-process.ts';

const withoutStrace = spawnSync('strace', ['-V']).status !== 0;
if (withoutStrace) {
  const sentence = 'the Debian package strace is missing: nothing can kill a migration at each of its calls';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
}

interface Journal {
  entries: { tag: string }[];
}
const readJournal = (folder: string): Journal =>
  JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as Journal;
const tags = readJournal(migrationsFolder).entries.map(({ tag }) => tag);

let place: ReturnType<typeof makeFolder>;
let file: string;
beforeEach(() => {
  place = makeFolder();
  file = join(place.folder, 'lamplighter.db');
});
afterEach(() => place.remove());

/** The migrations that a version knew which had the first `count` of them. */
function migrationsOf(count: number): string {
  const folder = join(place.folder, `migrations-${count}`);
  cpSync(migrationsFolder, folder, { recursive: true });
  const journal = readJournal(folder);
  for (const { tag } of journal.entries.slice(count)) rmSync(join(folder, `${tag}.sql`));
  const entries = journal.entries.slice(0, count);
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries }));
  return folder;
}

const logs: DeploymentEvent[][] = [
  [requested(), { type: 'queued', behind: null }, attemptStarted(), attemptEnded()],
  [requested(), { type: 'cancelled', by: 'U0ANA' }],
  [requested(), { type: 'scheduled', startsAt: 9_000_000_000_000 }],
  [requested()],
];
const states = ['ok', 'cancelled', 'scheduled', 'awaiting_approval'];

/** A database as a version with the first `count` migrations left it, with a deployment in each of the states. */
async function makeOlder(count: number): Promise<void> {
  const connection = connect(file, 1_000);
  await migrate(connection, migrationsOf(count));
  const { client } = connection;
  insert(client, 'meta', { key: 'installation', value: 'abc' });
  insert(client, 'batches', { id: 1, zone: 'UTC', created_by: 'U0ANA', created_at: 1 });
  insert(client, 'plans', { hash: 'hash-1', plan: JSON.stringify(samplePlan('ibex')) });
  logs.forEach((events, at) => insertDeployment(client, at + 1, events));
  client.close();
}

function insertDeployment(client: Client, number: number, events: DeploymentEvent[]): void {
  insert(client, 'deployments', {
    number,
    batch: 1,
    environment: 'ibex',
    title: 'customer360@2',
    channel: 'C0DEPLOY',
    request_key: `request-${number}`,
    requested_by: 'U0ANA',
    requested_at: 1_000,
    state: states[number - 1],
    version: events.length,
    attempt: number === 1 ? 1 : 0,
    plan_hash: 'hash-1',
    told: events.length,
  });
  events.forEach((event, at) => {
    const previous = hashBefore(client);
    const row = {
      deployment: number,
      version: at + 1,
      at: 1_000,
      type: event.type,
      data: JSON.stringify(event),
    };
    const seq = (client.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0) + 1;
    insert(client, 'events', { ...row, seq, hash: chainHash(previous, { ...row, fence: null }) });
  });
}

function columnsOf(client: Client, table: string): string[] {
  return client.prepare<[], string>(`SELECT name FROM pragma_table_info('${table}')`).pluck().all();
}

function hashBefore(client: Client): string {
  if (!columnsOf(client, 'events').includes('hash')) return chainStart;
  return (
    client.prepare<[], string>('SELECT hash FROM events ORDER BY seq DESC LIMIT 1').pluck().get() ??
    chainStart
  );
}

/** Only the columns that the version had. */
function insert(client: Client, table: string, row: Record<string, unknown>): void {
  const known = columnsOf(client, table);
  const entries = Object.entries(row).filter(([name]) => known.includes(name));
  const [names, values] = [entries.map(([name]) => `"${name}"`), entries.map(([, value]) => value)];
  client
    .prepare(`INSERT INTO "${table}" (${names.join()}) VALUES (${names.map(() => '?').join()})`)
    .run(...values);
}

async function expectBroughtUp(): Promise<void> {
  const store = await openSqliteStore({ file, migrationsFolder });
  expect((await store.list({ limit: 9 })).map(({ state }) => state)).toEqual(states.toReversed());
  for (const [at, state] of states.entries()) {
    const events = await store.eventsAfter(at + 1, 0);
    expect(events.map(({ event }) => event)).toEqual(logs[at]);
    expect(foldDeployment(events)?.state).toBe(state);
  }
  expect(await store.installation()).toBe('abc');
  expect(await store.commit(change(4, [reminded]))).toEqual({ ok: true, version: 2 });
  await store.close();
  const client = new Database(file, { readonly: true });
  expect(walkLog(client)).toMatchObject({ unbroken: true, events: 10 });
  client.close();
}

describe('a database of an older version', () => {
  it('exists for every migration but the last', () => {
    expect(tags.length).toBeGreaterThanOrEqual(3);
  });

  it.each(tags.slice(0, -1).map((tag, at) => [tag, at + 1] as const))(
    'that ends with %s is brought up to date with everything in it',
    async (_tag, count) => {
      await makeOlder(count);
      await expectBroughtUp();
      const client = new Database(file, { readonly: true });
      expect(client.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(tags.length);
      client.close();
    },
  );
});

describe('an older database and processes that start on it', () => {
  let child: ReturnType<typeof buildChild>;
  beforeAll(() => {
    child = buildChild('older-versions');
  });
  afterAll(() => child.remove());
  const hold = () => start(process.execPath, [child.script, 'hold', file, migrationsFolder]);

  it('of two at once one brings it up and runs, and the other says that it runs', async () => {
    await makeOlder(1);
    const both = [hold(), hold()];
    const refused = await Promise.race(both.map(async (one) => ({ one, end: await one.ended })));
    expect(refused.end.code).toBe(1);
    expect(refused.end.errors).toMatch(
      /^(another Lamplighter .*runs on|several Lamplighters start on) .*\n$/,
    );
    const other = both.find((one) => one !== refused.one)!;
    await other.printed(1);
    other.process.kill('SIGKILL');
    await other.ended;
    await expectBroughtUp();
  });

  it.skipIf(withoutStrace)(
    'killed at any call that changes the disk, it is the old one or the new one, whole',
    { timeout: 300_000 },
    async () => {
      await makeOlder(1);
      const older = join(place.folder, 'older.db');
      copyFileSync(file, older);
      const calls = 'pwrite64,fsync,fdatasync,ftruncate,unlink';
      let moments = 0;
      for (let nth = 1; ; nth += 1) {
        mkdirSync(join(place.folder, `${nth}`));
        file = join(place.folder, `${nth}`, 'lamplighter.db');
        copyFileSync(older, file);
        const inject = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`];
        const kill = ['-e', `inject=${calls}:signal=SIGKILL:when=${nth}`];
        const run = [process.execPath, child.script, 'open', file, migrationsFolder];
        const { status } = spawnSync('strace', [...inject, ...kill, ...run]);
        await expectBroughtUp();
        if (status === 0) break;
        moments += 1;
      }
      expect(moments).toBeGreaterThan(8);
    },
  );
});
