import { describe, expect, test } from 'vitest';

import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import type { QuestionKind } from '../../src/domain/events/question.ts';
import { type Fact, factsOf } from '../../src/progress/facts.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';

const plan = buildPlan(buildEnvironment());
const step = plan.tasks.find(({ type, server }) => type === 'STEP' && server === 'web-1')?.id ?? -1;
const printed = ['unpacking shop@2', 'tar: No space left on device'];

const begun: DeploymentEvent[] = [
  {
    type: 'requested',
    by: 'U0ANA',
    reason: 'new',
    startsAt: null,
    expiresAt: 1,
    typed: null,
    zone: 'UTC',
    planHash: 'hash',
    acceptedWarnings: 0,
  },
  { type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence: 1 },
  { type: 'server_started', server: 'web-1' },
];
const failed = (run: number): DeploymentEvent[] => [
  { type: 'task_intended', task: step, run, fence: 1 },
  {
    type: 'task_ended',
    task: step,
    run,
    state: 'error',
    exitCode: 1,
    message: 'step install ended with exit code 1',
    lastLines: printed,
    readBack: null,
    durationMs: 1,
  },
];
const asked = (kind: QuestionKind, task: number | null): DeploymentEvent => ({
  type: 'question_asked',
  question: {
    id: 'q',
    kind,
    text: 'web-1: step install ended with exit code 1.',
    task,
    group: null,
    choices: ['retry', 'stop'],
    defaultChoice: 'stop',
    deadlineAt: 1,
  },
});
const serverEnded: DeploymentEvent = {
  type: 'server_ended',
  server: 'web-1',
  state: 'error',
  message: 'step install ended with exit code 1',
  to: null,
};

function facts(...events: DeploymentEvent[]): Fact[] {
  const all = [...begun, ...events];
  return factsOf(
    plan,
    all.map((event, index): StoredEvent => ({ deployment: 1, version: index + 1, at: index, event })),
  );
}

const linesOf = (told: Fact[]): string[][] =>
  told.map(({ lastLines }) => lastLines).filter((lines) => lines.length > 0);

describe('what a failed step printed', () => {
  test('stands with the question what to do about it, and its whole log is kept with that', () => {
    const question = facts(...failed(1), asked('failed-step', step)).at(-1);
    expect(question?.lastLines).toEqual(printed);
    expect(question?.failed).toEqual({ attempt: 1, task: step, run: 1 });
  });

  test('is not said once more where its server ends', () => {
    const told = facts(...failed(1), asked('failed-step', step), serverEnded);
    expect(linesOf(told)).toEqual([printed]);
    expect(told.at(-1)).toMatchObject({ event: serverEnded, failed: null });
  });

  test('stands with the end of its server where nobody was asked', () => {
    expect(facts(...failed(1), serverEnded).at(-1)?.lastLines).toEqual(printed);
  });

  test('is said again where the step failed again', () => {
    const told = facts(...failed(1), asked('failed-step', step), ...failed(2), asked('failed-step', step));
    expect(linesOf(told)).toEqual([printed, printed]);
  });

  test('stands with no question about anything else', () => {
    expect(linesOf(facts(...failed(1), asked('drift', null), asked('manual-step', step)))).toEqual([]);
  });
});
