import type { StoredEvent } from '../../src/domain/events/deployment-event.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { assembleStore, settlerAfterDeath } from '../../src/store/sqlite/assemble-store.ts';
import { connect } from '../../src/store/sqlite/connection.ts';
import type { Client } from '../../src/store/sqlite/driver.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import type { Store } from '../../src/store/store.ts';

/** A row of the log as it stands in the database. */
export interface LogRow extends StoredEvent {
  seq: number;
  type: string;
  data: string;
  fence: number | null;
  hash: string;
}

/** The memory of one history: what its processes share, and what outlives them. */
export interface Memory {
  store: Store;
  /** What a process does first that starts where others died. */
  settleAfterDeath(): Promise<void>;
  /** Rows of the log after this one. */
  rowsAfter(seq: number): LogRow[];
  /** The answer of an envelope as JSON; null where it was not answered, undefined where it was never written. */
  inboxAnswer(key: string): string | null | undefined;
  /** Messages that Slack does not show as they should read. */
  unsaidMessages(): { key: string; state: string; error: string | null }[];
  /** True where every event was told. */
  isTold(): boolean;
}

/** A memory that is emptied and used again: opening and migrating a database costs more than a history. */
export interface ReusableMemory extends Memory {
  empty(now: () => number): Promise<void>;
}

/** The real schema and the real store, in memory. */
export async function openMemory(): Promise<ReusableMemory> {
  const connection = connect(':memory:', 0);
  await migrate(connection, 'migrations');
  const clock = { now: (): number => 0 };
  const store = assembleStore(
    connection,
    () => clock.now(),
    () => undefined,
  );
  const settle = settlerAfterDeath(connection);
  const { client } = connection;
  const tables = client
    .prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('__drizzle_migrations', 'sqlite_sequence', 'plans')",
    )
    .pluck()
    .all();
  // The plans stay: few shapes make most of them, and a plan is found by the hash of its content.
  const empty = [...tables, 'sqlite_sequence'].map((table) => client.prepare(`DELETE FROM "${table}"`));
  return {
    ...memoryOver(client, readingPlansOnce(store)),
    settleAfterDeath: async () => await connection.write(settle),
    empty: async (now) => {
      clock.now = now;
      client.pragma('foreign_keys = OFF');
      await connection.write(() => {
        for (const statement of empty) statement.run();
        settle();
      });
      client.pragma('foreign_keys = ON');
    },
  };
}

/** A plan never changes once it is written: each is read once, and frozen, so that nobody could change it for others. */
function readingPlansOnce(store: Store): Store {
  const plans = new Map<string, Plan>();
  return {
    ...store,
    plan: async (hash) => {
      const known = plans.get(hash) ?? (await store.plan(hash));
      if (known && !plans.has(hash)) plans.set(hash, frozen(known));
      return known;
    },
  };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    for (const part of Object.values(Object.freeze(value))) frozen(part);
  return value;
}

/** What a history sees of an open database. */
export function memoryOver(client: Client, store: Store): Omit<Memory, 'settleAfterDeath'> {
  const rows = client.prepare<[number], Omit<LogRow, 'event'>>(
    'SELECT seq, deployment, version, at, type, data, fence, hash FROM events WHERE seq > ? ORDER BY seq',
  );
  const answer = client.prepare<[string], string | null>('SELECT answer FROM inbox WHERE key = ?').pluck();
  const unsaid = client.prepare<[], { key: string; state: string; error: string | null }>(
    "SELECT key, state, error FROM messages WHERE state <> 'dead' AND (state <> 'delivered' OR said_digest IS NOT digest)",
  );
  const untold = client.prepare<[], number>('SELECT count(*) FROM deployments WHERE told < version').pluck();
  return {
    store,
    rowsAfter: (seq) =>
      rows.all(seq).map((row) => ({ ...row, event: JSON.parse(row.data) as LogRow['event'] })),
    inboxAnswer: (key) => answer.get(key),
    unsaidMessages: () => unsaid.all(),
    isTold: () => untold.get() === 0,
  };
}
