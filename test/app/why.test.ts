import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { askToLift } from '../../src/app/ask-to-lift.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { rejectDeployment } from '../../src/app/reject-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import { unlockEnvironment } from '../../src/app/unlock-environment.ts';
import { whyNotRunning } from '../../src/app/why-not-running.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Question } from '../../src/domain/events/question.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment, buildSingleCluster } from '../helpers/build.ts';

const approval = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 4,
  remindMinutes: [],
};
let app: TestApp;

beforeEach(async () => (app = await startApp([buildEnvironment()])));
afterEach(async () => await app.store.close());

async function request(more: Parameters<typeof buildRequest>[0] = {}): Promise<number> {
  const verdict = await requestDeployment(app, buildRequest(more));
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value.number;
}

async function why(number: number) {
  const verdict = await whyNotRunning(app, number);
  if (!verdict.ok) throw new Error('there is none');
  return verdict.value.obstacles;
}

async function happens(number: number, ...events: [DeploymentEvent, ...DeploymentEvent[]]): Promise<void> {
  const change = { deployment: number, expectedVersion: null, fence: null, at: app.now(), events };
  const outcome = await app.store.commit(change);
  if (!outcome.ok) throw new Error(outcome.why);
}

async function run(number: number): Promise<void> {
  await startDeployment(app, number);
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
  await happens(number, { type: 'attempt_started', attempt: 1, servers, fence: lease.fence });
}

