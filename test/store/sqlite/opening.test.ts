import { randomBytes } from 'node:crypto';
import {
  existsSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Database } from '../../../src/store/sqlite/driver.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
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
import { buildChild, makeFolder, migrationsFolder, start } from './child-process.ts';

let place: ReturnType<typeof makeFolder>;
let file: string;
const opened: Store[] = [];
beforeEach(() => {
  place = makeFolder();
  file = join(place.folder, 'data', 'lamplighter.db');
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  place.remove();
});

const startedAt = 1_700_000_000_000;
const open = async (path = file, patienceMs = 3_000, now = startedAt): Promise<Store> => {
  const store = await openSqliteStore({
    file: path,
    migrationsFolder,
    patienceMs,
    now: () => now,
  });
  opened.push(store);
  return store;
};
const close = async (): Promise<void> => {
  for (const store of opened.splice(0)) await store.close();
};
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the database file', () => {
  it('and all that lies beside it can be read by its owner alone', async () => {
    await create(await open());
    const folder = join(place.folder, 'data');
    expect(mode(folder)).toBe('700');
    const files = readdirSync(folder);
    expect(files).toEqual(
      expect.arrayContaining(['lamplighter.db', 'lamplighter.db-wal', 'lamplighter.db.lock']),
    );
    for (const name of files) expect([name, mode(join(folder, name))]).toEqual([name, '600']);
  });

  it('that others could read is closed to them', async () => {
    await open();
    await close();
    chmodSync(file, 0o644);
    await open();
    expect(mode(file)).toBe('600');
  });

  it('keeps everything from one opening to the next', async () => {
    const first = await open();
    const id = await first.installation();
    const number = await create(first);
    await close();
    const second = await open();
    expect(await second.installation()).toBe(id);
    expect(await second.eventsAfter(number, 0)).toHaveLength(1);
    expect(await create(second)).toBe(number + 1);
  });

  it('that cannot be made is refused in one sentence', async () => {
    writeFileSync(join(place.folder, 'data'), 'a file where the directory should be');
    await expect(open()).rejects.toThrow(
      /^the database .*lamplighter\.db cannot be opened: .*(EEXIST|ENOTDIR)/,
    );
    mkdirSync(join(place.folder, 'directory'));
    await expect(open(join(place.folder, 'directory'))).rejects.toThrow(
      /directory cannot be opened: it is a directory or a device$/,
    );
  });

  it.runIf(existsSync('/proc/self'))(
    'below a directory that takes none is refused, and not tried for ever',
    async () => {
      await expect(open('/proc/lamplighter/data/lamplighter.db')).rejects.toThrow(
        /^the database \/proc\/lamplighter\/data\/lamplighter\.db cannot be opened: .*ENOENT/,
      );
    },
  );

  it('makes the directories above it for its user alone', async () => {
    await open(join(place.folder, 'deep', 'deeper', 'lamplighter.db'));
    for (const made of ['deep', 'deep/deeper'])
      expect(statSync(join(place.folder, made)).mode & 0o777).toBe(0o700);
  });
});

