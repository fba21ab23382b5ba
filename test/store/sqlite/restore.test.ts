import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { backupFile } from '../../../src/store/sqlite/backup-file.ts';
import { Database } from '../../../src/store/sqlite/driver.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { restoreFile } from '../../../src/store/sqlite/restore-file.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  attemptStarted,
  card,
  change,
  create,
  createQueued,
  line,
  reminded,
  requested,
} from '../../contract/store-samples.ts';
import { makeFolder, migrationsFolder } from './child-process.ts';

let place: ReturnType<typeof makeFolder>;
let file: string;
let copy: string;
const opened: Store[] = [];
const copiedAt = 1_700_000_000_000;
const restoredAt = copiedAt + 3_600_000;
beforeEach(() => {
  place = makeFolder();
  file = join(place.folder, 'lamplighter.db');
  copy = join(place.folder, 'copy.db');
});
afterEach(async () => {
  await close();
  place.remove();
});
const open = async (): Promise<Store> => {
  const store = await openSqliteStore({ file, migrationsFolder, now: () => copiedAt });
  opened.push(store);
  return store;
};
const close = async (): Promise<void> => {
  for (const store of opened.splice(0)) await store.close();
};
const backup = async (to = copy) => await backupFile({ file, copy: to, migrationsFolder, now: copiedAt });
const restore = async () => await restoreFile({ file, copy, migrationsFolder, now: restoredAt });
const files = () => readdirSync(place.folder).toSorted();

