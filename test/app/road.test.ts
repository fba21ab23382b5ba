import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { answerByDefault, answerQuestion } from '../../src/app/answer-question.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { expireDeployment } from '../../src/app/expire-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { rejectDeployment } from '../../src/app/reject-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import { rollBackDeployment } from '../../src/app/roll-back-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment, buildPart, buildSingleCluster, buildStep } from '../helpers/build.ts';

const hour = 3_600_000;
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin', 'global_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
};
let app: TestApp;

beforeEach(async () => {
  app = await startApp([buildEnvironment({ approval })]);
});

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}

function rules(verdict: Verdict<unknown>): string[] {
  return verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);
}

async function load(number: number): Promise<Deployment> {
  return value(await loadDeployment(app.store, number)).deployment;
}

async function requested(more = {}): Promise<Deployment> {
  return await load(value(await requestDeployment(app, buildRequest(more))).number);
}

const approve = async ({ number, planHash }: Deployment, by: string) =>
  await approveDeployment(app, { by, number, planHash });

async function claimed(deployment: Deployment) {
  const lease = await app.store.claim({
    deployment: deployment.number,
    holder: 'test',
    at: app.now(),
    staleBefore: 0,
  });
  if (!lease) throw new Error('no lease');
  return lease;
}

