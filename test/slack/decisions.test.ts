import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { encodeButton, ids } from '../../src/slack/ids.ts';
import { createPeople } from '../../src/slack/people.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const environment = buildEnvironment({
  approval: {
    rules: [{ roles: ['promotion_admin'], required: 1 }],
    excludeRequester: true,
    expiresHours: 24,
    remindMinutes: [],
  },
});
const roles = {
  promotion: { users: ['U0ANA'], usergroups: [], environmentKinds: null },
  promotion_admin: { users: [], usergroups: ['S0ADM'], environmentKinds: null },
};

let bot: SlackApp;
let number: number;
beforeEach(async () => {
  bot = await startSlackApp({ by: 'socket', environment });
  const { app, connection } = bot;
  app.world.configuration = buildConfiguration([environment], { roles });
  app.findPerson = createPeople({
    client: connection.lookUpClient,
    teamId: async () => await connection.teamId(),
    configuration: () => app.world.configuration,
    now: () => app.clock.now,
    log: { warn: () => undefined },
  });
  const requested = await requestDeployment(app, buildRequest());
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  ({ number } = requested.value);
});
afterEach(async () => await bot.stop());

let presses = 0;
/** A press on a button of the card as it stood before anybody decided. */
async function press(user: string, id: string, question: string | null = null): Promise<void> {
  const loaded = await loadDeployment(bot.app.store, number);
  if (!loaded.ok) throw new Error('no deployment');
  const { planHash } = loaded.value.deployment;
  presses += 1;
  const { acknowledged } = await bot.slack.deliver({
    type: 'interactive',
    payload: {
      type: 'block_actions',
      user: { id: user, team_id: 'T0LOCAL' },
      team: { id: 'T0LOCAL' },
      channel: { id: 'C0SHOP', name: 'shop' },
      trigger_id: `7.7.${presses}`,
      response_url: bot.slack.answerUrl(user, 'C0SHOP'),
      actions: [
        {
          type: 'button',
          action_id: id,
          block_id: 'card',
          value: encodeButton({ number, version: 1, planHash, question }),
        },
      ],
    },
  });
  expect(acknowledged).toBe(true);
}

const events = async (): Promise<DeploymentEvent[]> =>
  (await bot.app.store.eventsAfter(number, 0)).map(({ event }) => event);
const types = async (): Promise<string[]> => (await events()).map(({ type }) => type);
const told = (user: string): string[] =>
  bot.slack
    .person(user)
    .ephemerals()
    .map(({ text }) => text);
const isTold = async (user: string, words: RegExp): Promise<void> => {
  await bot.slack.until(() => told(user).some((text) => words.test(text)));
};

describe('two people who press at the same moment', () => {
  test('on Approve make one approval and one start, and the second is told who was first, and when', async () => {
    await Promise.all([press('U0BEN', ids.approve), press('U0CAT', ids.approve)]);
    expect((await types()).filter((type) => type === 'approved' || type === 'queued')).toEqual([
      'approved',
      'queued',
    ]);
    const [first] = (await events()).flatMap((event) => (event.type === 'approved' ? [event.by] : []));
    const second = first === 'U0BEN' ? 'U0CAT' : 'U0BEN';
    await isTold(second, new RegExp(`#1 was already approved by <@${first}> at 17 Nov 2026 09:00`));
    expect(told(first ?? '')).toEqual([]);
  });

  test('on two answers to one question make one answer, and the second is told which, by whom and when', async () => {
    await asks();
    await Promise.all([press('U0BEN', ids.answer('stop'), 'q1'), press('U0CAT', ids.answer('retry'), 'q1')]);
    const answers = (await events()).flatMap((event) => (event.type === 'question_answered' ? [event] : []));
    expect(answers).toHaveLength(1);
    const by = answers[0]?.by;
    const choice = answers[0]?.choice === 'stop' ? 'Stop here' : 'Retry';
    await isTold(
      by === 'U0BEN' ? 'U0CAT' : 'U0BEN',
      new RegExp(`already answered with "${choice}" by <@${by}> at 17`),
    );
  });

  test('one of them three times over, as Slack delivers it, hears nothing of the repetitions', async () => {
    bot.slack.redeliverNext(3);
    await press('U0BEN', ids.approve);
    expect((await types()).filter((type) => type === 'approved')).toHaveLength(1);
    await press('U0CAT', ids.approve);
    await isTold('U0CAT', /already approved/);
    expect(told('U0BEN')).toEqual([]);
  });
});