describe('backup', () => {
  it('copies everything that was committed, while the bot goes on writing', async () => {
    const store = await open();
    const number = await create(store);
    const state = { writing: true };
    const writer = (async () => {
      while (state.writing) {
        await store.commit(change(number, [reminded]));
        await new Promise(setImmediate);
      }
    })();
    const { events, bytes } = await backup();
    state.writing = false;
    await writer;
    expect(events).toBeGreaterThan(0);
    expect((await store.eventsAfter(number, 0)).length).toBeGreaterThanOrEqual(events);
    expect(statSync(copy)).toMatchObject({ size: bytes, nlink: 1 });
    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
    expect(files().filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  });

  it('leaves the lock as it is: no second bot gets in while the first one runs, before or after', async () => {
    await open();
    await backup();
    await expect(open()).rejects.toThrow(/another Lamplighter .* runs on/);
  });

  it('overwrites nothing', async () => {
    await open();
    writeFileSync(copy, 'mine');
    await expect(backup()).rejects.toThrow(/copy\.db is there already, and a backup overwrites nothing/);
    expect(readFileSync(copy, 'utf8')).toBe('mine');
  });

  it('of a database whose log was altered is refused, and leaves nothing behind', async () => {
    await create(await open());
    await close();
    const byHand = new Database(file);
    byHand.exec('UPDATE events SET at = 7');
    byHand.close();
    await expect(backup()).rejects.toThrow(/the log in .* is broken at event 1 of #1/);
    expect(files().filter((name) => name.startsWith('copy'))).toEqual([]);
  });

  it('to a directory that is not there says so', async () => {
    await open();
    await expect(backup(join(place.folder, 'none', 'copy.db'))).rejects.toThrow(
      /^the backup \S+ cannot be made: ENOENT/,
    );
  });
});

describe('restore', () => {
  it('is refused while a bot runs on the database', async () => {
    const store = await open();
    await backup();
    await expect(restore()).rejects.toThrow(
      /another Lamplighter \(process \d+, since .*\) runs on .*; stop it first/,
    );
    expect(await store.commit(change(await create(store), [reminded]))).toMatchObject({ ok: true });
  });

  it('puts back what the copy holds, and keeps what was there under a name with the time', async () => {
    const store = await open();
    await create(store);
    await backup();
    await create(store);
    await close();
    const { asideAs } = await restore();
    expect(asideAs).toBe(`${file}.before-restore-2023-11-14T23-13-20.000Z`);
    const aside = new Database(asideAs!, { readonly: true });
    expect(aside.prepare('SELECT count(*) FROM deployments').pluck().get()).toBe(2);
    aside.close();
    expect(await (await open()).list({ limit: 9 })).toHaveLength(1);
    expect(existsSync(copy)).toBe(true);
  });

  it('forgets what App Homes showed, and keeps what people chose to see there', async () => {
    const store = await open();
    await store.openHome('U0ANA', 1_000);
    await store.chooseHome('U0ANA', true);
    const showing = { person: 'U0ANA', digest: 'one', at: 2_000, unlessTriedWithinMs: null };
    await store.endShowing('U0ANA', (await store.beginShowing(showing)) ?? 0, 'one');
    await backup();
    await close();
    await restore();
    expect(await (await open()).home('U0ANA')).toMatchObject({ onlyMine: true, shownDigest: null });
  });

  it('takes nothing of the old write-ahead log into the new database', async () => {
    const store = await open();
    await create(store);
    await backup();
    for (let count = 0; count < 50; count += 1) await create(store);
    // As a killed bot leaves it: the log beside the file, and no lock.
    const wal = readFileSync(`${file}-wal`);
    const main = readFileSync(file);
    await close();
    writeFileSync(file, main);
    writeFileSync(`${file}-wal`, wal);
    const { asideAs } = await restore();
    expect(await (await open()).list({ limit: 99 })).toHaveLength(1);
    const aside = new Database(asideAs!, { readonly: true });
    expect(aside.prepare('SELECT count(*) FROM deployments').pluck().get()).toBe(51);
    aside.close();
  });

  it('replaces a damaged database, and keeps that with its log', async () => {
    const store = await open();
    await create(store);
    await backup();
    await close();
    writeFileSync(file, 'nonsense '.repeat(1_000));
    writeFileSync(`${file}-wal`, 'a log');
    const { asideAs } = await restore();
    expect(readFileSync(asideAs!, 'utf8')).toMatch(/^nonsense/);
    expect(readFileSync(`${asideAs}-wal`, 'utf8')).toBe('a log');
    expect(await (await open()).list({ limit: 9 })).toHaveLength(1);
  });

  it('brings the copy of an older version up to date, and chains its log', async () => {
    await create(await open());
    await backup();
    await close();
    const byHand = new Database(copy);
    byHand.exec(`CREATE TABLE old (deployment, version, at, type, data, fence);
      INSERT INTO old SELECT deployment, version, at, type, data, fence FROM events;
      DROP TABLE events; ALTER TABLE old RENAME TO events;
      DROP TABLE environment_events; DROP TABLE environment_locks;
      ALTER TABLE messages DROP COLUMN replaces; ALTER TABLE messages DROP COLUMN wanted_at; DROP TABLE server_records;
      DROP TABLE environment_backups; DROP TABLE inspections; DROP TABLE property_values;
      DROP TABLE people_settings; DROP TABLE channel_tellings; ALTER TABLE messages DROP COLUMN place;
      DROP INDEX messages_ts; DROP INDEX batches_starts; DROP INDEX deployments_batch;
      ALTER TABLE deployments DROP COLUMN place; ALTER TABLE batches DROP COLUMN version;
      ALTER TABLE batches DROP COLUMN on_failure; ALTER TABLE batches DROP COLUMN changed;
      DROP TABLE vote_delegations;
      DROP TABLE homes;
      DROP INDEX messages_paused;
      DROP TABLE files; DROP TABLE task_outputs; DROP TABLE refused_blocks;
      DELETE FROM __drizzle_migrations WHERE id > 1`);
    byHand.close();
    expect(await restore()).toMatchObject({ copiedAt, holdings: { events: 1 } });
    expect(await (await open()).eventsAfter(1, 0)).toHaveLength(2);
  });

  it('works where the database was lost altogether', async () => {
    await create(await open());
    await backup();
    await close();
    file = join(place.folder, 'elsewhere', 'lamplighter.db');
    expect(await restore()).toMatchObject({ asideAs: null });
    expect(await (await open()).list({ limit: 9 })).toHaveLength(1);
  });

  const damages: [string, () => void, RegExp][] = [
    ['an empty file', () => truncateSync(copy, 0), /copy\.db is empty, so it is no copy that `backup` made/],
    ['a truncated copy', () => truncateSync(copy, 20_000), /copy\.db is damaged/],
    [
      'an altered log',
      () => alter('UPDATE events SET at = 7'),
      /the log in \S+copy\.db is broken at event 1 of #1/,
    ],
    [
      'the copy of a newer version',
      () => alter("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 9000000000000)"),
      /copy\.db is newer than this program/,
    ],
    ['a live database', () => writeFileSync(`${copy}-wal`, 'x'), /has a write-ahead log beside it/],
  ];
  const alter = (statement: string): void => {
    const byHand = new Database(copy);
    byHand.exec(statement);
    byHand.close();
  };
  it.each(damages)('refuses %s and touches nothing', async (_what, damage, sentence) => {
    await create(await open());
    await backup();
    await close();
    damage();
    const before = { names: files(), database: readFileSync(file), copy: readFileSync(copy) };
    await expect(restore()).rejects.toThrow(sentence);
    expect(files()).toEqual(before.names);
    expect(readFileSync(file).equals(before.database)).toBe(true);
    expect(readFileSync(copy).equals(before.copy)).toBe(true);
  });
});

describe('after a restore nothing of the past runs by itself:', () => {
  it('what ran or was about to run is not claimable, and no past hour is due', async () => {
    const store = await open();
    const running = await createQueued(store, 'ibex');
    await store.claim({ deployment: running, holder: 'p1', at: 1_000, staleBefore: 0 });
    await store.commit(change(running, [attemptStarted()], { fence: 1 }));
    const behind = await createQueued(store, 'ibex');
    const late = await create(store, {
      events: [requested(), { type: 'scheduled', startsAt: restoredAt }],
      due: [{ add: 'start', at: restoredAt }],
    });
    const coming = await create(store, {
      events: [requested(), { type: 'scheduled', startsAt: restoredAt + 1 }],
      due: [
        { add: 'start', at: restoredAt + 1 },
        { add: 'remind', at: restoredAt - 60_000 },
      ],
    });
    const before = await store.installation();
    await backup();
    await close();
    const { settled } = await restore();
    expect(settled.map(({ number, after }) => [number, after])).toEqual([
      [running, 'error'],
      [behind, 'missed'],
      [late, 'missed'],
      [coming, 'waiting'],
    ]);
    const restored = await open();
    expect(await restored.claimable(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(await restored.leases()).toEqual([]);
    expect(await restored.dueBefore(restoredAt, 99)).toEqual([]);
    expect(await restored.dueBefore(restoredAt + 1, 99)).toEqual(
      ['start', 'question'].map((kind) => ({ deployment: coming, kind, at: restoredAt + 1 })),
    );
    // Marks that the lost time left on servers must never answer for a new step.
    expect(await restored.installation()).not.toBe(before);
  });

  it('a number that was given after the copy is never given again', async () => {
    const store = await open();
    await create(store);
    await backup();
    for (let count = 0; count < 3; count += 1) await create(store);
    await close();
    await restore();
    expect(await create(await open())).toBe(10_005);
  });

  it('the fence of an environment goes on rising', async () => {
    const store = await open();
    const first = await createQueued(store, 'ibex');
    await store.claim({ deployment: first, holder: 'p1', at: 1_000, staleBefore: 0 });
    await backup();
    await close();
    await restore();
    const restored = await open();
    const next = await createQueued(restored, 'ibex');
    expect(await restored.claim({ deployment: next, holder: 'p2', at: 1, staleBefore: 0 })).toMatchObject({
      fence: 2,
    });
  });

  it('messages that were not in Slack yet are looked for there before they are posted', async () => {
    const store = await open();
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks'), line(number, 1)], 1_000);
    const message = await store.message(`card:${number}`);
    await store.setDelivery(message!.id, { state: 'delivered', ts: '1.1', saidDigest: message!.digest });
    await backup();
    await close();
    await restore();
    const restored = await open();
    expect(await restored.message(`thread:${number}:1`)).toMatchObject({ state: 'unknown', ts: null });
    expect(await restored.message(`card:${number}`)).toMatchObject({ state: 'delivered', ts: '1.1' });
    // The thread is told that the database was restored, and nothing that it may have been told already.
    expect(await restored.untold(9)).toEqual([{ deployment: number, told: 1, isBehind: true }]);
    expect((await restored.eventsAfter(number, 1)).map(({ event }) => event.type)).toEqual(['restored']);
  });

  it('an end that the channel was not told of yet is told as restored, not a second time', async () => {
    const store = await open();
    const number = await create(store);
    await store.commit(change(number, [{ type: 'cancelled', by: 'U0ANA' }]));
    await backup();
    await close();
    await restore();
    const restored = await open();
    expect(await restored.untold(9)).toEqual([{ deployment: number, told: 2, isBehind: false }]);
    expect(await restored.summary(number)).toMatchObject({ state: 'cancelled', version: 3 });
  });

  it('a copy that was itself restored can be restored again', async () => {
    await create(await open());
    await backup();
    await close();
    await restore();
    copyFileSync(file, copy);
    await expect(restoreFile({ file, copy, migrationsFolder, now: restoredAt + 1 })).resolves.toBeTruthy();
  });
});
