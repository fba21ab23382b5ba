import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Role } from '../../src/domain/configured/configuration.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Question } from '../../src/domain/events/question.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { startTellingApp, type TellingApp } from '../helpers/telling-app.ts';

const role = (users: string[], usergroups: string[] = []): Role => ({
  users,
  usergroups,
  environmentKinds: null,
});
const roles = {
  promotion: role(['U0ANA']),
  promotion_admin: role(['U0BEN', 'U0CAT']),
  global_admin: role([]),
};
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [],
};
let bot: TellingApp;

const start = async (more: Partial<ApprovalRule> = {}): Promise<void> => {
  bot = await startTellingApp(buildEnvironment({ approval: { ...approval, ...more } }), { roles });
};
beforeEach(async () => await start());
afterEach(async () => await bot.stop());

const request = async (by = 'U0ANA'): Promise<number> => {
  const verdict = await requestDeployment(bot.app, buildRequest({ by }));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  await bot.told();
  return verdict.value.number;
};
const commit = async (deployment: number, ...events: [DeploymentEvent, ...DeploymentEvent[]]) => {
  const at = bot.app.now();
  await bot.app.store.commit({ deployment, expectedVersion: null, fence: null, at, events });
  await bot.told();
};
const textsOf = (person: string): string[] =>
  bot.directOf(person).map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`);
const stateOf = async (number: number) => {
  const loaded = await loadDeployment(bot.app.store, number);
  return loaded.ok ? loaded.value.deployment.state : null;
};
const onlyOne = (person: string) => {
  const [message, ...more] = bot.directOf(person);
  if (!message || more.length > 0)
    throw new Error(`${person} has ${more.length + (message ? 1 : 0)} messages`);
  return message;
};

describe('whoever can approve', () => {
  test('is asked directly, with what, where, when, why and the plan, and approves right there', async () => {
    const number = await request();
    for (const person of ['U0BEN', 'U0CAT'])
      for (const words of [
        '#1 shop@2 → shop',
        'Begins as soon as',
        'a new page',
        '*Plan*',
        'asked by <@U0ANA>',
      ])
        expect(textsOf(person).join()).toContain(words);
    expect(bot.directOf('U0ANA')).toEqual([]);
    await bot.slack.person('U0BEN').press(onlyOne('U0BEN'), 'Approve');
    expect(await stateOf(number)).toBe('queued');
  });

  test('reads who approved in the same message, which asks nothing any more', async () => {
    await request();
    await bot.slack.person('U0BEN').press(onlyOne('U0BEN'), 'Approve');
    await bot.told();
    for (const person of ['U0BEN', 'U0CAT']) {
      expect(onlyOne(person).blocks).toContainEqual(
        expect.objectContaining({ text: expect.objectContaining({ text: 'Approved by <@U0BEN>.' }) }),
      );
      expect(JSON.stringify(onlyOne(person).blocks)).not.toContain('approve_deployment');
    }
  });

  test('rejects there as well, with a reason, and everybody asked reads it', async () => {
    await request();
    await bot.slack.person('U0CAT').press(onlyOne('U0CAT'), 'Reject');
    const form = await bot.slack.person('U0CAT').modal();
    await form.type('Reason', 'not before the audit');
    await form.submit();
    await bot.told();
    expect(textsOf('U0BEN').join()).toMatch(/Rejected by <@U0CAT>.*not before the audit/);
  });

  test('is not asked where they requested it themselves and the rule excludes that', async () => {
    bot.app.world.configuration.roles['promotion_admin'] = role(['U0ANA', 'U0BEN']);
    await request();
    expect(bot.directOf('U0ANA')).toEqual([]);
    expect(bot.directOf('U0BEN')).toHaveLength(1);
  });

  test('is told that their seat is taken while others are still asked', async () => {
    await bot.stop();
    await start({
      rules: [
        { roles: ['promotion_admin'], required: 1 },
        { roles: ['owner'], required: 1 },
      ],
    });
    Object.assign(bot.app.world.configuration.roles, {
      promotion_admin: role(['U0BEN']),
      global_admin: role(['U0BEN']),
      owner: role(['U0CAT']),
    });
    await request();
    await bot.slack.person('U0BEN').press(onlyOne('U0BEN'), 'Approve');
    await bot.told();
    expect(textsOf('U0BEN').join()).toContain('what is still open takes the role owner');
    expect(textsOf('U0CAT').join()).toContain('approve_deployment');
  });

  test('is asked anew, in a message that is noticed, when the plan changed; the old one says so', async () => {
    await request();
    bot.app.world.configuration.environments = [buildEnvironment({ approval, minInService: 0 })];
    await bot.slack.person('U0BEN').press(onlyOne('U0BEN'), 'Approve');
    await bot.told();
    for (const person of ['U0BEN', 'U0CAT']) {
      const [old, anew, ...more] = textsOf(person);
      expect(more).toEqual([]);
      expect(old).toContain('A newer message asks about the new plan');
      expect(old).not.toContain('approve_deployment');
      expect(anew).toMatch(/The plan changed: .*minInService.*approve_deployment/);
    }
  });

  test('is found in the user groups of the role too', async () => {
    bot.app.world.configuration.roles['promotion_admin'] = role([], ['S0ADM']);
    await request();
    expect([bot.directOf('U0BEN').length, bot.directOf('U0CAT').length]).toEqual([1, 1]);
  });

  test('is not written to as a guest or a former member', async () => {
    bot.app.world.standing.set('U0CAT', 'guest');
    await request();
    expect(bot.directOf('U0CAT')).toEqual([]);
    expect(bot.directOf('U0BEN')).toHaveLength(1);
  });
});

const question = (id: string): Question => ({
  id,
  kind: 'failed-step',
  text: 'The step check failed on web-1.',
  task: null,
  group: null,
  choices: ['retry', 'stop'],
  defaultChoice: 'stop',
  deadlineAt: Date.parse('2026-11-17T08:30:00Z'),
});

describe('a question', () => {
  test('reaches the requester and whoever may deploy there, who answer by its buttons; all read the answer', async () => {
    const number = await request();
    await bot.slack.person('U0BEN').press(onlyOne('U0BEN'), 'Approve');
    await commit(number, { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 });
    await commit(number, { type: 'question_asked', question: question('4') });
    const asked = (person: string) => bot.directOf(person).find(({ text }) => text.includes('it asks'));
    expect(asked('U0ANA')?.text).toContain('The step check failed on web-1.');
    const bens = asked('U0BEN');
    if (!bens) throw new Error('Ben was not asked');
    await bot.slack.person('U0BEN').press(bens, 'Retry');
    await bot.told();
    const anas = bot.directOf('U0ANA').find(({ text }) => text.includes('has an answer'));
    expect(JSON.stringify(anas?.blocks)).toContain('<@U0BEN> answered: *Retry*.');
    expect(JSON.stringify(anas?.blocks)).not.toContain('answer_retry');
  });
});

describe('a requester', () => {
  test('hears directly of a failure with what was printed last, and of no good end', async () => {
    await bot.stop();
    bot = await startTellingApp(buildEnvironment(), { roles });
    const number = await request();
    await endAttempt(bot.app, number, { 'web-1': 'ok' });
    await bot.told();
    expect(bot.directOf('U0ANA').map(({ text }) => text)).toEqual([
      '#1 shop@2 → shop: stopped, part of it is done (onServerFailure: stop)',
    ]);
  });
});
