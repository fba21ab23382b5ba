import { expect, test } from 'vitest';

import { runHistory } from './history.ts';
import { openReusable } from './run-seeds.ts';
import type { Fault, Scenario, Shape } from './scenario.ts';

const shape: Shape = {
  groups: 'one-by-one',
  clusters: [1],
  idempotent: false,
  onServerFailure: 'stop',
  maxFailures: null,
  minInService: 0,
  approvals: 0,
  onMissed: 'run',
  whenBusy: 'queue',
  defaultAnswer: 'stop',
  pauseBetweenClusters: false,
  longestStepMs: 200,
};

/** One request of Ana's at the start, and what goes wrong. */
function oneRequest(...faults: Fault[]): Scenario {
  const request = {
    do: 'request',
    at: 0,
    by: 'U0ANA',
    twice: false,
    startsInMs: null,
    servers: null,
  } as const;
  return { seed: 1, shape, actions: [request], faults };
}

/** Histories that once broke an invariant, in their smallest form. */
const regressions: [claim: string, scenario: Scenario][] = [
  [
    'a post whose answer was lost is not posted again when Slack is too busy to be read back (11)',
    oneRequest({ do: 'slack', nth: 1, how: 'lost-answer' }, { do: 'slack', nth: 2, how: 'refuses' }),
  ],
];

test.each(regressions)('%s', async (_claim, scenario) => {
  const { violation, story } = await runHistory(scenario, await openReusable());
  expect(story.length).toBeGreaterThan(10);
  expect(violation).toBeNull();
});
