import { describe, expect, test } from 'vitest';

import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { timelineOf } from '../../src/progress/timeline.ts';
import { buildPlan, buildSingleCluster, buildStep } from '../helpers/build.ts';

const runbooks = {
  release: {
    steps: [buildStep('stop'), buildStep('install'), buildStep('look', { kind: 'verify' })],
    needsNoBackup: true,
  },
  rollback: { steps: [buildStep('restore', { kind: 'rollback' })], needsNoBackup: true },
};
const rollback = {
  runbook: 'rollback',
  onFirstServerFailure: true,
  countdownSeconds: null,
  lockAfter: false,
};
const environment = buildSingleCluster(['web-1', 'web-2'], {
  runbooks,
  rollback,
  minInService: 0,
  readBack: { run: 'true', timeoutSeconds: 1 },
});
const plan = buildPlan(environment);

const started = (attempt = 1): DeploymentEvent => ({
  type: 'attempt_started',
  attempt,
  servers: ['web-1'],
  fence: attempt,
});
const over = (attempt = 1): DeploymentEvent => ({
  type: 'attempt_ended',
  attempt,
  state: 'ok',
  endedBy: 'completion',
});
const begun: DeploymentEvent = { type: 'server_started', server: 'web-1' };
const ended = (state: 'ok' | 'error' | 'rolled_back' = 'ok'): DeploymentEvent => ({
  type: 'server_ended',
  server: 'web-1',
  state,
  message: null,
  to: null,
});
const service = (inService: 'yes' | 'no' | 'held'): DeploymentEvent => ({
  type: 'service_changed',
  member: 'web-1',
  servers: ['web-1'],
  inService,
  reason: '',
});
/** A task of web-1 begins: by its step, its action or its type. */
function intends(what: string, of: Plan = plan): DeploymentEvent {
  const task = [...of.tasks, ...of.rollbackTasks].find(
    ({ server, cluster, step, action, type }) =>
      (server ?? cluster) === 'web-1' && [step, action, type].includes(what),
  );
  if (!task) throw new Error(`no task ${what}`);
  return { type: 'task_intended', task: task.id, run: 1, fence: 1 };
}

/** What happened, each with its second. */
function told(log: [number, DeploymentEvent][], of: Plan = plan) {
  const events = log.map(([at, event], index): StoredEvent => ({
    deployment: 1,
    version: index + 1,
    at: at * 1_000,
    event,
  }));
  const timeline = timelineOf(of, events);
  if (!timeline) return null;
  const [row] = timeline.rows;
  const spans = row?.spans.map(({ stretch, from, to }) => `${stretch} ${from / 1_000}-${to / 1_000}`);
  const back = row?.backAt ?? null;
  return {
    attempt: timeline.attempt,
    span: [timeline.from / 1_000, timeline.to / 1_000],
    spans,
    back: back === null ? null : back / 1_000,
    isHeld: row?.isHeld,
  };
}

describe('what a log says of a server’s time, second by second', () => {
  test('is out from the act that takes it out, deployed to from its begin, and out until it is back', () => {
    expect(
      told([
        [1, started()],
        [2, intends('disable')],
        [3, service('no')],
        [4, begun],
        [6, intends('stop')],
        [7, intends('install')],
        [8, intends('look')],
        [9, intends('VERIFY')],
        [10, ended()],
        [12, service('yes')],
        [13, over()],
      ]),
    ).toEqual({
      attempt: 1,
      span: [1, 13],
      spans: ['out 2-4', 'deploying 4-8', 'verifying 8-10', 'out 10-12'],
      back: 12,
      isHeld: false,
    });
  });

  test('goes on where it is taken out or held under way, and is back only with what was deployed', () => {
    expect(
      told([
        [1, started()],
        [2, begun],
        [3, service('no')],
        [4, service('held')],
        [6, ended('error')],
        [9, service('yes')],
        [10, over()],
      ]),
    ).toMatchObject({ spans: ['deploying 2-6', 'out 6-9'], back: null, isHeld: false });
  });

  test('tells restoring from deploying, in the attempt that failed', () => {
    expect(
      told([
        [1, started()],
        [2, begun],
        [3, intends('install')],
        [5, intends('restore')],
        [8, ended('rolled_back')],
        [9, over()],
      ]),
    ).toMatchObject({ spans: ['deploying 2-5', 'undoing 5-8'] });
  });

  test('tells restoring from deploying, in a rollback of its own', () => {
    const undoes = { deployment: 1, servers: { 'web-1': { before: 'shop@1', backupPath: null } } };
    const undoing = buildPlan(environment, { undoes });
    expect(
      told(
        [
          [1, started()],
          [2, intends('restore', undoing)],
          [5, ended()],
          [6, over()],
        ],
        undoing,
      ),
    ).toMatchObject({ spans: ['undoing 2-5'] });
  });

  test('is no less than nothing where a clock was set back', () => {
    expect(
      told([
        [10, started()],
        [11, begun],
        [4, ended()],
        [5, over()],
      ]),
    ).toMatchObject({ span: [10, 10], spans: [] });
  });

  test('is that of the latest attempt that has ended', () => {
    const two: [number, DeploymentEvent][] = [
      [1, started()],
      [2, over()],
      [11, started(2)],
      [12, over(2)],
    ];
    expect(told(two)).toMatchObject({ attempt: 2, span: [11, 12] });
    expect(told([...two, [21, started(3)]])).toMatchObject({ attempt: 2, span: [11, 12] });
  });
});
