import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { onChooseSubmit } from '../../src/slack/card/on-choose.ts';
import { encodeButton, ids } from '../../src/slack/ids.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment, buildSingleCluster } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
const what = 'What is deployed again';
const byName = 'Servers by name';
const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4', 'web-5']);
let bot: SlackApp;
let number: number;

beforeEach(async () => (bot = await startSlackApp({ by: 'socket', environment })));
beforeEach(async () => {
  const requested = await requestDeployment(bot.app, buildRequest());
  if (!requested.ok) throw new Error('refused');
  ({ number } = requested.value);
  await startDeployment(bot.app, number);
  await endAttempt(bot.app, number, {
    'web-1': 'ok',
    'web-2': 'error',
    'web-3': 'skipped',
    'web-4': 'error',
    'web-5': 'skipped',
  });
});
afterEach(async () => await bot.stop());

async function load() {
  const loaded = await loadDeployment(bot.app.store, number);
  if (!loaded.ok) throw new Error('no deployment');
  return loaded.value;
}

/** The card as it stands now in the channel. */
async function postCard() {
  const { deployment, plan } = await load();
  await bot.connection.lookUpClient.chat.postMessage({ channel, ...deploymentCard(deployment, plan, []) });
  const card = bot.slack.channel(channel).messages().at(-1);
  if (!card) throw new Error('no card');
  return card;
}

async function formOf(user = 'U0ANA') {
  const person = bot.slack.person(user);
  await person.press(await postCard(), 'Choose…');
  return await person.modal();
}

const chosen = async () => (await load()).deployment.retryServers;
const errorUnder = (field: string, words: RegExp) => ({ errors: { [field]: expect.stringMatching(words) } });

describe('Choose… beside Deploy the remaining N', () => {
  test('opens with the failed ones, says what sending it does, and does that alone', async () => {
    const form = await formOf();
    expect(form.title).toBe('Deploy again');
    expect(form.submitLabel).toBe('Deploy 2 servers');
    for (const words of ['All that remains (4)', 'Only the failed (2)', 'web-2, web-4', byName])
      expect(form.text()).toContain(words);
    expect(form.text()).toContain(
      'Sending this deploys *web-2, web-4* as soon as the environment is free. As before: web-3, web-5.',
    );
    expect(form.text()).not.toContain('Servers\n');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await chosen()).toEqual(['web-2', 'web-4']);
  });

  test('takes all that remains', async () => {
    const form = await formOf();
    await form.choose(what, 'All that remains (4)');
    expect(form.submitLabel).toBe('Deploy 4 servers');
    expect(form.text()).not.toContain('As before');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await chosen()).toEqual(['web-2', 'web-3', 'web-4', 'web-5']);
  });

  test('offers by name what remains and nothing else, and deploys in the order of the plan', async () => {
    const form = await formOf();
    await form.choose(what, byName);
    await expect(form.choose('Servers', 'web-1')).rejects.toThrow('There is: web-2, web-3, web-4, web-5.');
    await form.choose('Servers', 'web-5', 'web-3');
    expect(form.submitLabel).toBe('Deploy 2 servers');
    expect(form.text()).toContain('Sending this deploys *web-3, web-5*');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await chosen()).toEqual(['web-3', 'web-5']);
  });

  test('is not sent without a name, and keeps what was chosen', async () => {
    const form = await formOf();
    await form.choose(what, byName);
    expect(form.submitLabel).toBe('Deploy');
    expect(await form.submit()).toEqual(errorUnder('Servers', /required/));
    await form.choose('Servers', 'web-3');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await chosen()).toEqual(['web-3']);
  });

  test('that was sent before the field for the names could be drawn comes back with it', async () => {
    const { version, planHash } = (await load()).deployment;
    const acks: unknown[] = [];
    const needs = { app: bot.app, listCatalog: async () => [], log: pino({ level: 'silent' }) };
    await onChooseSubmit(needs, {
      body: { user: { id: 'U0ANA' }, trigger_id: 'early' },
      view: {
        private_metadata: encodeButton({ number, version, planHash, question: null }),
        blocks: [],
        state: {
          values: { [ids.chosenPart]: { [ids.chosenPart]: { selected_option: { value: 'chosen' } } } },
        },
      },
      ack: async (answer: unknown) => void acks.push(answer),
    } as never);
    expect(acks).toMatchObject([{ response_action: 'update' }]);
    expect(JSON.stringify(acks)).toContain('multi_static_select');
    expect(await chosen()).toBeNull();
  });

  test('tells whoever may not deploy there why, and who can, without a form', async () => {
    const cat = bot.slack.person('U0CAT');
    await cat.press(await postCard(), 'Choose…');
    await bot.slack.until(() =>
      cat.ephemerals().some(({ text }) => /You may not deploy to `shop`.*Ask <@U0BEN>/s.test(text)),
    );
    await expect(cat.modal({ timeoutMs: 50 })).rejects.toThrow('A view for U0CAT');
  });

  test('that was sent three times over, as Slack delivers it, is one retry', async () => {
    const form = await formOf();
    bot.slack.redeliverNext(3);
    expect(await form.submit()).toEqual({ closed: true });
    const types = (await bot.app.store.eventsAfter(number, 0)).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'retry_requested')).toHaveLength(1);
  });
});

