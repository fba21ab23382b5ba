import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { onDirectMessage } from '../../src/slack/command/on-direct-message.ts';
import { ids } from '../../src/slack/ids.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildSingleCluster } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
const approval = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 4,
  remindMinutes: [],
};
let bot: SlackApp;
let number: number;

beforeEach(async () => {
  const environment = buildSingleCluster(['web-1', 'web-2'], { approval });
  bot = await startSlackApp({ by: 'socket', environment });
  const verdict = await requestDeployment(bot.app, buildRequest());
  if (!verdict.ok) throw new Error('refused');
  ({ number } = verdict.value);
});
afterEach(async () => await bot.stop());

const load = async () => {
  const loaded = await loadDeployment(bot.app.store, number);
  if (!loaded.ok) throw new Error('no deployment');
  return loaded.value;
};

/** Posts the card, and writes down where it stands, as the outbox does. */
async function postCard(): Promise<{ channel: string; ts: string }> {
  const { deployment, plan } = await load();
  const content = deploymentCard(deployment, plan, []);
  const key = `card:${number}`;
  const address = { key, deployment: number, channel, threadOf: null, broadcast: false };
  const wanted = { ...address, payload: JSON.stringify(content), digest: 'd' };
  await bot.app.store.tell(number, deployment.version, [wanted], 1);
  const { ts = '' } = await bot.connection.lookUpClient.chat.postMessage({ channel, ...content });
  const message = await bot.app.store.message(key);
  await bot.app.store.setDelivery(message?.id ?? 0, { state: 'delivered', ts, saidDigest: 'd' });
  return { channel, ts };
}

describe('the shortcut Deploy', () => {
  test('opens the empty form from anywhere', async () => {
    const person = bot.slack.person('U0ANA');
    expect(await person.usesShortcut(ids.deployShortcut)).toBe(true);
    const form = await person.modal();
    expect(form.title).toBe('Deploy');
    expect(form.text()).toContain('Choose revisions and an environment');
  });
});

describe('the shortcut on a message', () => {
  test('opens the deployment of a card, and its buttons decide and show what came of it', async () => {
    const card = await postCard();
    const ben = bot.slack.person('U0BEN');
    await ben.usesShortcut(ids.messageShortcut, card);
    const view = await ben.modal();
    expect(view.title).toBe(`Deployment #${number}`);
    expect(view.text()).toContain('waiting for approval');
    await view.press('Approve');
    expect((await load()).deployment.state).toBe('queued');
    await expect.poll(async () => (await ben.modal()).text()).toContain('waiting for the environment');
    expect((await ben.modal()).text()).not.toContain('Approve\n');
  });

  test('says in the same view why a press did nothing', async () => {
    const card = await postCard();
    const ana = bot.slack.person('U0ANA');
    await ana.usesShortcut(ids.messageShortcut, card);
    await (await ana.modal()).press('Approve');
    await expect.poll(async () => (await ana.modal()).text()).toContain('somebody else has to approve it');
  });

  test('works on what a person wrote in the thread, and asks for reasons over the view', async () => {
    const card = await postCard();
    const ben = bot.slack.person('U0BEN');
    ben.says('is this wanted?', { channel, threadTs: card.ts });
    const reply = bot.slack.channel(channel).messages().at(-1)?.thread.at(-1);
    await ben.usesShortcut(ids.messageShortcut, { channel, ts: reply?.ts ?? '' });
    await (await ben.modal()).press('Reject');
    await expect.poll(async () => (await ben.modal()).title).toBe(`Reject #${number}`);
    const form = await ben.modal();
    await form.type('Reason', 'no');
    expect(await form.submit()).toEqual({ closed: true });
    await expect.poll(async () => (await ben.modal()).text()).toContain('Rejected because');
  });

  test('opens Choose… over the view', async () => {
    bot.app.world.configuration.environments = [buildSingleCluster(['web-1', 'web-2'], { approval })];
    const card = await postCard();
    const { planHash } = (await load()).deployment;
    await bot.app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: 1,
      events: [
        { type: 'approved', by: 'U0BEN', roles: ['promotion_admin'], planHash },
        { type: 'queued', behind: null },
      ],
    });
    await endAttempt(bot.app, number, { 'web-1': 'error', 'web-2': 'skipped' });
    const ana = bot.slack.person('U0ANA');
    await ana.usesShortcut(ids.messageShortcut, card);
    await (await ana.modal()).press('Choose…');
    await expect.poll(async () => (await ana.modal()).title).toBe('Deploy again');
  });

  test('says so on a message that belongs to no deployment, and to who is no member', async () => {
    const ben = bot.slack.person('U0BEN');
    ben.says('hello', { channel });
    const hello = bot.slack.channel(channel).messages().at(-1);
    await ben.usesShortcut(ids.messageShortcut, { channel, ts: hello?.ts ?? '' });
    expect((await ben.modal()).text()).toContain('belongs to no deployment');
    const card = await postCard();
    bot.app.world.standing.set('U0CAT', 'guest');
    const cat = bot.slack.person('U0CAT');
    await cat.usesShortcut(ids.messageShortcut, card);
    const text = (await cat.modal()).text();
    expect(text).toContain('members only');
    expect(text).not.toContain('shop@2');
  });
});

