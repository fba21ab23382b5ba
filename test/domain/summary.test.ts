import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import { firstStanding, isEventType, type Standing, summarize } from '../../src/domain/deployment/summary.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import type { Question } from '../../src/domain/events/question.ts';

type EventOf<T extends DeploymentEvent['type']> = Extract<DeploymentEvent, { type: T }>;

const requested: EventOf<'requested'> = {
  type: 'requested',
  by: 'U0ANA',
  reason: 'quarter end',
  startsAt: null,
  expiresAt: null,
  typed: null,
  zone: 'UTC',
  planHash: 'hash-0',
  acceptedWarnings: 0,
};

const question: Question = {
  id: '1',
  kind: 'capacity',
  text: 'Go on?',
  task: null,
  group: 1,
  choices: ['retry', 'stop'],
  defaultChoice: 'stop',
  deadlineAt: 5,
};

/** Any one event after the first, of every type there is. */
const later: { [Type in Exclude<DeploymentEvent['type'], 'requested'>]: fc.Arbitrary<EventOf<Type>> } = {
  approved: fc.constant({ type: 'approved', by: 'U0BEA', roles: ['dba'], planHash: 'hash-0' }),
  glass_asked: fc.constant({ type: 'glass_asked', by: 'U0BEA', reason: 'fire', persons: 2, lapsesAt: 9 }),
  glass_joined: fc.constant({ type: 'glass_joined', by: 'U0BEA' }),
  glass_broken: fc.constant({
    type: 'glass_broken',
    by: 'U0BEA',
    people: ['U0ANA', 'U0BEA'],
    reason: 'fire',
  }),
  glass_lapsed: fc.constant({ type: 'glass_lapsed', people: ['U0ANA'] }),
  glass_reminded: fc.constant({ type: 'glass_reminded', dueAt: 9, people: [] }),
  glass_seen: fc.constant({ type: 'glass_seen', by: 'U0BEA' }),
  vote_delegated: fc.constant({ type: 'vote_delegated', by: 'U0BEA', to: 'U0CAT' }),
  vote_taken_back: fc.constant({ type: 'vote_taken_back', by: 'U0BEA', to: 'U0CAT' }),
  rejected: fc.constant({ type: 'rejected', by: 'U0BEA', reason: 'no' }),
  scheduled: fc.nat().map((startsAt) => ({ type: 'scheduled', startsAt })),
  reminded: fc.constant({ type: 'reminded', minutesBefore: 15 }),
  lift_asked: fc.constant({ type: 'lift_asked', by: 'U0ANA', rule: 'lock', message: 'closed', people: [] }),
  plan_changed: fc.nat(5).map((hash) => ({
    type: 'plan_changed',
    planHash: `hash-${hash}`,
    changes: [],
    expiresAt: 1,
    ...(hash > 2 && { startsAt: hash }),
  })),
  queued: fc.constant({ type: 'queued', behind: null }),
  lock_met: fc.constant({ type: 'lock_met', by: 'U0BEA', reason: 'moving', since: 1 }),
  lock_lifted: fc.constant({ type: 'lock_lifted', by: 'U0BEA' }),
  expired: fc.constant({ type: 'expired', reason: 'late' }),
  missed: fc.constant({ type: 'missed', reason: 'late' }),
  cancelled: fc.constant({ type: 'cancelled', by: 'U0ANA' }),
  stop_requested: fc.constant({ type: 'stop_requested', by: 'U0ANA' }),
  stop_now_requested: fc.constant({ type: 'stop_now_requested', by: 'U0ANA', reason: 'it is wrong' }),
  paused: fc.constant({ type: 'paused', by: 'U0ANA' }),
  resumed: fc.constant({ type: 'resumed', by: 'U0ANA' }),
  put_back_requested: fc.constant({ type: 'put_back_requested', by: 'U0ANA', member: 's1', task: 1 }),
  put_back_started: fc.constant({ type: 'put_back_started', member: 's1', fence: 3 }),
  put_back_ended: fc.constant({ type: 'put_back_ended', member: 's1', state: 'partial' }),
  kept_out: fc.constant({ type: 'kept_out', by: 'U0ANA', member: 's1' }),
  rollback_announced: fc.constant({ type: 'rollback_announced', servers: ['s1'], at: 9 }),
  rollback_failed: fc.constant({ type: 'rollback_failed', reason: 'no backup' }),
  rollback_snoozed: fc.constant({ type: 'rollback_snoozed', by: 'U0ANA', at: 10 }),
  rollback_kept: fc.constant({ type: 'rollback_kept', by: 'U0ANA' }),
  rollback_requested: fc.constant({ type: 'rollback_requested', by: 'system', deployment: 8 }),
  rollback_decided: fc.constant({ type: 'rollback_decided', server: 's1' }),
  retry_requested: fc
    .constantFrom({}, { startsAt: 900 })
    .map((more) => ({ type: 'retry_requested', by: 'U0ANA', servers: ['s1'], ...more })),
  window_ended: fc.constant({ type: 'window_ended', window: 'tue 20:00–23:30' }),
  attempt_started: fc
    .integer({ min: 1, max: 9 })
    .map((attempt) => ({ type: 'attempt_started', attempt, servers: ['s1'], fence: 1 })),
  attempt_resumed: fc.constant({ type: 'attempt_resumed', attempt: 1, fence: 2, during: null }),
  group_checked: fc.constant({
    type: 'group_checked',
    group: 0,
    problems: [],
    refused: null,
    inService: 1,
    from: { s1: null },
  }),
  restored: fc.constant({ type: 'restored', copiedAt: 1 }),
  batch_joined: fc.constant({ type: 'batch_joined', behind: [7] }),
  batch_ordered: fc.constant({ type: 'batch_ordered', by: 'U0ANA', place: 1, of: 2, onFailure: 'stop' }),
  batch_waits: fc.constant({ type: 'batch_waits' }),
  server_started: fc.constant({ type: 'server_started', server: 's1' }),
  task_intended: fc.constant({ type: 'task_intended', task: 1, run: 1, fence: 1 }),
  task_found: fc.constant({ type: 'task_found', task: 1, run: 1, seen: 'ended', again: false, message: '' }),
  task_told: fc.constant({ type: 'task_told', task: 1, key: 'a', message: 'it waits' }),
  task_ended: fc.constant({
    type: 'task_ended',
    task: 1,
    run: 1,
    state: 'ok',
    exitCode: 0,
    message: '',
    lastLines: [],
    readBack: null,
    durationMs: 1,
  }),
  server_ended: fc.constant({ type: 'server_ended', server: 's1', state: 'ok', message: null, to: null }),
  service_changed: fc.constant({
    type: 'service_changed',
    member: 's1',
    servers: ['s1'],
    inService: 'no',
    reason: 'deploying',
  }),
  question_asked: fc.constant({ type: 'question_asked', question }),
  question_answered: fc.constantFrom<EventOf<'question_answered'>>(
    { type: 'question_answered', question: '1', choice: 'stop', by: 'U0ANA' },
    { type: 'question_answered', question: '1', choice: 'retry', by: 'U0ANA', paused: true },
  ),
  attempt_ended: fc
    .constantFrom('ok' as const, 'partial' as const, 'error' as const)
    .map((state) => ({ type: 'attempt_ended', attempt: 1, state, endedBy: 'completion' })),
  servers_excluded: fc.constant({
    type: 'servers_excluded',
    by: 'U0ANA',
    servers: ['s1'],
    reason: 'its disk is full',
    cause: 'not-ready',
  }),
  servers_included: fc.constant({ type: 'servers_included', by: 'U0ANA', servers: ['s1'] }),
  rehearsal_asked: fc.constant({
    type: 'rehearsal_asked',
    servers: ['s1'],
    askedAt: 1,
    until: 9,
    dueAt: null,
  }),
  server_checked: fc.constant({ type: 'server_checked', server: 's1', problem: null }),
  rehearsed: fc.constant({ type: 'rehearsed', ready: 0, problems: [], unanswered: ['s1'], obstacles: [] }),
  owners_asked: fc.constant({
    type: 'owners_asked',
    owners: [{ owner: 'U0SCI', servers: ['s1'] }],
    gone: [],
    silence: 'no',
    requestedBy: 'U0ANA',
    until: 9,
    dueAt: 1,
  }),
  owner_agreed: fc.constant({ type: 'owner_agreed', owner: 'U0SCI', by: 'U0SCI', servers: ['s1'] }),
  watcher_asked: fc.constant({
    type: 'watcher_asked',
    roles: ['promotion'],
    startsAt: 9,
    ifAbsent: 'pause',
    people: [],
  }),
  watch_taken: fc.constant({ type: 'watch_taken', by: 'U0ANA', from: null }),
  watch_offered: fc.constant({ type: 'watch_offered', by: 'U0ANA', to: 'U0BEA' }),
};

