import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { answerQuestion } from '../../src/app/answer-question.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import { unlockEnvironment } from '../../src/app/unlock-environment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';

const hour = 3_600_000;
const minute = 60_000;
let app: TestApp;

const start = async (more: Partial<Environment> = {}): Promise<TestApp> => {
  app = await startApp([buildEnvironment(more)]);
  return app;
};
beforeEach(async () => void (await start()));

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}

const rules = (verdict: Verdict<unknown>): string[] =>
  verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);
const sentence = (verdict: Verdict<unknown>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message, wayOut }) => `${message} ${wayOut}`).join(' ');
const load = async (number: number): Promise<Deployment> =>
  value(await loadDeployment(app.store, number)).deployment;
const requested = async (more = {}): Promise<number> =>
  value(await requestDeployment(app, buildRequest(more))).number;
const lock = async (by = 'U0BEN', reason = 'the database moves') =>
  await lockEnvironment(app, { environment: 'shop', by, reason });
const unlock = async (by = 'U0BEN') => await unlockEnvironment(app, { environment: 'shop', by });
const claim = async (number: number) =>
  await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });

describe('a locked environment', () => {
  test('refuses a request with who locked it, since when, why, and who can unlock it', async () => {
    value(await lock());
    const verdict = await requestDeployment(app, buildRequest());
    expect(rules(verdict)).toEqual(['lock']);
    expect(sentence(verdict)).toBe(
      '`shop` is locked by <@U0BEN> since 17 Nov 2026 09:00 Europe/Madrid: `the database moves`. ' +
        'Ask <@U0BEN> or <@U0ADMIN> for `/deploy unlock shop`.',
    );
    value(await unlock());
    await requested();
  });

  test('refuses a retry', async () => {
    const number = await requested();
    const lease = await claim(number);
    await app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: lease?.fence ?? 0,
      at: app.now(),
      releaseLease: true,
      events: [
        { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 },
        { type: 'attempt_ended', attempt: 1, state: 'error', endedBy: 'maxFailures: 1' },
      ],
    });
    value(await lock());
    expect(
      rules(await retryDeployment(app, { by: 'U0ANA', number, choice: 'remaining', shownVersion: null })),
    ).toEqual(['lock']);
    value(await unlock());
    value(await retryDeployment(app, { by: 'U0ANA', number, choice: 'remaining', shownVersion: null }));
  });

  test('names what goes on and what waits', async () => {
    const first = await requested();
    const second = await requested();
    const lease = await claim(first);
    await app.store.commit({
      deployment: first,
      expectedVersion: null,
      fence: lease?.fence ?? 0,
      at: app.now(),
      events: [{ type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 }],
    });
    expect(value(await lock())).toMatchObject({ running: [first], waiting: [second] });
    expect(value(await unlock())).toMatchObject({ waiting: [second] });
  });

  test('holds a deployment whose hour comes, says so in its log, and lets it begin within the grace', async () => {
    const startsAt = tuesdayMorning + hour;
    const number = await requested({ startsAt });
    value(await lock());
    app.clock.now = startsAt;
    await startDeployment(app, number);
    expect(await load(number)).toMatchObject({
      state: 'queued',
      lock: { by: 'U0BEN', reason: 'the database moves', since: tuesdayMorning },
    });
    expect(await claim(number)).toBeNull();
    app.clock.now += 15 * minute;
    value(await unlock());
    expect((await load(number)).lock).toBeNull();
    const lease = await claim(number);
    expect(lease && (await admitDeployment(app, lease))).toBe(true);
  });

  test.each([
    ['run', 'queued', true],
    ['skip', 'missed', false],
    ['ask', 'waiting', false],
  ] as const)(
    'that is opened later than the grace makes it a missed start: onMissed %s → %s',
    async (onMissed, state, admitted) => {
      await start({ schedule: { graceMinutes: 15, onMissed, remindMinutes: [] } });
      const startsAt = tuesdayMorning + hour;
      const number = await requested({ startsAt });
      value(await lock());
      app.clock.now = startsAt;
      await startDeployment(app, number);
      app.clock.now += 15 * minute + 1;
      value(await unlock());
      const lease = await claim(number);
      expect(lease && (await admitDeployment(app, lease))).toBe(admitted);
      expect(await load(number)).toMatchObject({ state });
      expect(await app.store.lease('shop')).toEqual(admitted ? lease : null);
    },
  );

  test('that was opened too late asks, and begins at once when a person says so', async () => {
    await start({ schedule: { graceMinutes: 15, onMissed: 'ask', remindMinutes: [] } });
    const number = await requested();
    value(await lock());
    app.clock.now += hour;
    value(await unlock());
    const lease = await claim(number);
    expect(lease && (await admitDeployment(app, lease))).toBe(false);
    const { question } = await load(number);
    expect(question?.text).toBe(
      '#1 was to start at 17 Nov 2026 09:00 Europe/Madrid, and `shop` was locked; it is 60 minutes late.',
    );
    value(await answerQuestion(app, { by: 'U0ANA', number, question: question?.id ?? '', choice: 'start' }));
    const again = await claim(number);
    expect(again && (await admitDeployment(app, again))).toBe(true);
  });

  test('that closes while a start is being checked breaks no rule of it', async () => {
    const number = await requested();
    const lease = await claim(number);
    value(await lock());
    expect(lease && (await admitDeployment(app, lease))).toBe(true);
    expect((await load(number)).state).toBe('queued');
  });
});

