import { describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { play } from '../helpers/play-attempt.ts';

const by = 'U0ANA';
const question = {
  id: 'drift-0',
  kind: 'drift' as const,
  text: 'web-1 runs something else.',
  task: null,
  group: 0,
  choices: ['resume' as const, 'stop' as const],
  defaultChoice: 'stop' as const,
  deadlineAt: 9,
};
const waits: [string, DeploymentEvent[]][] = [
  ['a restart', [{ type: 'attempt_resumed', attempt: 1, fence: 2, during: null }]],
  [
    'a pause',
    [
      { type: 'paused', by },
      { type: 'resumed', by },
    ],
  ],
  [
    'a question',
    [
      { type: 'question_asked', question },
      { type: 'question_answered', question: question.id, choice: 'resume', by },
    ],
  ],
];

describe('laws 4 and 5: what was found before a wait of unknown length', () => {
  test.each(waits)('is looked at again after %s where nothing of the group is out', (_, events) => {
    const attempt = play(buildPlan(buildSingleCluster(['web-1', 'web-2'])));
    const check = { do: 'check-group', group: 0 } as const;
    attempt.act(check);
    expect(attempt.next()).toMatchObject([{ do: 'perform', task: { action: 'disable' } }]);
    for (const event of events) attempt.write(event);
    expect(attempt.next()).toEqual([check]);
    attempt.act(check);
    expect(attempt.next()).toMatchObject([{ do: 'perform', task: { action: 'disable' } }]);
  });

  test.each(waits)('is not asked for again after %s where something of the group is out', (_, events) => {
    const attempt = play(buildPlan(buildSingleCluster(['web-1', 'web-2'])));
    attempt.act({ do: 'check-group', group: 0 });
    const [disable] = attempt.next();
    if (disable) attempt.act(disable);
    for (const event of events) attempt.write(event);
    expect(attempt.next()).toMatchObject([{ do: 'perform', task: { type: 'STEP' } }]);
  });
});
