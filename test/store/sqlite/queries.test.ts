import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Client, Database } from '../../../src/store/sqlite/driver.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { makeFolder, migrationsFolder } from './child-process.ts';

let place: ReturnType<typeof makeFolder>;
beforeEach(() => {
  place = makeFolder();
});
afterEach(() => {
  vi.restoreAllMocks();
  place.remove();
});

/** Tables with a row for each environment at most: reading all of one is no harm. */
const small = ['environment_locks', 'leases', 'meta'];

const file = (): string => join(place.folder, 'lamplighter.db');

/** Every statement that an open store has prepared. */
async function statementsOfStore(): Promise<string[]> {
  const prepare = vi.spyOn(Database.prototype, 'prepare');
  const store = await openSqliteStore({ file: file(), migrationsFolder });
  const statements = new Set(prepare.mock.calls.map(([statement]) => statement));
  await store.close();
  vi.restoreAllMocks();
  return [...statements];
}

it('no statement of the store is compiled anew each time it is run, as one is whose limit is a bare parameter', async () => {
  const limited = (await statementsOfStore()).filter((statement) => / limit /.test(statement));
  expect(limited.length).toBeGreaterThan(5);
  expect(limited.filter((statement) => / limit \?/.test(statement))).toEqual([]);
});

describe('with 100,000 old deployments', () => {
  it('no statement of the store reads a whole table', async () => {
    const statements = await statementsOfStore();
    const database = new Database(file());
    const plans = statements
      .filter((statement) => /^(select|update|delete) /.test(statement))
      .map((statement) => ({ statement, plan: explain(database, statement) }));
    database.close();

    expect(plans.length).toBeGreaterThan(25);
    const scans = plans.filter(({ statement, plan }) => plan.some((step) => readsAll(step, statement)));
    expect(scans).toEqual([]);
    const sorts = plans.filter(({ plan }) => plan.some((step) => step.includes('TEMP B-TREE')));
    // The queue is sorted, and it is as short as what waits for an executor.
    expect(sorts.filter(({ statement }) => !statement.includes("= 'queued'"))).toEqual([]);
  });
});

function explain(database: Client, statement: string): string[] {
  const parameters = Array.from(statement.matchAll(/\?/g), () => 1);
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...parameters) as {
    detail: string;
  }[];
  return steps.map(({ detail }) => detail);
}

function readsAll(step: string, statement: string): boolean {
  const table = /^SCAN (\w+)/.exec(step)?.[1];
  if (table === undefined || small.includes(table)) return false;
  // In the order of the rows and with a limit, a scan ends after as many rows as are shown;
  // a partial index holds only the rows that are asked for.
  const limited =
    /order by "\w+"\."\w+"( desc)? limit \(\? \+ 0\)$/.test(statement) && !/ where /.test(statement);
  const partial =
    /USING (COVERING )?INDEX (deployments_untold|messages_not_said|inspections_unanswered)/.test(step);
  return !limited && !partial;
}