describe('a request', () => {
  test('O-26: writes the deployment, its frozen plan and its hour in one transaction', async () => {
    const startsAt = tuesdayMorning + 12 * hour;
    const deployment = await requested({ startsAt });
    expect(deployment).toMatchObject({
      state: 'awaiting_approval',
      startsAt,
      expiresAt: startsAt,
      requestedBy: 'U0ANA',
    });
    expect(await app.store.plan(deployment.planHash)).toMatchObject({ groups: [['north'], ['south']] });
    expect(await app.store.dueBefore(startsAt, 10)).toContainEqual({
      kind: 'start',
      deployment: deployment.number,
      at: startsAt,
    });
  });

  test('that is delivered twice makes one deployment', async () => {
    const request = buildRequest();
    const first = value(await requestDeployment(app, request));
    expect(value(await requestDeployment(app, request)).number).toBe(first.number);
    expect(await app.store.list({ limit: 10 })).toHaveLength(1);
  });

  test('D-28: is refused with all reasons together', async () => {
    app.world.configuration.environments = [
      buildEnvironment({ deploymentsEnabled: false, topology: 'single-cluster' }),
    ];
    const verdict = await requestDeployment(
      app,
      buildRequest({ reason: ' ', startsAt: tuesdayMorning - 1, by: 'U0NOBODY' }),
    );
    expect(rules(verdict)).toEqual(['O-01', 'reason', 'D-19', 'D-20', 'D-27']);
  });

  test.each([
    [
      'an unknown environment',
      { environment: 'shpo' },
      'unknown-environment',
      /`shpo`; the nearest is `shop`/,
    ],
    [
      'an environment that would ping the channel',
      { environment: '<!channel>' },
      'unknown-environment',
      /`‹!channel›`/,
    ],
    ['an unknown revision', { selection: ['shop@9'] }, 'unknown-revision', /shop@9/],
    ['the same revision twice', { selection: ['shop@2', 'shop@2'] }, 'selection', /chosen twice/],
    ['nothing chosen', { selection: [] }, 'selection', /No revision/],
    ['an unknown server', { servers: ['web-7'] }, 'servers', /no server `web-7`/],
    [
      'a time that has passed',
      { startsAt: tuesdayMorning - 60_000 },
      'O-01',
      /17 Nov 2026 08:59 Europe\/Madrid has passed/,
    ],
    [
      'another plan than the one shown',
      { shownHash: 'other' },
      'plan-changed',
      /changed while you were looking/,
    ],
    ['a reason of 3,001 characters', { reason: 'é'.repeat(3_001) }, 'reason', /3001 characters/],
  ])('with %s is refused with one clear sentence', async (_name, more, rule, sentence) => {
    const verdict = await requestDeployment(app, buildRequest(more));
    expect(rules(verdict)).toEqual([rule]);
    expect(verdict.ok ? '' : verdict.refusals[0]?.message).toMatch(sentence);
  });

  test('D-19: by a promotion user is refused for the revision of somebody else', async () => {
    app.world.revisions = app.world.revisions.map((revision) => ({ ...revision, author: 'U0OTHER' }));
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['D-19']);
  });

  test.each(['guest', 'bot', 'deactivated', 'stranger', 'unknown'] as const)(
    'of a %s is refused',
    async (standing) => {
      app.world.standing.set('U0ANA', standing);
      expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['D-01']);
    },
  );

  test('law 5: that could never keep the capacity floor is refused', async () => {
    app = await startApp([buildSingleCluster(['web-1'])]);
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['law-5']);
  });

  test('for what this version does not execute is refused and names the keys', async () => {
    app = await startApp([buildEnvironment({ notExecuted: ['deployments.sharedCache'] })]);
    const verdict = await requestDeployment(app, buildRequest());
    expect(rules(verdict)).toEqual(['not-executed']);
    expect(verdict.ok ? '' : verdict.refusals[0]?.message).toContain('deployments.sharedCache');
  });

  test('outside every window, or inside a freeze, is refused', async () => {
    const windows: Environment['windows'] = [{ days: ['tue'], from: '20:00', to: '23:30', name: null }];
    app = await startApp([buildEnvironment({ windows })]);
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['windows']);
    expect(
      rules(await requestDeployment(app, buildRequest({ startsAt: tuesdayMorning + 12 * hour }))),
    ).toEqual([]);
    const freezes = [{ from: '2026-11-17T00:00', to: '2026-11-18T00:00', reason: 'year end' }];
    app = await startApp([buildEnvironment({ freezes })]);
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['freezes']);
  });

  test('D-30: with a warning must accept it', async () => {
    app = await startApp([buildSingleCluster(['web-1', 'web-2'], { paradigm: 'simple' })]);
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['warnings']);
    expect(rules(await requestDeployment(app, buildRequest({ acceptedWarnings: 1 })))).toEqual([]);
  });

  test('for changed files under an old version is refused', async () => {
    await requested();
    app.world.revisions = app.world.revisions.map((revision) => ({ ...revision, digest: 'f'.repeat(64) }));
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['immutable']);
  });

  test('whose two runbooks share the name of a step is refused, because the plan could not tell them apart', async () => {
    const runbook = { steps: [buildStep('install')], needsNoBackup: true };
    const payloads = ['release', 'more'].map((part) => ({
      part,
      role: 'web',
      placement: 'every-server' as const,
      run: 'always' as const,
    }));
    app = await startApp([buildEnvironment({ runbooks: { release: runbook, more: runbook }, payloads })]);
    const parts = { release: buildPart('release'), more: buildPart('more') };
    app.world.revisions = app.world.revisions.map((revision) => ({ ...revision, parts }));
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['parts']);
  });

  test('above the hourly limit is refused', async () => {
    app.world.configuration.limits.requestsPerHour = 2;
    await requested();
    await requested();
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['limits.requestsPerHour']);
    app.clock.now += hour + 1;
    await requested();
  });
});