describe('locking', () => {
  test.each(['U0ANA', 'U0BEN', 'U0ADMIN'])('is open to %s, who may deploy or approve there', async (by) => {
    expect(rules(await lock(by))).toEqual([]);
  });

  test('is open to an approver of the environment who may not deploy there', async () => {
    app.world.configuration.roles['dba'] = { users: ['U0DBA'], usergroups: [], environmentKinds: null };
    expect(rules(await lock('U0DBA'))).toEqual(['lock']);
    const rule = { roles: ['dba'], required: 1 };
    app.world.configuration.environments = [
      buildEnvironment({
        approval: { rules: [rule], excludeRequester: true, expiresHours: 1, remindMinutes: [] },
      }),
    ];
    expect(rules(await lock('U0DBA'))).toEqual([]);
  });

  test('is refused to everybody else, and to guests', async () => {
    expect(rules(await lock('U0NOBODY'))).toEqual(['lock']);
    app.world.standing.set('U0ANA', 'guest');
    expect(rules(await lock('U0ANA'))).toEqual(['D-01']);
    expect(await app.store.lock('shop')).toBeNull();
  });

  test.each([
    [' ', /A reason is missing/],
    ['é'.repeat(301), /301 characters; 300 fit/],
  ])('needs a reason of at most 300 characters (%#)', async (reason, words) => {
    const verdict = await lock('U0BEN', reason);
    expect(rules(verdict)).toEqual(['reason']);
    expect(sentence(verdict)).toMatch(words);
  });

  test('of what is no environment names the nearest', async () => {
    const verdict = await lockEnvironment(app, { environment: 'shpo', by: 'U0BEN', reason: 'x' });
    expect(sentence(verdict)).toContain('the nearest is `shop`');
  });

  test('law 14: twice by the same person for the same reason is one lock, by another it is told who was first', async () => {
    value(await lock());
    app.clock.now += hour;
    expect(value(await lock()).lock.since).toBe(tuesdayMorning);
    const second = await lock('U0ANA', 'mine');
    expect(rules(second)).toEqual(['law-14']);
    expect(sentence(second)).toContain('locked by <@U0BEN> since 17 Nov 2026 09:00');
    expect(await app.store.environmentEvents('shop')).toHaveLength(1);
  });
});

describe('unlocking', () => {
  test('is open to the locker and to admins, and to nobody else', async () => {
    value(await lock('U0ANA'));
    value(await unlock('U0ANA'));
    value(await lock('U0ADMIN'));
    const refused = await unlock('U0ANA');
    expect(rules(refused)).toEqual(['lock']);
    expect(sentence(refused)).toContain('<@U0ADMIN> locked it, and you are no admin there');
    value(await unlock('U0BEN'));
  });

  test('is refused to a locker who is no member any more', async () => {
    value(await lock('U0ANA'));
    app.world.standing.set('U0ANA', 'deactivated');
    expect(rules(await unlock('U0ANA'))).toEqual(['D-01']);
  });

  test('of what is open says so', async () => {
    expect(sentence(await unlock())).toContain('`shop` is not locked');
  });
});

test('who acts on the command line is the same person, and the log says by which way', async () => {
  const verdict = await lockEnvironment(app, {
    environment: 'shop',
    by: 'U0ANA',
    via: 'command line',
    reason: 'x',
  });
  expect(value(verdict).lock).toMatchObject({ by: 'U0ANA', via: 'command line' });
  value(await unlock('U0ANA'));
  const number = await requested({ via: 'command line' });
  expect(await load(number)).toMatchObject({ requestedBy: 'U0ANA', requestedVia: 'command line' });
});
