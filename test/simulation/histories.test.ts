import { expect, test } from 'vitest';

import { sayTally, whatWasTooLittle } from './enough.ts';
import { runSeeds } from './run-seeds.ts';

/** The first of those that `npm run check:faults` runs. */
const histories = 250;

test(`no invariant breaks in ${histories} random histories, in which enough goes wrong`, async () => {
  const report = await runSeeds(1, histories);
  expect(report.failure).toBeNull();
  const missing = whatWasTooLittle(report);
  if (missing.length > 0) console.log(sayTally(report));
  expect(missing).toEqual([]);
}, 600_000);