describe('a form that somebody else was quicker than', () => {
  const ben = { by: 'U0BEN', choice: { servers: ['web-3'] }, shownVersion: null };

  test('is told who and when while that runs; nothing is written, and what was chosen stays', async () => {
    const form = await formOf();
    await form.choose(what, byName);
    await form.choose('Servers', 'web-3', 'web-5');
    expect((await retryDeployment(bot.app, { ...ben, number })).ok).toBe(true);
    const { version } = (await load()).deployment;
    expect(await form.submit()).toEqual(
      errorUnder(
        'Servers',
        /already sent on to 1 of the remaining 4 servers by <@U0BEN> at 17 Nov 2026 09:00/,
      ),
    );
    expect((await load()).deployment.version).toBe(version);
    expect(form.text()).toContain('web-5');
  });

  test('comes back with who and when and what remains now, keeps the choice, and can be sent then', async () => {
    const form = await formOf();
    await form.choose(what, byName);
    await form.choose('Servers', 'web-3', 'web-5');
    expect((await retryDeployment(bot.app, { ...ben, number })).ok).toBe(true);
    await endAttempt(bot.app, number, { 'web-3': 'ok' });
    const { version } = (await load()).deployment;
    await form.submit();
    expect((await load()).deployment.version).toBe(version);
    expect(form.isOpen).toBe(true);
    expect(form.text()).toContain('servers by @ben at 17 Nov 2026 09:00');
    expect(form.text()).toContain('Sending this deploys *web-5*');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await chosen()).toEqual(['web-5']);
  });

  test('says so at the next change where nothing is left to choose', async () => {
    const form = await formOf();
    expect((await retryDeployment(bot.app, { ...ben, number, choice: 'remaining' })).ok).toBe(true);
    await form.choose(what, 'All that remains (4)');
    expect(form.submitLabel).toBe('');
    expect(form.text()).toContain('#1 was already sent on to the remaining servers by @ben at 17 Nov 2026');
  });
});

test('Deploy the remaining N of a card from before is told who deployed a part meanwhile, and changes nothing', async () => {
  const card = await postCard();
  const ben = { by: 'U0BEN', number, choice: { servers: ['web-3'] }, shownVersion: null };
  expect((await retryDeployment(bot.app, ben)).ok).toBe(true);
  await endAttempt(bot.app, number, { 'web-3': 'ok' });
  const ana = bot.slack.person('U0ANA');
  await ana.press(card, 'Deploy the remaining 4');
  await bot.slack.until(() =>
    ana.ephemerals().some(({ text }) => /servers by <@U0BEN> at 17 Nov/.test(text)),
  );
  expect(await chosen()).toBeNull();
  await ana.press(await postCard(), 'Deploy the remaining 3');
  expect(await chosen()).toEqual(['web-2', 'web-4', 'web-5']);
});

describe('/deploy retry', () => {
  const answer = async (text: string): Promise<string> => {
    const ana = bot.slack.person('U0ANA');
    await ana.types(`/deploy retry ${number} ${text}`.trim(), { channel });
    await bot.slack.until(() => ana.ephemerals().length > 0);
    return ana.ephemerals().at(-1)?.text ?? '';
  };

  test.each([
    ['only failed', '#1 deploys web-2, web-4; web-3, web-5 remain as before.', ['web-2', 'web-4']],
    [
      'web-5, web-2 web-3',
      '#1 deploys web-2, web-3, web-5; web-4 remains as before.',
      ['web-2', 'web-3', 'web-5'],
    ],
    ['', '#1 deploys the remaining web-2, web-3, web-4, web-5.', ['web-2', 'web-3', 'web-4', 'web-5']],
  ])('%j deploys that part, and says what remains', async (text, sentence, servers) => {
    expect(await answer(text)).toBe(sentence);
    expect(await chosen()).toEqual(servers);
  });

  test('refuses a name that it does not know with those that would be right', async () => {
    expect(await answer('web-6')).toMatch(/`web-6` is no server of this plan .*what remain are web-2, web-3/);
    expect(await chosen()).toBeNull();
  });
});

describe('the form over very many servers', () => {
  test('groups them by cluster, and no group is longer than Slack takes', async () => {
    const names = Array.from({ length: 230 }, (_, index) => `s-${index}`);
    await bot.stop();
    bot = await startSlackApp({
      by: 'socket',
      environment: buildEnvironment({ ...buildSingleCluster(names), minInService: 0 }),
    });
    const requested = await requestDeployment(bot.app, buildRequest());
    if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
    ({ number } = requested.value);
    await startDeployment(bot.app, number);
    await endAttempt(bot.app, number, Object.fromEntries(names.map((name) => [name, 'skipped' as const])));
    const form = await formOf();
    await form.choose('Servers', 's-229', 's-0', 's-101');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await chosen()).toEqual(['s-0', 's-101', 's-229']);
  });
});