describe('why it does not run', () => {
  test('it waits for approval: how many are missing, until when, and only of those who can still give it', async () => {
    app.world.configuration.environments = [buildEnvironment({ approval })];
    app.world.configuration.roles['promotion_admin'] = {
      users: ['U0ANA', 'U0BEN'],
      usergroups: ['S0ADM'],
      environmentKinds: null,
    };
    const number = await request();
    expect(await why(number)).toEqual([
      {
        rule: 'approval',
        message: `#${number} waits for approval: 0 of 1 given, and expires 17 Nov 2026 13:00 Europe/Madrid.`,
        liftedBy: 'promotion_admin',
        wayOut: 'Ask <@U0BEN>, <!subteam^S0ADM>.',
        people: ['<@U0BEN>', '<!subteam^S0ADM>'],
      },
    ]);
  });

  test('it waits for its hour, and nobody needs to do anything', async () => {
    const number = await request({ startsAt: app.now() + 3_600_000 });
    expect(await why(number)).toMatchObject([
      {
        rule: 'hour',
        message: `#${number} waits for its hour, 17 Nov 2026 10:00 Europe/Madrid.`,
        people: [],
      },
    ]);
  });

  test('a freeze came over its hour: both are said', async () => {
    const number = await request({ startsAt: app.now() + 3_600_000 });
    const freeze = { from: '2026-11-17T00:00', to: '2026-11-18T00:00', reason: 'year end' };
    app.world.configuration.environments = [buildEnvironment({ freezes: [freeze] })];
    expect((await why(number)).map(({ rule }) => rule)).toEqual(['hour', 'freezes']);
  });

  test('the environment is locked: by whom and why, and whoever locked it is asked', async () => {
    const number = await request();
    await startDeployment(app, number);
    await lockEnvironment(app, { environment: 'shop', by: 'U0BEN', reason: 'the disk <@U0CAT>' });
    const [lock, ...others] = await why(number);
    expect(others).toEqual([]);
    expect(lock).toMatchObject({ rule: 'lock', people: ['<@U0BEN>'] });
    expect(lock?.message).toContain('is locked by <@U0BEN> since');
    expect(lock?.message).not.toContain('<@U0CAT>');
  });

  test('another one runs there: which, whose, since when and how far; behind both, which are queued before it', async () => {
    const [first, second, third] = [await request(), await request({ by: 'U0BEN' }), await request()];
    await run(first);
    await happens(first, { type: 'server_ended', server: 'web-1', state: 'ok', message: null, to: null });
    for (const number of [second, third]) await startDeployment(app, number);
    expect(await why(first)).toEqual([]);
    expect(await why(third)).toMatchObject([
      {
        rule: 'D-21',
        message: `#${third} waits behind #${first} of <@U0ANA>, in \`shop\` since 17 Nov 2026 09:00 Europe/Madrid: 1 of 4 servers done.`,
        people: ['<@U0ANA>'],
      },
    ]);
  });

  test('nobody holds the environment yet: what was queued before it goes first', async () => {
    const [first, second] = [await request(), await request()];
    for (const number of [first, second]) await startDeployment(app, number);
    expect(await why(first)).toEqual([]);
    expect(await why(second)).toMatchObject([
      { message: expect.stringContaining(`behind #${first}, queued before`) },
    ]);
  });

  test('somebody paused it, and is asked', async () => {
    const number = await request();
    await run(number);
    await happens(number, { type: 'paused', by: 'U0BEN' });
    expect(await why(number)).toMatchObject([
      { rule: 'paused', message: expect.stringContaining('was paused by <@U0BEN>'), people: ['<@U0BEN>'] },
    ]);
  });

  test('a question is open: what, until when, and what happens without an answer', async () => {
    const number = await request();
    await run(number);
    const question: Question = {
      id: 'q1',
      kind: 'failed-step',
      text: 'web-1 failed.',
      task: null,
      group: null,
      choices: ['retry', 'stop'],
      defaultChoice: 'stop',
      deadlineAt: app.now() + 600_000,
    };
    await happens(number, { type: 'question_asked', question });
    expect(await why(number)).toMatchObject([
      {
        rule: 'question',
        message: `#${number} waits for an answer: web-1 failed. Without one until 17 Nov 2026 09:10 Europe/Madrid it is _Stop here_.`,
        wayOut: 'Answer on its card: Retry, Stop here.',
        people: ['<@U0ANA>'],
      },
    ]);
  });

  test('part of it is left: which servers, and what else would keep the rest from beginning', async () => {
    app.world.configuration.environments = [buildSingleCluster(['web-1', 'web-2'])];
    const number = await request();
    await startDeployment(app, number);
    await endAttempt(app, number, { 'web-1': 'ok', 'web-2': 'error' });
    await lockEnvironment(app, { environment: 'shop', by: 'U0BEN', reason: 'no' });
    expect(await why(number)).toMatchObject([
      { rule: 'rest', message: expect.stringContaining('1 server left (web-2)'), people: ['<@U0ANA>'] },
      { rule: 'lock' },
    ]);
  });

  test('it was rejected, cancelled, expired or missed: nobody can lift that', async () => {
    app.world.configuration.environments = [buildEnvironment({ approval })];
    const [rejected, cancelled, expired, missed] = [
      await request(),
      await request(),
      await request(),
      await request(),
    ];
    await rejectDeployment(app, { by: 'U0BEN', number: rejected, reason: 'no' });
    await cancelDeployment(app, { by: 'U0ANA', number: cancelled });
    await happens(expired, { type: 'expired', reason: 'nobody approved it' });
    await happens(missed, { type: 'missed', reason: 'it came late' });
    const said = [];
    for (const number of [rejected, cancelled, expired, missed]) said.push(...(await why(number)));
    expect(said.map(({ message }) => message.replace(/#\d+ /, ''))).toEqual([
      'was rejected by <@U0BEN>.',
      'was cancelled: <@U0ANA>.',
      'expired: nobody approved it.',
      'was not started: it came late.',
    ]);
    expect(said.flatMap(({ people }) => people)).toEqual([]);
  });

  test('deployments were switched off, and Slack does not say who asked for it', async () => {
    const number = await request();
    await startDeployment(app, number);
    app.world.configuration.environments = [buildEnvironment({ deploymentsEnabled: false })];
    app.world.standing.set('U0ANA', 'unknown');
    expect((await why(number)).map(({ rule }) => rule)).toEqual(['D-20', 'D-01']);
  });
});

describe('asking whoever can lift it', () => {
  const locked = async (): Promise<number> => {
    const number = await request();
    await startDeployment(app, number);
    await lockEnvironment(app, { environment: 'shop', by: 'U0BEN', reason: 'the disk' });
    return number;
  };
  const asked = async (number: number) =>
    (await app.store.eventsAfter(number, 0)).flatMap(({ event }) =>
      event.type === 'lift_asked' ? [event] : [],
    );

  test('is written into its log once an hour for each reason, and says who asked before', async () => {
    const number = await locked();
    const ask = async (by = 'U0ANA') => await askToLift(app, { by, number, rule: 'lock' });
    expect(await ask()).toEqual({ ok: true, value: { number, people: ['<@U0BEN>'] } });
    app.clock.now += 3_599_000;
    const again = await ask('U0CAT');
    expect(again.ok ? '' : again.refusals[0]?.message).toBe(
      '<@U0ANA> asked <@U0BEN> already at 17 Nov 2026 09:00 Europe/Madrid.',
    );
    expect(await asked(number)).toHaveLength(1);
    app.clock.now += 1_000;
    expect(await ask('U0CAT')).toMatchObject({ ok: true });
    expect(await asked(number)).toHaveLength(2);
  });

  test('changes nothing about the deployment, whose approval and place stay', async () => {
    const number = await locked();
    const before = await app.store.summary(number);
    await askToLift(app, { by: 'U0ANA', number, rule: 'lock' });
    expect(await app.store.summary(number)).toEqual({ ...before, version: (before?.version ?? 0) + 1 });
  });

  test('is refused when it was lifted meanwhile, and to whoever can lift it alone', async () => {
    const number = await locked();
    const self = await askToLift(app, { by: 'U0BEN', number, rule: 'lock' });
    expect(self.ok ? '' : self.refusals[0]?.message).toContain('You are the one who can lift that');
    await unlockEnvironment(app, { environment: 'shop', by: 'U0BEN' });
    const late = await askToLift(app, { by: 'U0ANA', number, rule: 'lock' });
    expect(late.ok ? '' : late.refusals[0]?.message).toContain('does not keep');
    expect(await asked(number)).toEqual([]);
  });

  test.each(['guest', 'bot', 'stranger', 'deactivated', 'unknown'] as const)(
    'is not for a %s',
    async (standing) => {
      const number = await locked();
      app.world.standing.set('U0CAT', standing);
      expect(await askToLift(app, { by: 'U0CAT', number, rule: 'lock' })).toMatchObject({ ok: false });
      expect(await asked(number)).toEqual([]);
    },
  );

  test('does not take an approval away from the plan that was approved', async () => {
    app.world.configuration.environments = [buildEnvironment({ approval })];
    app.world.configuration.roles['promotion_admin'] = {
      users: ['U0BEN', 'U0CAT'],
      usergroups: [],
      environmentKinds: null,
    };
    const number = await request();
    const planHash = (await app.store.summary(number))?.planHash ?? '';
    await askToLift(app, { by: 'U0ANA', number, rule: 'approval' });
    expect((await asked(number))[0]?.people).toEqual(['<@U0BEN>', '<@U0CAT>']);
    expect(await approveDeployment(app, { by: 'U0BEN', number, planHash })).toMatchObject({ ok: true });
  });
});