describe('an approval', () => {
  test('never comes from the requester', async () => {
    app.world.configuration.roles['promotion_admin']?.users.push('U0ANA');
    const deployment = await requested();
    expect(rules(await approve(deployment, 'U0ANA'))).toEqual(['approval.excludeRequester']);
    expect((await load(deployment.number)).state).toBe('awaiting_approval');
  });

  test('counts only with the role', async () => {
    expect(rules(await approve(await requested(), 'U0NOBODY'))).toEqual(['approval.from']);
  });

  test('sends a deployment for now on its way, and one with an hour to its hour', async () => {
    const now = await requested();
    expect(value(await approve(now, 'U0BEN'))).toMatchObject({ complete: true });
    expect((await load(now.number)).state).toBe('queued');
    const later = await requested({ startsAt: tuesdayMorning + hour });
    await approve(later, 'U0BEN');
    expect((await load(later.number)).state).toBe('scheduled');
  });

  test('law 14: a second press changes nothing and says who approved and when', async () => {
    const deployment = await requested();
    await approve(deployment, 'U0BEN');
    const { version } = await load(deployment.number);
    const again = await approve(deployment, 'U0ADMIN');
    expect(rules(again)).toEqual(['law-14']);
    expect(again.ok ? '' : again.refusals[0]?.message).toMatch(
      /already approved by <@U0BEN> at 17 Nov 2026 09:00/,
    );
    expect((await load(deployment.number)).version).toBe(version);
  });

  test('of two people is needed where two are required, and one person counts once', async () => {
    const two = { ...approval, rules: [{ roles: ['promotion_admin', 'global_admin'], required: 2 }] };
    app = await startApp([buildEnvironment({ approval: two })]);
    const deployment = await requested();
    expect(value(await approve(deployment, 'U0BEN'))).toMatchObject({
      given: 1,
      required: 2,
      complete: false,
    });
    expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['law-14']);
    expect(value(await approve(deployment, 'U0ADMIN'))).toMatchObject({ complete: true });
  });

  test('is bound to the plan: a changed configuration voids it and names what changed', async () => {
    const deployment = await requested();
    app.world.configuration.environments = [buildEnvironment({ approval, minInService: 0 })];
    const verdict = await approve(deployment, 'U0BEN');
    expect(rules(verdict)).toEqual(['plan-changed']);
    const changed = await load(deployment.number);
    expect(changed).toMatchObject({
      state: 'awaiting_approval',
      votes: [],
      planChanges: [expect.stringMatching(/minInService/)],
    });
    expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['plan-changed']);
    expect(value(await approve(changed, 'U0BEN'))).toMatchObject({ complete: true });
  });

  test('keeps the hour that was asked for when a press before it finds another plan', async () => {
    const startsAt = tuesdayMorning + 12 * hour;
    const deployment = await requested({ startsAt });
    app.world.configuration.environments = [buildEnvironment({ approval, minInService: 0 })];
    expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['plan-changed']);
    const changed = await load(deployment.number);
    expect(changed).toMatchObject({ state: 'awaiting_approval', startsAt, expiresAt: startsAt });
    value(await approve(changed, 'U0BEN'));
    expect(await load(deployment.number)).toMatchObject({ state: 'scheduled', startsAt });
    const due = await app.store.dueBefore(startsAt, 10);
    expect(due.filter(({ kind }) => kind === 'start')).toEqual([
      { kind: 'start', deployment: deployment.number, at: startsAt },
    ]);
  });

  test('keeps until when the approval was to come when a press finds another plan', async () => {
    const days = 24 * 5;
    const deployment = await requested({ startsAt: tuesdayMorning + days * hour });
    expect(deployment.expiresAt).toBe(tuesdayMorning + 72 * hour);
    app.world.configuration.environments = [buildEnvironment({ approval, minInService: 0 })];
    await approve(deployment, 'U0BEN');
    const { expiresAt } = await load(deployment.number);
    expect(expiresAt).toBe(tuesdayMorning + 72 * hour);
    expect(await app.store.dueBefore(tuesdayMorning + 73 * hour, 10)).toEqual([
      { kind: 'expire', deployment: deployment.number, at: expiresAt },
    ]);
  });

  test('that does not come before the start lets the deployment expire', async () => {
    const deployment = await requested({ startsAt: tuesdayMorning + hour });
    app.clock.now += hour;
    expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['expired']);
    await expireDeployment(app, deployment.number);
    expect((await load(deployment.number)).state).toBe('expired');
  });
});

