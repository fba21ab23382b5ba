import { expect, test } from 'vitest';

import { runHistory } from './history.ts';
import { openReusable } from './run-seeds.ts';
import { type Action, people, type Scenario } from './scenario.ts';
import { type Shape, withoutDecisions } from './shape.ts';

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
  ...withoutDecisions,
};

const askAt0: Action = {
  do: 'request',
  at: 0,
  by: people.ana,
  twice: false,
  startsInMs: null,
  servers: null,
};

function approveAt(at: number, by: string): Action {
  return { do: 'press', button: 'approve', on: 0, by, at, twice: false, stale: false };
}

/** Histories that once broke an invariant, in their smallest form. */
const regressions: [claim: string, scenario: Scenario][] = [
  [
    'a post whose answer was lost is not posted again when Slack is too busy to be read back (11)',
    {
      seed: 1,
      shape,
      actions: [askAt0],
      faults: [
        { do: 'slack', nth: 1, how: 'lost-answer' },
        { do: 'slack', nth: 2, how: 'refuses' },
      ],
    },
  ],
  [
    'a press that Slack brings twice while the process hangs is given one answer (10)',
    {
      seed: 89,
      shape: { ...shape, groups: 'simple', onServerFailure: 'continue', approvals: 1, longestStepMs: 2_000 },
      actions: [askAt0, approveAt(3_609, people.ben), approveAt(5_926, people.ana)],
      faults: [{ do: 'pause', point: 'outbox:before-send', nth: 2, forMs: 40_000 }],
    },
  ],
  [
    'a cluster that was held a moment ago counts as out before the last one is drained (8)',
    {
      seed: 16_051,
      shape: {
        ...shape,
        groups: 'clusters',
        clusters: [1, 1],
        onServerFailure: 'continue',
        minInService: null,
      },
      actions: [askAt0],
      faults: [{ do: 'step', nth: 4, how: 'fails' }],
    },
  ],
];

test.each(regressions)('%s', async (_claim, scenario) => {
  const { violation, story } = await runHistory(scenario, await openReusable());
  expect(story.length).toBeGreaterThan(10);
  expect(violation).toBeNull();
});