describe('direct messages with the bot', () => {
  const answers = (user = 'U0ANA') =>
    bot.slack
      .channel(bot.slack.person(user).direct())
      .messages()
      .filter(({ user: by }) => by !== user)
      .map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`);

  test.each([
    ['list', '*#1* shop@2'],
    ['/deploy show 1', '#1 shop@2 → shop'],
    ['status Shop', 'Nothing is running'],
    ['help lock', '/deploy lock shop'],
    ['good morning', 'no command I know'],
    ['lock shop', 'Say why as well'],
    ['halt', 'Say why as well'],
    ['shop@2 to shpo', 'the nearest is `shop`'],
  ])('%j is read like the text after /deploy and answered there', async (text, answer) => {
    await bot.slack.person('U0ANA').writesToApp(text);
    await expect.poll(answers).toEqual([expect.stringContaining(answer)]);
  });

  test('a decision is made once, however often Slack delivers it', async () => {
    bot.slack.redeliverNext(3);
    await bot.slack.person('U0BEN').writesToApp('lock shop the disk is full');
    await expect.poll(() => answers('U0BEN')).toEqual([expect.stringContaining('`shop` is locked')]);
    expect((await bot.app.store.lock('shop'))?.reason).toBe('the disk is full');
  });

  test('a decision that another process hears again is neither made nor answered twice', async () => {
    const said: string[] = [];
    const postMessage = async ({ text }: { text: string }) => said.push(text);
    const event = {
      type: 'message',
      channel_type: 'im',
      user: 'U0BEN',
      text: 'lock shop full',
      channel: 'D0BEN',
    };
    const args = { event, body: { event_id: 'Ev7' }, client: { chat: { postMessage } } };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const needs = { app: bot.app, listCatalog: async () => [], log };
    for (let process = 0; process < 2; process += 1)
      await onDirectMessage(needs, args as unknown as Parameters<typeof onDirectMessage>[1]);
    expect(said).toEqual([expect.stringContaining('`shop` is locked')]);
  });

  test('a request is answered with a button that opens the form filled in', async () => {
    const ana = bot.slack.person('U0ANA');
    const direct = await ana.writesToApp('shop@2 → shop tomorrow 9pm');
    await expect.poll(() => answers().length).toBe(1);
    const message = bot.slack.channel(direct).messages().at(-1);
    await ana.press(message!, 'Open the form');
    const form = await ana.modal();
    expect(form.submitLabel).toBe('Schedule');
    expect(form.text()).toContain('shop@2');
  });

  test('a page of revisions is turned in its place', async () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ name: `shop@${9 - index}`, description: '' }));
    bot.catalog.splice(0, 1, ...many);
    const ana = bot.slack.person('U0ANA');
    const direct = await ana.writesToApp('revisions');
    await expect.poll(answers).toEqual([expect.stringContaining('page 1 of 2')]);
    await ana.press(bot.slack.channel(direct).messages().at(-1)!, 'More');
    await expect.poll(answers).toEqual([expect.stringContaining('page 2 of 2')]);
  });

  test('/deploy works there', async () => {
    const ana = bot.slack.person('U0ANA');
    const answer = await ana.types('/deploy list', { channel: ana.direct() });
    expect(JSON.stringify(answer.blocks)).toContain('shop@2');
  });

  test.each([
    ['what people say to each other in a channel', { channel_type: 'channel', channel }],
    ['what another bot writes', { bot_id: 'B0OTHER' }],
    ['an edit', { subtype: 'message_changed' }],
  ])('%s is none of the bot’s business', async (_, more) => {
    const direct = bot.slack.person('U0ANA').direct();
    const deliver = async (given: object) =>
      await bot.slack.deliver({
        type: 'events_api',
        payload: {
          type: 'event_callback',
          team_id: 'T0LOCAL',
          api_app_id: 'A0LOCAL',
          event_id: `Ev${JSON.stringify(given)}`,
          event: { type: 'message', channel_type: 'im', user: 'U0ANA', channel: direct, ts: '1.1', ...given },
        },
      });
    await deliver({ text: 'list', ...more });
    await deliver({ text: 'help lock' });
    await expect.poll(answers).toEqual([expect.stringContaining('/deploy lock shop')]);
    expect(bot.slack.channel(channel).messages()).toEqual([]);
  });
});