describe('a file that is no sound database is refused in one sentence and left as it is:', () => {
  const makeSound = async (): Promise<void> => {
    const store = await open();
    const number = await create(store);
    for (let count = 0; count < 300; count += 1) await store.commit(change(number, [reminded]));
    await close();
  };
  const overwrite = (from: number, bytes: Buffer): void => {
    const content = readFileSync(file);
    bytes.copy(content, from);
    writeFileSync(file, content);
  };
  const damages: [string, () => Promise<void>][] = [
    ['a text', async () => writeFileSync(file, 'Dear database,\n'.repeat(500))],
    ['random bytes', async () => writeFileSync(file, randomBytes(8_192))],
    [
      'a database that lost its end',
      async () => {
        await makeSound();
        truncateSync(file, Math.floor(statSync(file).size / 2));
      },
    ],
    [
      'a database whose header is zeroed',
      async () => {
        await makeSound();
        overwrite(0, Buffer.alloc(100));
      },
    ],
    [
      'a database whose header says another format',
      async () => {
        await makeSound();
        overwrite(44, Buffer.from([0, 0, 0, 9]));
      },
    ],
    [
      'a database whose index has lost what its table holds',
      async () => {
        await makeSound();
        const at = readFileSync(file).lastIndexOf('awaiting_approval');
        overwrite(at, Buffer.from('awaiting_approvaX'));
      },
    ],
    [
      'a database with a page of noise',
      async () => {
        await makeSound();
        overwrite(statSync(file).size - 8_192, randomBytes(4_096));
      },
    ],
    [
      'the database of another program',
      async () => {
        const other = new Database(file);
        other.exec('CREATE TABLE bookmarks (url TEXT)');
        other.close();
      },
    ],
  ];
  it.each(damages)('%s', async (_title, damage) => {
    mkdirSync(join(place.folder, 'data'));
    await damage();
    const before = readFileSync(file);
    await expect(open()).rejects.toThrow(
      /^\S+lamplighter\.db is damaged or no Lamplighter database \(.+\); it was left untouched: restore a backup, or name another file$/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('a write-ahead log that a killed process left', () => {
  /** A database whose latest commits are only in its log. */
  const leaveLog = async (): Promise<number> => {
    const store = await open();
    const number = await create(store);
    for (let count = 0; count < 20; count += 1) await store.commit(change(number, [reminded]));
    const [main, log] = [readFileSync(file), readFileSync(`${file}-wal`)];
    await close();
    writeFileSync(file, main);
    writeFileSync(`${file}-wal`, log);
    return number;
  };
  const overwriteLog = (from: number, bytes: Buffer): void => {
    const content = readFileSync(`${file}-wal`);
    bytes.copy(content, from);
    writeFileSync(`${file}-wal`, content);
  };
  const damages: [string, () => void, string][] = [
    [
      'in its header',
      () => overwriteLog(0, Buffer.alloc(32)),
      'the header of its write-ahead log is damaged',
    ],
    [
      'in a page',
      () => overwriteLog(32 + 3 * 4_120 + 700, randomBytes(40)),
      'frame 4 of its write-ahead log',
    ],
    ['in a frame', () => overwriteLog(32 + 5 * 4_120, Buffer.alloc(24)), 'frame 6 of its write-ahead log'],
    ['under an empty database', () => truncateSync(file), 'it is empty, and its write-ahead log is not'],
  ];
  it.each(damages)('and that is damaged %s is refused, untouched', async (_where, damage, problem) => {
    await leaveLog();
    damage();
    const before = [readFileSync(file), readFileSync(`${file}-wal`)];
    await expect(open()).rejects.toThrow(
      new RegExp(
        `^\\S+lamplighter\\.db is damaged or no Lamplighter database \\(${problem}.*\\); it was left untouched: restore a backup`,
      ),
    );
    expect(readFileSync(file).equals(before[0]!)).toBe(true);
    expect(readFileSync(`${file}-wal`).equals(before[1]!)).toBe(true);
  });

  it('and whose last commit a power cut tore is taken in up to that commit', async () => {
    const number = await leaveLog();
    truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - 100);
    expect(await (await open()).eventsAfter(number, 0)).toHaveLength(20);
    await close();
    const next = await leaveLog();
    overwriteLog(statSync(`${file}-wal`).size - 700, randomBytes(40));
    expect(await (await open()).eventsAfter(next, 0)).toHaveLength(20);
  });
});

describe('a database that stood there and does not any more', () => {
  it.each([
    ['was emptied', () => truncateSync(file)],
    ['was deleted', () => rmSync(file)],
  ])('because it %s is not begun anew in silence', async (_what, lose) => {
    await create(await open());
    await close();
    await open(file, 3_000, startedAt + 1);
    await close();
    lose();
    await expect(open()).rejects.toThrow(
      /^(\S+lamplighter\.db) is missing or empty, and a database stood there before: restore a backup; to begin anew with nothing, delete \1\.lock$/,
    );
    rmSync(`${file}.lock`);
    expect(await (await open()).list({ limit: 9 })).toEqual([]);
  });
});

describe('a row that was changed by hand', () => {
  it('of a deployment that has not ended keeps the bot from starting: it would act on it', async () => {
    const store = await open();
    const [ended, open_] = [await create(store), await create(store)];
    await store.commit(change(ended, [{ type: 'cancelled', by: 'U0ANA' }]));
    await close();
    const alter = (deployment: number): void => {
      const byHand = new Database(file);
      byHand
        .prepare("UPDATE events SET data = replace(data, 'U0ANA', 'U0BEN') WHERE deployment = ?")
        .run(deployment);
      byHand.close();
    };
    alter(ended);
    await open();
    await close();
    alter(open_);
    await expect(open()).rejects.toThrow(
      /lamplighter\.db is damaged: event 1 of #2, which has not ended, is not as it was written; restore a backup, or name another file$/,
    );
  });

  it('is named by the error instead of being believed', async () => {
    const store = await open();
    const number = await create(store, { events: [requested(), { type: 'cancelled', by: 'U0ANA' }] });
    await close();
    const rows: [string, RegExp][] = [
      ['{"type":"requested"', /event 1 of #1 in \S+ is damaged: it is no JSON$/],
      ['7', /event 1 of #1 in \S+ is damaged: it is no JSON object$/],
      [
        '{"type":"cancelled"}',
        /event 1 of #1 in \S+ is damaged: its row says requested and its data cancelled$/,
      ],
    ];
    for (const [data, sentence] of rows) {
      const byHand = new Database(file);
      byHand.prepare('UPDATE events SET data = ? WHERE version = 1').run(data);
      byHand.close();
      await expect((await open()).eventsAfter(number, 0)).rejects.toThrow(sentence);
      await close();
    }
  });
});

describe('one process to a file:', () => {
  let child: ReturnType<typeof buildChild>;
  beforeAll(() => {
    child = buildChild('opening');
  });
  afterAll(() => child.remove());
  const hold = () => start(process.execPath, [child.script, 'hold', file, migrationsFolder]);

  it('a second store is refused with who runs there and what to do', async () => {
    await open();
    const since = '2023-11-14T22:13:20.000Z';
    const sentence = `another Lamplighter (process ${process.pid}, since ${since}) runs on ${file}; stop it first`;
    await expect(open()).rejects.toThrow(sentence);
    const second = await hold().ended;
    expect(second).toEqual({ code: 1, errors: `${sentence}\n` });
    // The refused ones did not loosen the lock.
    await expect(open()).rejects.toThrow(sentence);
    expect((await hold().ended).code).toBe(1);
  });

  it('a second name of the same file does not get around it', async () => {
    await open();
    const alias = join(place.folder, 'alias.db');
    symlinkSync(file, alias);
    await expect(open(alias)).rejects.toThrow(/another Lamplighter \(process \d+, since .+\) runs on/);
  });

  it('a killed process leaves nothing that would have to be cleaned up', async () => {
    const first = hold();
    await first.printed(1);
    await expect(open()).rejects.toThrow(`another Lamplighter (process ${first.process.pid}, since `);
    first.process.kill('SIGKILL');
    await first.ended;
    await expect(open().then(async (store) => await create(store))).resolves.toBe(1);
  });

  it('of two that start at once on a new file one runs, and the other says why it does not', async () => {
    for (let round = 0; round < 3; round += 1) {
      file = join(place.folder, `round-${round}`, 'lamplighter.db');
      const both = [hold(), hold()];
      const refused = await Promise.race(both.map(async (one) => ({ one, end: await one.ended })));
      expect(refused.end).toMatchObject({ code: 1 });
      expect(refused.end.errors).toMatch(
        /^(another Lamplighter .*runs on|several Lamplighters start on) .*\n$/,
      );
      const other = both.find((one) => one !== refused.one)!;
      await other.printed(1);
      other.process.kill('SIGKILL');
      await other.ended;
    }
  });

  it('opening settles what a dead process left: its leases are stale, and what it was sending is unknown', async () => {
    const first = await open();
    const number = await createQueued(first, 'ibex');
    const claim = { deployment: number, holder: 'p1', at: 1_000, staleBefore: 0 };
    await first.claim(claim);
    await first.commit(change(number, [attemptStarted()], { fence: 1 }));
    await first.tell(number, 1, [card(number, 'asks'), line(number, 1)], 1_000);
    const message = await first.message(`card:${number}`);
    await first.setDelivery(message!.id, { state: 'sending' });
    expect(await first.claimable(1_000)).toEqual([]);
    await close();

    const second = await open();
    expect(await second.lease('ibex')).toMatchObject({ holder: 'p1', fence: 1, heartbeatAt: 0 });
    expect(await second.claim({ ...claim, holder: 'p2', staleBefore: 1 })).toMatchObject({
      holder: 'p2',
      fence: 2,
    });
    expect(await second.message(`card:${number}`)).toMatchObject({ state: 'unknown', attempts: 1 });
    expect(await second.message(`thread:${number}:1`)).toMatchObject({ state: 'wanted' });
  });
});

describe('a file that another program has locked', () => {
  it('is written as soon as it is free, and everything else goes on meanwhile', async () => {
    const store = await open();
    const number = await create(store);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const written = store.commit(change(number, [reminded]));
    // The commit is tried again and again in this very thread: these timers only ring if it sleeps in between.
    for (let turns = 0; turns < 5; turns += 1) await sleep(1);
    expect(await store.summary(number)).toMatchObject({ version: 1 });
    other.exec('ROLLBACK');
    other.close();
    expect(await written).toEqual({ ok: true, version: 2 });
  });

  it('for too long is an error that says so, and nothing was written', async () => {
    const store = await open(file, 300);
    const number = await create(store);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.commit(change(number, [reminded]))).rejects.toThrow(
      /lamplighter\.db has been locked by another program for 0\.3 s, and nothing was written; end whatever/,
    );
    other.exec('ROLLBACK');
    other.close();
    expect(await store.eventsAfter(number, 0)).toHaveLength(1);
    expect(await store.commit(change(number, [reminded]))).toEqual({ ok: true, version: 2 });
  });
});