describe('a button of a card that is older than the deployment', () => {
  test.each([
    ['Approve', ids.approve, /#1 was already cancelled by <@U0ANA> at 17 Nov 2026 09:00/],
    ['Cancel', ids.cancel, /#1 was already cancelled by <@U0ANA> at 17 Nov 2026 09:00/],
    ['Deploy the remaining', ids.retry, /There is nothing of #1 to deploy again: it is cancelled/],
    ['an answer', ids.answer('retry'), /This question of #1 has been answered already/],
  ])('%s is answered with who did it and when, and changes nothing', async (_, id, words) => {
    await press('U0ANA', ids.cancel);
    const before = await types();
    await press('U0BEN', id, 'q9');
    await isTold('U0BEN', words);
    expect(await types()).toEqual(before);
  });

  test('Stop that was pressed before is answered with who did it and when', async () => {
    await asks();
    await press('U0BEN', ids.stop);
    await press('U0CAT', ids.stop);
    await isTold('U0CAT', /#1 was already stopped by <@U0BEN> at 17 Nov 2026 09:00/);
    expect((await types()).filter((type) => type === 'stop_requested')).toHaveLength(1);
  });
});

describe('an approval by somebody who', () => {
  test.each([
    ['was deactivated', 'account deactivated', () => bot.slack.changePerson('U0BEN', { deleted: true })],
    ['became a guest', 'now a guest', () => bot.slack.changePerson('U0BEN', { isGuest: true })],
    ['left the role', 'no longer in the role', () => bot.slack.fillUsergroup('S0ADM', ['U0CAT'])],
  ])('%s counts no more at the start, and the reason is told', async (_, reason, leave) => {
    await press('U0BEN', ids.approve);
    leave();
    bot.app.clock.now += 61_000;
    expect(await admit()).toBe(false);
    expect(await types()).not.toContain('attempt_started');
    const changed = (await events()).find((event) => event.type === 'plan_changed');
    expect(JSON.stringify(changed)).toContain(`<@U0BEN> (${reason}) may no longer approve for`);
    const again = await loadDeployment(bot.app.store, number);
    const planHash = again.ok ? again.value.deployment.planHash : '';
    expect(await approveDeployment(bot.app, { by: 'U0CAT', number, planHash })).toMatchObject({ ok: true });
    expect(await admit()).toBe(true);
  });

  test.each(['users.info', 'usergroups.users.list'])(
    'cannot be looked up (%s) neither counts nor is void: the start waits',
    async (method) => {
      await press('U0BEN', ids.approve);
      bot.app.clock.now += 61_000;
      for (const how of ['500', 'html', 'reset', 'ratelimited', 'drop-reply'] as const) {
        const lift = bot.slack.fail({ method, times: Infinity, how });
        await expect(admit()).rejects.toThrow('so the start waits');
        lift();
      }
      expect(await types()).not.toContain('plan_changed');
      expect(await admit()).toBe(true);
    },
  );
});

/** What the executor does when the environment is free. */
async function admit(): Promise<boolean> {
  const at = bot.app.clock.now;
  const claim = { deployment: number, holder: `holder-${at}`, at, staleBefore: at + 1 };
  const lease = await bot.app.store.claim(claim);
  if (!lease) throw new Error('the environment is not free');
  return await admitDeployment(bot.app, lease);
}

/** It runs, and asks what only a person can say. */
async function asks(): Promise<void> {
  const question = {
    id: 'q1',
    kind: 'unknown-task' as const,
    text: 'What became of web-1?',
    task: 1,
    group: null,
    choices: ['retry' as const, 'stop' as const],
    defaultChoice: 'stop' as const,
    deadlineAt: bot.app.clock.now + 60_000,
  };
  const outcome = await bot.app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence: null,
    at: bot.app.clock.now,
    events: [
      { type: 'queued', behind: null },
      { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 },
      { type: 'question_asked', question },
    ],
  });
  if (!outcome.ok) throw new Error(outcome.why);
}