describe('a rejection', () => {
  test('needs a reason and the role, and ends it', async () => {
    const deployment = await requested();
    const { number } = deployment;
    expect(rules(await rejectDeployment(app, { by: 'U0BEN', number, reason: ' ' }))).toEqual(['reason']);
    expect(rules(await rejectDeployment(app, { by: 'U0NOBODY', number, reason: 'no' }))).toEqual([
      'approval.from',
    ]);
    value(await rejectDeployment(app, { by: 'U0BEN', number, reason: 'not tonight' }));
    expect(await load(number)).toMatchObject({
      state: 'rejected',
      rejection: { by: 'U0BEN', reason: 'not tonight' },
    });
    expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['law-14']);
  });
});

describe('the start', () => {
  const scheduled = async (): Promise<Deployment> => {
    const deployment = await requested({ startsAt: tuesdayMorning + hour });
    await approve(deployment, 'U0BEN');
    app.clock.now = tuesdayMorning + hour;
    return await load(deployment.number);
  };

  test('queues at its hour, and not a moment before', async () => {
    const { number } = await scheduled();
    app.clock.now -= 1;
    await startDeployment(app, number);
    expect((await load(number)).state).toBe('scheduled');
    app.clock.now += 1;
    await startDeployment(app, number);
    expect((await load(number)).state).toBe('queued');
  });

  test.each([
    ['run', 'queued'],
    ['skip', 'missed'],
    ['ask', 'waiting'],
  ] as const)('law 9: missed by more than the grace with onMissed %s becomes %s', async (onMissed, state) => {
    app = await startApp([
      buildEnvironment({ approval, schedule: { graceMinutes: 15, onMissed, remindMinutes: [] } }),
    ]);
    const { number } = await scheduled();
    app.clock.now += 16 * 60_000;
    await startDeployment(app, number);
    expect((await load(number)).state).toBe(state);
  });

  test('law 9: a question about a missed start is answered by a person, or by its default at the deadline', async () => {
    app = await startApp([
      buildEnvironment({ approval, schedule: { graceMinutes: 15, onMissed: 'ask', remindMinutes: [] } }),
    ]);
    const { number } = await scheduled();
    app.clock.now += 16 * 60_000;
    await startDeployment(app, number);
    const question = (await load(number)).question?.id ?? '';
    expect(rules(await answerQuestion(app, { by: 'U0NOBODY', number, question, choice: 'start' }))).toEqual([
      'D-01',
    ]);
    await answerByDefault(app, number);
    expect((await load(number)).state).toBe('waiting');
    app.clock.now += 30 * 60_000;
    await answerByDefault(app, number);
    expect((await load(number)).state).toBe('missed');
    expect(rules(await answerQuestion(app, { by: 'U0BEN', number, question, choice: 'start' }))).toEqual([
      'law-14',
    ]);
  });

  test('law 10: a late answer does not start what was cancelled while it was asked', async () => {
    app = await startApp([
      buildEnvironment({ approval, schedule: { graceMinutes: 15, onMissed: 'ask', remindMinutes: [] } }),
    ]);
    const { number } = await scheduled();
    app.clock.now += 16 * 60_000;
    await startDeployment(app, number);
    const question = (await load(number)).question?.id ?? '';
    value(await cancelDeployment(app, { by: 'U0ANA', number }));
    expect(rules(await answerQuestion(app, { by: 'U0BEN', number, question, choice: 'start' }))).toEqual([
      'law-14',
    ]);
    expect((await load(number)).state).toBe('cancelled');
  });

  test('checks everything again: a changed script voids the approval', async () => {
    const { number } = await scheduled();
    await startDeployment(app, number);
    app.world.scripts.set('/lb/disable-cluster', 'changed');
    expect(await admitDeployment(app, await claimed(await load(number)))).toBe(false);
    expect(await load(number)).toMatchObject({
      state: 'awaiting_approval',
      votes: [],
      planChanges: [expect.stringContaining('/lb/disable-cluster')],
    });
    expect(await app.store.lease('shop')).toBeNull();
  });

  test('checks everything again: an approver who left counts no more', async () => {
    const { number } = await scheduled();
    await startDeployment(app, number);
    app.world.standing.set('U0BEN', 'deactivated');
    expect(await admitDeployment(app, await claimed(await load(number)))).toBe(false);
    expect((await load(number)).planChanges).toEqual([expect.stringContaining('<@U0BEN>')]);
  });

  test('D-01: checks everything again: a requester who may deploy there no more begins nothing', async () => {
    const { number } = await scheduled();
    await startDeployment(app, number);
    for (const role of Object.values(app.world.configuration.roles))
      role.users = role.users.filter((user) => user !== 'U0ANA');
    expect(await admitDeployment(app, await claimed(await load(number)))).toBe(false);
    expect(await load(number)).toMatchObject({ state: 'missed', endedBy: expect.stringMatching(/^D-19: /) });
  });

  test('waits while Slack does not say who approved, and decides nothing without an answer', async () => {
    const { number } = await scheduled();
    await startDeployment(app, number);
    app.world.standing.set('U0BEN', 'unknown');
    const lease = await claimed(await load(number));
    await expect(admitDeployment(app, lease)).rejects.toThrow(/Slack does not say who U0BEN is/);
    expect((await load(number)).state).toBe('queued');
    app.world.standing.delete('U0BEN');
    expect(await admitDeployment(app, lease)).toBe(true);
  });

  test('admits what is as it was signed', async () => {
    const { number } = await scheduled();
    await startDeployment(app, number);
    expect(await admitDeployment(app, await claimed(await load(number)))).toBe(true);
  });
});

