import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { asTable } from '../../src/cli/simulation/table.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import * as order from './laws-of-order.ts';
import type { Law } from './laws-of-order.ts';
import * as outcome from './laws-of-outcome.ts';
import { type Scenario, scenarios } from './scenario.ts';
import { createTeller, type Told } from './told.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const numRuns = Number(process.env['RUNS'] ?? 150);

let store: Store;
let tell: (scenario: Scenario) => Promise<Told>;
beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  tell = createTeller(store);
});
afterAll(async () => await store.close());

const laws: [claim: string, law: Law][] = [
  [
    'on each server all revisions, in the order of the configuration, and the Scheduler on the first',
    order.inOrder,
  ],
  ['a failed task ends its server', order.failureEndsServer],
  ['a group leaves together, is applied one after another, and comes back together', order.groupsTogether],
  ['only what finished or was never touched is put back', order.onlyFinishedIsPutBack],
  ['what finished is put back, and so is what left and was never touched', order.putBackIsTried],
  ['what left the load balancer is back or held', order.backOrHeld],
  ['the capacity floor holds', order.floorHolds],
  ['no server begins once the failures are used up', order.budgetHolds],
  ['nothing is deployed after a group was refused', order.guardStops],
  ['where nothing fails, everything is done', order.allIsDone],
  [
    'finished servers share the new cache, failed ones are swapped back before they are restored',
    outcome.cachesAreRight,
  ],
  [
    'a Data Catalog is synchronised after its cluster succeeded, and before that comes back',
    outcome.syncsFollowSuccess,
  ],
  ['the backup follows everything, also a failure', outcome.backupFollows],
  ['the first server alone is restored, and stays out', outcome.onlyFirstIsRestored],
  ['there is one result, and it is true', outcome.resultIsTrue],
  ['nothing is left out in silence', outcome.nothingIsOmitted],
  ['nothing fails that was not told to', outcome.onlyStrikesFail],
];

describe(`a simulation of any plan, with any failures (SEED=${seed})`, () => {
  test.each(laws)(
    '%s',
    async (_claim, law) => {
      const holds = fc.asyncProperty(scenarios, async (scenario) => {
        const told = await tell(scenario);
        fc.pre(told.work.length > 0);
        const wrong = law(told);
        expect(wrong, `${wrong.join('\n')}\n${asTable(told.lines)}`).toEqual([]);
      });
      await fc.assert(holds, { seed, numRuns });
    },
    120_000,
  );
});

test('the random deployments meet every failure and every end, so that no law holds by chance', async () => {
  const told = await Promise.all(fc.sample(scenarios, { seed: 1, numRuns: 250 }).map(tell));
  const met = new Set(
    told.flatMap(({ lines }) => lines.map(({ type, action, state }) => [type, action, state].join(' '))),
  );
  const wanted = [
    'SCRIPT_SERVER disable error',
    'SCRIPT_SERVER enable error',
    'SCRIPT_CLUSTER disable error',
    'SCRIPT_CLUSTER enable error',
    'CACHE swap error',
    'CACHE revert ok',
    'VQL  error',
    'STEP  error',
    'VERIFY  error',
    'SCH create+run error',
    'SCH remove error',
    'SCH run-cache error',
    'SERVER_DEPLOYMENT  error',
    'DATACATALOG_SYNC  warning',
    'DATACATALOG_SYNC  error',
    'DATACATALOG_SYNC  skipped',
    'BACKUP  warning',
    'BACKUP  error',
    'ROLLBACK  ok',
    'ROLLBACK  error',
    'HELD  held',
    'GUARD  error',
    'RESULT  ok',
    'RESULT  ok_with_warnings',
    'RESULT  partial',
    'RESULT  error',
  ];
  expect(wanted.filter((line) => !met.has(line))).toEqual([]);
});
