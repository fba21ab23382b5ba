import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
const environment = buildEnvironment({
  approval: {
    rules: [{ roles: ['promotion_admin'], required: 2 }],
    excludeRequester: true,
    expiresHours: 72,
    remindMinutes: [],
    breakGlass: { persons: 2, minutes: 60 },
  },
});
const role = (...users: string[]) => ({ users, usergroups: [], environmentKinds: null });
/** Ana requests; Ben and Cat approve, and deploy as well. */
const roles = { promotion: role('U0ANA'), promotion_admin: role('U0BEN', 'U0CAT') };

let bot: SlackApp;
let number: number;
beforeEach(async () => {
  bot = await startSlackApp({ by: 'socket', environment });
  bot.app.world.configuration = buildConfiguration([environment], { roles });
  const requested = await requestDeployment(bot.app, buildRequest());
  if (!requested.ok) throw new Error('refused');
  ({ number } = requested.value);
});
afterEach(async () => await bot.stop());

async function load() {
  const loaded = await loadDeployment(bot.app.store, number);
  if (!loaded.ok) throw new Error('no deployment');
  return loaded.value;
}
const events = async (): Promise<DeploymentEvent[]> =>
  (await bot.app.store.eventsAfter(number, 1)).map(({ event }) => event);
const types = async (): Promise<string[]> => (await events()).map(({ type }) => type);

/** The card as it stands now in the channel. */
async function postCard() {
  const { deployment, plan } = await load();
  await bot.connection.lookUpClient.chat.postMessage({ channel, ...deploymentCard(deployment, plan, []) });
  const card = bot.slack.channel(channel).messages().at(-1);
  if (!card) throw new Error('no card');
  return card;
}
const cardText = async (): Promise<string> => JSON.stringify((await postCard()).blocks);
const isTold = async (user: string, words: RegExp): Promise<void> =>
  void (await bot.slack.until(() =>
    bot.slack
      .person(user)
      .ephemerals()
      .some(({ text }) => words.test(text)),
  ));

/** The deployment's card in the app's own tab of a person, where no message is. */
async function homeOf(user: string) {
  const { deployment, plan } = await load();
  const { blocks } = deploymentCard(deployment, plan, []);
  await bot.connection.lookUpClient.views.publish({ user_id: user, view: { type: 'home', blocks } });
  const home = bot.slack.person(user).home();
  if (!home) throw new Error('no home');
  return home;
}
/** A script changes, so that the next press finds another plan. */
async function changeThePlan(): Promise<void> {
  bot.app.world.scripts.set('/lb/disable-cluster', 'another');
  const { planHash } = (await load()).deployment;
  await approveDeployment(bot.app, { by: 'U0CAT', number, planHash });
}

describe('Approve', () => {
  test('on the plan that was asked for counts at once', async () => {
    await bot.slack.person('U0BEN').press(await postCard(), 'Approve');
    expect(await types()).toEqual(['approved']);
  });

  test('on a changed plan shows what changed since this person approved, and counts from there', async () => {
    const ben = bot.slack.person('U0BEN');
    await ben.press(await postCard(), 'Approve');
    await changeThePlan();
    expect(await types()).toEqual(['approved', 'plan_changed']);
    const card = await postCard();
    expect(JSON.stringify(card.blocks)).toMatch(
      /The plan changed\*: the script \/lb\/disable-cluster: `digest o` → `another`/,
    );
    expect(JSON.stringify(card.blocks)).toContain('Approved before, and void now: <@U0BEN> (');
    await ben.press(card, 'Approve');
    const form = await ben.modal();
    expect(form.title).toBe('Approve #1');
    expect(form.text()).toMatch(/You approved the plan of .*; since then:\n• the script/);
    expect(await types()).toEqual(['approved', 'plan_changed']);
    expect(await form.submit()).toEqual({ closed: true });
    expect((await events()).at(-1)).toMatchObject({ type: 'approved', by: 'U0BEN' });
    expect((await load()).deployment.votes).toHaveLength(1);
  });

  test('on a changed plan says to somebody new only that it changed', async () => {
    await changeThePlan();
    const cat = bot.slack.person('U0CAT');
    await cat.press(await postCard(), 'Approve');
    const form = await cat.modal();
    expect(form.text()).toContain('since it was asked for');
    expect(form.text()).not.toContain('You approved the plan of');
  });

  test('whose plan changes once more while the difference is read is refused in its place', async () => {
    await changeThePlan();
    const ben = bot.slack.person('U0BEN');
    await ben.press(await postCard(), 'Approve');
    const form = await ben.modal();
    bot.app.world.scripts.set('/lb/disable-cluster', 'a third');
    expect(await form.submit()).toEqual({ updated: true });
    expect(form.text()).toMatch(/is not what it was.*`another` → `a third`/);
    expect(form.submitLabel).toBe('');
    expect((await load()).deployment.votes).toEqual([]);
  });

  test('by somebody who approved two plans ago shows all that changed since', async () => {
    const ben = bot.slack.person('U0BEN');
    await ben.press(await postCard(), 'Approve');
    await changeThePlan();
    bot.app.world.scripts.set('/lb/enable-cluster', 'new as well');
    await approveDeployment(bot.app, { by: 'U0CAT', number, planHash: (await load()).deployment.planHash });
    await ben.press(await postCard(), 'Approve');
    const text = (await ben.modal()).text();
    expect(text).toContain('/lb/disable-cluster');
    expect(text).toContain('/lb/enable-cluster');
  });
});

