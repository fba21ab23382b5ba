import { expect, test } from 'vitest';

import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';

const plan = buildPlan(buildEnvironment());
const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
const requested: DeploymentEvent = {
  type: 'requested',
  by: 'U0ANA',
  reason: 'new',
  startsAt: null,
  expiresAt: 1,
  typed: null,
  zone: 'UTC',
  planHash: 'hash',
  acceptedWarnings: 0,
};
const ended = (server: string, state: 'ok' | 'skipped' = 'ok'): DeploymentEvent => ({
  type: 'server_ended',
  server,
  state,
  message: null,
  to: null,
});
const back = (member: string, names: string[]): DeploymentEvent => ({
  type: 'service_changed',
  member,
  servers: names,
  inService: 'yes',
  reason: 'put back',
});
const end = (state: 'ok' | 'partial'): DeploymentEvent => ({
  type: 'attempt_ended',
  attempt: 1,
  state,
  endedBy: 'completion',
});

function lastLine(events: [number, DeploymentEvent][]): string {
  const all: [number, DeploymentEvent][] = [
    [0, requested],
    [0, { type: 'attempt_started', attempt: 1, servers, fence: 1 }],
    ...events,
  ];
  const log = all.map(([at, event], index): StoredEvent => ({
    deployment: 1,
    version: index + 1,
    at,
    event,
  }));
  const fact = factsOf(plan, log).at(-1);
  return fact ? threadLine(plan, fact, String) : '';
}

const north = (at: number): [number, DeploymentEvent][] => [
  [at, ended('web-1')],
  [at, ended('web-2')],
  [at, back('north', ['web-1', 'web-2'])],
];

test('D-33, D-34: the end says for how long old and new were in service side by side', () => {
  const line = lastLine([
    ...north(4_000),
    [9_000, ended('web-3')],
    [9_000, ended('web-4')],
    [10_500, back('south', ['web-3', 'web-4'])],
    [11_000, end('ok')],
  ]);
  expect(line).toBe('Attempt 1 in 11 s: done. Old and new were in service side by side for 6.5 s.');
});

test('and says nothing of it where they still are, or where something old was put back', () => {
  const skipped: [number, DeploymentEvent][] = [
    [9_000, ended('web-3', 'skipped')],
    [9_000, ended('web-4', 'skipped')],
    [9_500, back('south', ['web-3', 'web-4'])],
  ];
  expect(lastLine([...north(4_000), ...skipped, [11_000, end('partial')]])).not.toContain('side by side');
});

test('a clock that was set back meanwhile makes no duration', () => {
  expect(lastLine([[-7_200_000, end('ok')]])).toBe('Attempt 1: done.');
});
