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

type Press = Extract<Action, { do: 'press' }>;

function pressAt(at: number, button: Press['button'], more: Partial<Press> = {}): Action {
  return { do: 'press', button, on: 0, by: people.ana, at, twice: false, stale: false, ...more };
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
      actions: [askAt0, pressAt(3_609, 'approve', { by: people.ben }), pressAt(5_926, 'approve')],
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
  [
    'a member is not put back by a decision that is older than another deployment to it (2)',
    {
      seed: 1_135,
      shape: {
        ...shape,
        groups: 'half-by-half',
        clusters: [2],
        onServerFailure: 'continue',
        onMissed: 'skip',
        longestStepMs: 9_000,
        asks: true,
        stepDefault: 'skip',
      },
      actions: [
        askAt0,
        pressAt(34_871, 'answer', { stale: true }),
        pressAt(116_636, 'put-back', { by: people.admin }),
        { ...askAt0, at: 7_360 },
      ],
      faults: [
        { do: 'step', nth: 5, how: 'hangs' },
        { do: 'kill-at', at: 20_593, forMs: 2_594 },
        { do: 'kill', point: 'before:ack', nth: 2, forMs: 7_012 },
        { do: 'step', nth: 3, how: 'fails' },
      ],
    },
  ],
  [
    'a member is put back only when what was interrupted there has ended (1)',
    {
      seed: 1_879,
      shape: {
        ...shape,
        groups: 'clusters',
        clusters: [2],
        idempotent: true,
        minInService: null,
        pauseBetweenClusters: true,
        longestStepMs: 9_000,
        stepDefault: 'retry',
      },
      actions: [
        { ...askAt0, startsInMs: 27_864 },
        { ...askAt0, at: 9_995 },
        pressAt(26_309, 'put-back', { on: 1 }),
      ],
      faults: [
        { do: 'step', nth: 4, how: 'hangs' },
        { do: 'kill', point: 'after:ack', nth: 3, forMs: 2_401 },
        { do: 'kill-at', at: 23_768, forMs: 8_888 },
        { do: 'step', nth: 3, how: 'fails' },
      ],
    },
  ],
  [
    'what is being rolled back is not retried in the same moment (14)',
    {
      seed: 12_828,
      shape: {
        ...shape,
        groups: 'half-by-half',
        maxFailures: 1,
        approvals: 1,
        onMissed: 'skip',
        stepDefault: 'retry',
        rollback: { first: false, countdownSeconds: 68, lockAfter: false },
      },
      actions: [
        askAt0,
        pressAt(5_662, 'approve', { by: people.ben }),
        pressAt(54_371, 'retry'),
        pressAt(13_439, 'roll-back', { by: people.ben }),
      ],
      faults: [
        { do: 'slow-call', nth: 2, forMs: 12_495 },
        { do: 'pause', point: 'outbox:after-send', nth: 7, forMs: 40_000 },
        { do: 'step', nth: 4, how: 'fails' },
      ],
    },
  ],
  [
    'a member that a rollback took over meanwhile is not put back (2)',
    {
      seed: 11_238,
      shape: {
        ...shape,
        groups: 'clusters',
        minInService: 0,
        defaultAnswer: 'retry',
        longestStepMs: 2_000,
        asks: true,
        stepDefault: 'stop',
        rollback: { first: false, countdownSeconds: null, lockAfter: false },
        drift: null,
      },
      actions: [
        askAt0,
        { do: 'stop-now', on: 0, by: people.ana, at: 8_336, twice: false },
        pressAt(44_386, 'put-back', { by: people.admin }),
        pressAt(41_195, 'roll-back', { by: people.ben, stale: true }),
      ],
      faults: [
        { do: 'pause', point: 'after:ack', nth: 3, forMs: 40_000 },
        { do: 'step', nth: 3, how: 'fails' },
      ],
    },
  ],
];

test.each(regressions)('%s', async (_claim, scenario) => {
  const { violation, story } = await runHistory(scenario, await openReusable());
  expect(story().length).toBeGreaterThan(10);
  expect(violation).toBeNull();
});
