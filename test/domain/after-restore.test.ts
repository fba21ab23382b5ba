import { describe, expect, test } from 'vitest';

import { nextActions } from '../../src/domain/attempt/next-action.ts';
import { afterRestore } from '../../src/domain/deployment/after-restore.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { indexPlan } from '../../src/domain/plan/plan-index.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';

const plan = buildPlan(buildEnvironment());
const restoring = { copiedAt: 1_000, restoredAt: 5_000 };
const requested = {
  type: 'requested' as const,
  by: 'U0ANA',
  reason: '',
  startsAt: null,
  expiresAt: null,
  typed: null,
  zone: 'UTC',
  planHash: 'h',
  acceptedWarnings: 0,
};
const log = (...events: DeploymentEvent[]) =>
  events.map((event, index) => ({ deployment: 1, version: index + 1, at: 500, event }));
const fold = (...events: DeploymentEvent[]): Deployment => foldDeployment(log(...events))!;
const settle = (...events: DeploymentEvent[]) => {
  const added = afterRestore(fold(...events), plan, restoring);
  return { types: added.map(({ type }) => type), after: fold(...events, ...added) };
};
const started: DeploymentEvent = {
  type: 'attempt_started',
  attempt: 1,
  servers: ['web-1', 'web-2', 'web-3', 'web-4'],
  fence: 1,
};
const ended = (server: string): DeploymentEvent => ({
  type: 'server_ended',
  server,
  state: 'ok',
  message: null,
  to: null,
});
const service = (member: string, inService: 'yes' | 'no'): DeploymentEvent => ({
  type: 'service_changed',
  member,
  servers: [],
  inService,
  reason: '',
});

describe('after a restore', () => {
  test.each([
    ['ready to run', [requested, { type: 'queued', behind: null }]],
    ['scheduled for an hour that has passed', [requested, { type: 'scheduled', startsAt: 5_000 }]],
    [
      'asking whether to start late',
      [
        requested,
        {
          type: 'question_asked',
          question: {
            id: 'q',
            kind: 'missed-start',
            text: '',
            task: null,
            group: null,
            choices: ['start', 'skip'],
            defaultChoice: 'skip',
            deadlineAt: 9_000,
          },
        },
      ],
    ],
  ] satisfies [string, DeploymentEvent[]][])('what was %s is missed and asks nothing', (_what, events) => {
    const { types, after } = settle(...events);
    expect(types).toEqual(['restored', 'missed']);
    expect(after).toMatchObject({ state: 'missed', question: null });
    expect(after.endedBy).toContain('restored from a copy made at 1 Jan 1970 00:00 UTC');
  });

  test('what is scheduled for an hour to come asks whether it is still wanted, and is skipped if nobody says so', () => {
    const { types, after } = settle(requested, { type: 'scheduled', startsAt: 5_001 });
    expect(types).toEqual(['restored', 'question_asked']);
    expect(after).toMatchObject({
      state: 'waiting',
      question: {
        kind: 'after-restore',
        choices: ['keep', 'skip'],
        defaultChoice: 'skip',
        deadlineAt: 5_001,
      },
    });
    expect(after.question?.text).toMatch(/^#1 is to start at 1 Jan 1970 .* Is it still wanted\?$/);
  });

  test('what asked so already goes on asking after another restore, until its hour', () => {
    const scheduled: DeploymentEvent = { type: 'scheduled', startsAt: 5_001 };
    const first = afterRestore(fold(requested, scheduled), plan, { copiedAt: 900, restoredAt: 950 });
    expect(settle(requested, scheduled, ...first).types).toEqual(['restored']);
    const early: DeploymentEvent = { type: 'scheduled', startsAt: 5_000 };
    const late = afterRestore(fold(requested, early), plan, { copiedAt: 900, restoredAt: 950 });
    expect(settle(requested, early, ...late).after.state).toBe('missed');
  });

  test('what waits for approval stays, unless its time for that has passed', () => {
    expect(settle({ ...requested, expiresAt: 5_001 }).after.state).toBe('awaiting_approval');
    for (const past of [{ expiresAt: 5_000 }, { startsAt: 4_000 }])
      expect(settle({ ...requested, ...past }).after.state).toBe('expired');
  });

  test('what has ended is left alone', () => {
    expect(settle(requested, { type: 'cancelled', by: 'U0ANA' }).types).toEqual([]);
  });

  test('what ran has ended: servers without an end are unknown, members that were out are held, nothing comes next', () => {
    const { after } = settle(
      requested,
      started,
      service('north', 'no'),
      { type: 'server_started', server: 'web-1' },
      ended('web-1'),
      { type: 'server_started', server: 'web-2' },
      { type: 'task_intended', task: 2, run: 1, fence: 1 },
    );
    const run = after.run!;
    expect([...run.servers].map(([name, { state }]) => [name, state])).toEqual([
      ['web-1', 'unknown'],
      ['web-2', 'unknown'],
      ['web-3', 'unknown'],
      ['web-4', 'unknown'],
    ]);
    expect(run.service.get('north')).toBe('held');
    expect(after).toMatchObject({ state: 'error', endedBy: expect.stringContaining('restore') });
    expect(nextActions(indexPlan(plan), run)).toEqual([]);
  });

  test('a cluster that was done and back in service stays done', () => {
    const north = [service('north', 'no'), ended('web-1'), ended('web-2'), service('north', 'yes')];
    const { after } = settle(requested, started, ...north);
    expect([...after.run!.servers.values()].map(({ state }) => state)).toEqual([
      'ok',
      'ok',
      'unknown',
      'unknown',
    ]);
    expect(after.run!.service.get('north')).toBe('yes');
    expect(after.state).toBe('partial');
  });
});