describe('a cancellation', () => {
  test('before it runs ends it, by its requester or whoever may deploy there', async () => {
    const first = await requested();
    expect(rules(await cancelDeployment(app, { by: 'U0NOBODY', number: first.number }))).toEqual(['D-01']);
    expect(value(await cancelDeployment(app, { by: 'U0ANA', number: first.number }))).toEqual({
      number: first.number,
      stopping: false,
    });
    expect((await load(first.number)).state).toBe('cancelled');
    expect(rules(await cancelDeployment(app, { by: 'U0ANA', number: first.number }))).toEqual(['law-14']);
  });

  test('of a number that does not exist says so', async () => {
    expect(rules(await cancelDeployment(app, { by: 'U0ANA', number: 999 }))).toEqual(['unknown-deployment']);
  });
});

describe('a refusal', () => {
  const words = (verdict: Verdict<unknown>): string =>
    verdict.ok ? '' : verdict.refusals.map(({ message, wayOut }) => `${message} ${wayOut}`).join(' ');

  test('names the state of a deployment in the words of its card', async () => {
    const { number } = value(await requestDeployment(app, buildRequest()));
    const retry = { by: 'U0ANA', number, choice: 'remaining', shownVersion: null } as const;
    expect(words(await retryDeployment(app, retry))).toContain('it is waiting for approval.');
    value(await cancelDeployment(app, { by: 'U0ANA', number }));
    expect(words(await retryDeployment(app, retry))).toContain('it is cancelled.');
  });

  test('of a rollback says the way out while it goes on, and that there is nothing to undo where it never ran', async () => {
    const { number } = value(await requestDeployment(app, buildRequest()));
    const rollback = { by: 'U0ANA', number };
    expect(words(await rollBackDeployment(app, rollback))).toBe(
      `#${number} has not ended: it is waiting for approval. Cancel it with \`/deploy cancel ${number}\`, or wait until it has ended.`,
    );
    value(await cancelDeployment(app, { by: 'U0ANA', number }));
    expect(words(await rollBackDeployment(app, rollback))).toContain(
      `#${number} never ran, so there is nothing to roll back.`,
    );
  });
});
