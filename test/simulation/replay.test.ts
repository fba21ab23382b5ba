import { expect, test } from 'vitest';

import { runHistory } from './history.ts';
import { openReusable } from './run-seeds.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import type { Outcome } from './stage.ts';

/** `SEED=12` or `SCENARIO='{…}'` names the history that is played again and shown; `SEEDS=100` goes on to the first that breaks. */
const { SEED: asked, SEEDS: count = '1', SCENARIO: given } = process.env;

test('the history that is asked for by SEED or SCENARIO breaks no invariant', async () => {
  const { violation, story, seed } = await firstBroken();
  if (asked !== undefined || given !== undefined) console.log([...story(), `seed ${seed}`].join('\n'));
  expect(story().length).toBeGreaterThan(3);
  expect(violation).toBeNull();
}, 1_200_000);

async function firstBroken(): Promise<Outcome & { seed: number }> {
  const open = await openReusable();
  const first: Scenario = given === undefined ? scenarioOf(Number(asked ?? 1)) : JSON.parse(given);
  let { seed } = first;
  let outcome = await runHistory(first, open);
  for (const last = seed + Number(count) - 1; seed < last && !outcome.violation;) {
    seed += 1;
    outcome = await runHistory(scenarioOf(seed), open);
  }
  return { ...outcome, seed };
}