const logs = fc
  .tuple(
    fc.option(fc.nat(), { nil: null }).map((startsAt): DeploymentEvent => ({ ...requested, startsAt })),
    fc.array(fc.oneof(...Object.values<fc.Arbitrary<DeploymentEvent>>(later)), { maxLength: 30 }),
  )
  .map(([first, others]) =>
    [first, ...others].map((event, at): StoredEvent => ({
      deployment: 7,
      version: at + 1,
      at: 100 + at,
      event,
    })),
  );

function stand([first, ...others]: StoredEvent[]): Standing {
  return others.reduce(summarize, firstStanding(first!));
}

describe('what a list shows of a deployment', () => {
  it('is what the whole fold of the same log says, for any log', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const { state, version, attempt, startsAt, endedAt, planHash } = foldDeployment(log)!;
        expect(stand(log)).toEqual({ state, version, attempt, startsAt, endedAt, planHash });
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a log that does not begin with the request, asks twice, or has a gap', () => {
    const at = (version: number, event: DeploymentEvent): StoredEvent => ({
      deployment: 7,
      version,
      at: 1,
      event,
    });
    const queued: DeploymentEvent = { type: 'queued', behind: null };
    expect(() => stand([at(1, queued)])).toThrow('the log of #7 begins with queued instead of requested');
    expect(() => stand([at(1, requested), at(2, requested)])).toThrow('#7 was requested twice');
    expect(() => stand([at(1, requested), at(3, queued)])).toThrow('event 3 of #7 does not follow 1');
  });

  it('knows every type of event, and no other', () => {
    expect(['requested', ...Object.keys(later)].filter((type) => !isEventType(type))).toEqual([]);
    expect(isEventType('teleported')).toBe(false);
    expect(isEventType('toString')).toBe(false);
  });
});