describe('a press where no message is', () => {
  test('in App Home decides as on the card, and a refusal comes in a small view', async () => {
    await (await homeOf('U0BEN')).press('Approve');
    expect(await types()).toEqual(['approved']);
    const ana = await homeOf('U0ANA');
    await ana.press('Approve');
    expect((await bot.slack.person('U0ANA').modal()).text()).toContain(
      'You requested #1, so somebody else has to approve it.',
    );
    expect(await types()).toEqual(['approved']);
  });

  test('asks for a reason there as well', async () => {
    await (await homeOf('U0BEN')).press('Reject');
    const form = await bot.slack.person('U0BEN').modal();
    await form.type('Reason', 'not today');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await types()).toEqual(['rejected']);
  });

  test('is answered in a direct message where no view can be shown any more', async () => {
    const home = await homeOf('U0ANA');
    bot.slack.fail({ method: 'views.open', how: 'refused', error: 'expired_trigger_id' });
    await home.press('Approve');
    const direct = () => bot.slack.channel('D00ANA').messages();
    await bot.slack.until(() => direct().length > 0);
    expect(direct().map(({ text }) => text)).toEqual([expect.stringContaining('You requested #1')]);
  });
});

describe('Break glass', () => {
  test('asks why, waits for a second person, and stays on the card until and after somebody looked', async () => {
    const [ben, cat] = [bot.slack.person('U0BEN'), bot.slack.person('U0CAT')];
    await ben.press(await postCard(), 'Break glass');
    const form = await ben.modal();
    expect(form.text()).toContain('Windows, freezes and locks are not lifted.');
    expect(await form.submit()).toEqual({ errors: { Reason: expect.stringMatching(/./) } });
    await form.type('Reason', 'the shop is down');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await types()).toEqual(['glass_asked']);
    const card = await postCard();
    expect(JSON.stringify(card.blocks)).toContain('*<@U0BEN> wants to break the glass*: `the shop is down`.');
    await ben.press(card, 'Confirm break glass');
    await isTold('U0BEN', /You already wanted to break the glass/);
    await cat.press(card, 'Confirm break glass');
    expect(await types()).toEqual(['glass_asked', 'glass_broken', 'queued']);
    expect(await cardText()).toContain(
      '*Broken glass* by <@U0BEN> and <@U0CAT>: `the shop is down`. No approver has looked yet.',
    );
    bot.app.world.configuration.roles['promotion_admin'] = role('U0BEN', 'U0CAT', 'U0DAN');
    await cat.press(await postCard(), 'Seen');
    await isTold('U0CAT', /who neither broke the glass of #1 nor requested it/);
    expect(await types()).not.toContain('glass_seen');
  });

  test('is not offered where it is not configured', async () => {
    expect(await cardText()).toContain('Break glass');
    const { deployment, plan } = await load();
    const { breakGlass: _, ...approval } = plan.environment.approval ?? environment.approval!;
    const usual = { ...plan, environment: { ...plan.environment, approval } };
    expect(JSON.stringify(deploymentCard(deployment, usual, []))).not.toContain('Break glass');
  });

  test('shows a refusal under the reason', async () => {
    const ana = bot.slack.person('U0ANA');
    await ana.press(await postCard(), 'Break glass');
    const form = await ana.modal();
    await form.type('Reason', 'let me');
    expect(await form.submit()).toEqual({
      errors: { Reason: expect.stringContaining('others have to break the glass') },
    });
  });
});
