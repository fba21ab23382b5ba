import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment, buildRevision, buildSingleCluster } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
let bot: SlackApp;

afterEach(async () => await bot.stop());

const start = async (more: Partial<Parameters<typeof startSlackApp>[0]> = {}): Promise<void> => {
  bot = await startSlackApp({
    by: 'socket',
    environment: buildSingleCluster(['web-1', 'web-2', 'web-3']),
    ...more,
  });
};

async function request(more: Parameters<typeof buildRequest>[0] = {}): Promise<number> {
  const verdict = await requestDeployment(bot.app, buildRequest(more));
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value.number;
}

async function deploy(ends: Parameters<typeof endAttempt>[2]): Promise<number> {
  const number = await request();
  await startDeployment(bot.app, number);
  await endAttempt(bot.app, number, ends);
  return number;
}

/** What the person alone saw after typing this. */
async function typed(text: string, user = 'U0ANA') {
  const person = bot.slack.person(user);
  await person.types(text, { channel });
  const shown = person.ephemerals().at(-1);
  if (!shown) throw new Error('nothing was answered');
  return { ...shown, text: wordsOf(shown) };
}

const wordsOf = (shown: { text: string; blocks: object[] } | undefined) =>
  `${shown?.text} ${JSON.stringify(shown?.blocks).replaceAll('\\n', '\n')}`;
const lastSaid = (user = 'U0ANA') => wordsOf(bot.slack.person(user).ephemerals().at(-1));

describe('/deploy why', () => {
  beforeEach(async () => await start());

  test('says each reason, and its button asks whoever can lift it once, in the log that the thread tells', async () => {
    const number = await request();
    await startDeployment(bot.app, number);
    await lockEnvironment(bot.app, { environment: 'shop', by: 'U0BEN', reason: 'the disk' });
    const shown = await typed(`/deploy why #${number}`);
    expect(shown.text).toContain('`shop` is locked by <@U0BEN>');
    await bot.slack.person('U0ANA').press(shown, 'Ask @U0BEN');
    await expect.poll(lastSaid).toContain(`Asked <@U0BEN> in the thread of #${number}.`);
    await bot.slack.person('U0ANA').press(shown, 'Ask @U0BEN');
    await expect.poll(lastSaid).toContain('asked <@U0BEN> already');
    const events = await bot.app.store.eventsAfter(number, 0);
    const plan = await bot.app.store.plan((await bot.app.store.summary(number))?.planHash ?? '');
    const lines = factsOf(plan!, events).map((fact) => threadLine(plan!, fact, String));
    expect(lines.filter((line) => line.includes('asks'))).toEqual([
      expect.stringMatching(/^<@U0ANA> asks <@U0BEN>: `shop` is locked by <@U0BEN>/),
    ]);
  });

  test('a click that Slack delivers twice asks once', async () => {
    const number = await request();
    await startDeployment(bot.app, number);
    await lockEnvironment(bot.app, { environment: 'shop', by: 'U0BEN', reason: 'the disk' });
    const shown = await typed(`/deploy why ${number}`);
    bot.slack.redeliverNext(2);
    await bot.slack.person('U0ANA').press(shown, 'Ask @U0BEN');
    await expect.poll(lastSaid).toContain('Asked <@U0BEN>');
    const events = await bot.app.store.eventsAfter(number, 0);
    expect(events.filter(({ event }) => event.type === 'lift_asked')).toHaveLength(1);
  });

  test('whoever can lift it alone is offered no button that asks them', async () => {
    const number = await request();
    await startDeployment(bot.app, number);
    await lockEnvironment(bot.app, { environment: 'shop', by: 'U0ANA', reason: 'the disk' });
    const { text } = await typed(`/deploy why ${number}`);
    expect(text).toContain('is locked by <@U0ANA>');
    expect(text).not.toContain('Ask @');
  });

  test('a refused retry offers the same button', async () => {
    const number = await deploy({ 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped' });
    await lockEnvironment(bot.app, { environment: 'shop', by: 'U0BEN', reason: 'the disk' });
    const shown = await typed(`/deploy retry ${number}`);
    await bot.slack.person('U0ANA').press(shown, 'Ask @U0BEN');
    await expect.poll(lastSaid).toContain('Asked <@U0BEN>');
  });

  test.each(['why 1', 'status shop', 'history shop', 'revisions'])('%s is for members only', async (text) => {
    bot.app.world.standing.set('U0CAT', 'guest');
    expect((await typed(`/deploy ${text}`, 'U0CAT')).text).toContain('by members only');
  });
});

describe('/deploy status', () => {
  test('groups servers by what runs there, and says what is held, waits and is locked', async () => {
    await start();
    await deploy({ 'web-1': 'ok', 'web-2': 'ok', 'web-3': 'error' });
    await bot.app.store.askServers('shop', ['web-1', 'web-2', 'web-3'], bot.app.now());
    const say = async (server: string, readBack: string) =>
      await bot.app.store.answerFor(
        { environment: 'shop', server },
        { at: bot.app.now() + 1, answer: { problem: null, readBack } },
      );
    for (const [server, readBack] of [
      ['web-1', 'shop@2'],
      ['web-2', 'shop@2'],
      ['web-3', 'shop@1'],
    ] as const)
      await say(server, readBack);
    bot.app.clock.now += 90_000;
    const queued = await request();
    await startDeployment(bot.app, queued);
    await lockEnvironment(bot.app, { environment: 'shop', by: 'U0BEN', reason: 'the disk' });
    const { text } = await typed('/deploy status SHOP');
    for (const words of [
      '*2 × `shop@2`*: web-1, web-2',
      '*1 × `shop@1`*: web-3',
      'Known as of 1 min 30 s ago.',
      'Nothing is running.',
      `*#${queued}* shop@2`,
      'is locked by <@U0BEN>',
    ])
      expect(text).toContain(words);
    expect((await typed('/deploy status')).text).toMatch(
      /shop\* · `shop@2` and 1 other · 1 waiting · locked by <@U0BEN>/,
    );
  });

  test('says when the window closes or opens next, and which freezes are ahead', async () => {
    await start({
      environment: buildEnvironment({
        windows: [{ days: ['tue'], from: '08:00', to: '10:00', name: null }],
        freezes: [{ from: '2026-12-20T00:00', to: '2027-01-07T00:00', reason: 'year end' }],
      }),
    });
    expect((await typed('/deploy status shop')).text).toContain('A window is open until');
    expect((await typed('/deploy status shop')).text).toContain(
      'Freeze ahead: year end (2026-12-20 00:00 to 2027-01-07 00:00).',
    );
    bot.app.clock.now += 4 * 3_600_000;
    expect((await typed('/deploy status shop')).text).toContain('The next window opens');
    expect((await typed('/deploy status shpo')).text).toContain('the nearest is `shop`');
  });

  test('fits with a hundred environments of a hundred servers', async () => {
    await start();
    const names = Array.from({ length: 100 }, (_, index) => `web-${index}`);
    bot.app.world.configuration.environments = names.map((name) =>
      buildSingleCluster(names, {
        name: `environment-with-quite-a-long-name-that-says-what-it-is-for-${name}`,
      }),
    );
    const all = await typed('/deploy status');
    expect(all.text).toContain('100 environments');
    expect(all.text).toMatch(/… and \d+ more/);
    // Slack refuses messages of about 12,000 letters, which its documentation does not say.
    expect(all.text.length).toBeLessThan(11_000);
    expect(
      (await typed('/deploy status environment-with-quite-a-long-name-that-says-what-it-is-for-web-7')).text,
    ).toContain('100 × nobody knows');
  });
});

describe('/deploy history', () => {
  test('shows ten with result, duration and who, and More shows the rest in their place', async () => {
    await start();
    for (let count = 0; count < 12; count += 1)
      await request({ by: 'U0BEN', startsAt: bot.app.now() + 9_000_000 });
    await deploy({ 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped' });
    const shown = await typed('/deploy history shop');
    expect(shown.text).toContain('shop: #13 to #4');
    expect(shown.text).toMatch(/\*#13\* shop@2 · stopped, part of it is done in 0.0 s · .* · <@U0ANA>/);
    expect(shown.text).not.toContain('#3*');
    await bot.slack.person('U0ANA').press(shown, 'More');
    await expect.poll(lastSaid).toContain('shop: #3 to #1');
    expect(lastSaid()).not.toContain('More');
  });

  test('of an environment without any says so', async () => {
    await start();
    expect((await typed('/deploy history shop')).text).toContain('Nothing was deployed to shop yet.');
  });
});

describe('/deploy revisions', () => {
  beforeEach(async () => {
    const names = Array.from({ length: 10 }, (_, index) => `shop@${12 - index}`);
    await start({ catalog: names.map((name) => ({ name, description: `page ${name}` })) });
    bot.app.world.revisions = names.map((name) =>
      buildRevision({ version: name.slice(5), author: 'U0BEN', description: `page ${name}` }),
    );
  });

  test('are listed newest first with who made each and what it holds, a page after another', async () => {
    const shown = await typed('/deploy revisions');
    expect(shown.text).toMatch(
      /10 revisions and packages, page 1 of 2[\s\S]*shop@12\* by <@U0BEN>[\s\S]*shop@11/,
    );
    expect(shown.text).toContain('Holds release: runbook release');
    await bot.slack.person('U0ANA').press(shown, 'More');
    await expect.poll(lastSaid).toContain('page 2 of 2');
    expect(lastSaid()).toContain('shop@3');
    expect(lastSaid()).not.toContain('shop@12');
  });

  test('D-18: revisions are searched, and Deploy beside one opens the form with it', async () => {
    const shown = await typed('/deploy revisions SHOP@7');
    expect(shown.text).toContain('1 revision or package');
    const person = bot.slack.person('U0ANA');
    await person.press(shown, 'Deploy');
    const form = await person.modal();
    expect(form.title).toBe('Deploy');
    expect(form.text()).toContain('shop@7');
  });
});

describe('/deploy doctor', () => {
  const finding = (area: string, name: string, state: 'ok' | 'warning' | 'fault') => ({
    area,
    name,
    state,
    message: `says ${state} <!channel>`,
  });
  const found = [
    finding('slack', 'bot token', 'ok'),
    finding('clock', 'clock', 'ok'),
    finding('slack', 'scope groups:read', 'warning'),
    finding('database', 'disk', 'fault'),
    ...Array.from({ length: 200 }, (_, index) => finding('servers', `shop/web-${index}`, 'ok')),
  ];

  test('answers admins: faults first, then warnings, then how much is well', async () => {
    await start({ examine: async () => found });
    bot.app.world.configuration.roles['global_admin'] = {
      users: ['U0BEN'],
      usergroups: [],
      environmentKinds: null,
    };
    await bot.slack.person('U0BEN').types('/deploy doctor', { channel });
    const everything = () => bot.slack.person('U0BEN').ephemerals().map(wordsOf).join('\n');
    await expect.poll(everything).toContain('204 looked at: 1 fault, 1 warning.');
    const said = everything();
    expect(said).toMatch(
      /Fault\* · database · disk[\s\S]*Warning · slack · scope[\s\S]*Well · slack · bot token/,
    );
    expect(said).toContain('and 196 more');
    expect(said).toContain('Well · clock · says ok');
    expect(said).not.toContain('<!channel>');
  });

  test('sends everybody else to an admin, and looks at nothing for them', async () => {
    let looks = 0;
    await start({
      examine: async () => {
        looks += 1;
        return found;
      },
    });
    bot.app.world.configuration.roles['global_admin'] = {
      users: ['U0BEN'],
      usergroups: [],
      environmentKinds: null,
    };
    bot.app.world.configuration.roles['promotion_admin'] = {
      users: ['U0BEN'],
      usergroups: [],
      environmentKinds: null,
    };
    expect((await typed('/deploy doctor')).text).toContain('to admins only. Ask <@U0BEN>');
    await bot.slack.person('U0ANA').writesToApp('doctor');
    expect(looks).toBe(0);
  });
});

describe('/deploy help, and what is no command', () => {
  beforeEach(async () => await start());

  test('give an example with the names of this installation', async () => {
    expect((await typed('/deploy help')).text).toContain('/deploy shop@2 to shop tomorrow 21:00');
    expect((await typed('/deploy help lock')).text).toContain('/deploy lock shop the database');
    expect((await typed('/deploy statsu')).text).toContain(
      'The nearest is `/deploy status`. For example: `/deploy status shop`',
    );
    expect((await typed('/deploy good morning')).text).toContain(
      'The nearest is `/deploy` itself, which opens the form. For example: `/deploy shop@2 to shop tomorrow 21:00`',
    );
  });

  test('says of a command that lacks something how it is typed, and of a word that is none that there is no such command', async () => {
    const said = (await typed('/deploy history')).text;
    expect(said).toContain('It is typed as `/deploy history E`, with E an environment.');
    expect(said).not.toContain('no command');
    expect((await typed('/deploy help lcok')).text).toContain('There is no command `lcok`.');
    expect((await typed('/deploy help lock')).text).not.toContain('There is no command');
  });

  test('a request for an environment that there is not opens the form, which says so and names the nearest', async () => {
    const person = bot.slack.person('U0ANA');
    await person.types('/deploy shop@2 to shpo tomorrow 21:00', { channel });
    const said = (await person.modal()).text();
    expect(said).toContain('shop@2');
    expect(said).toContain('There is no environment `shpo`; the nearest is `shop`.');
    expect(said).toContain('[Schedule]');
  });

  test('a request in another order opens the form with its hour', async () => {
    const person = bot.slack.person('U0ANA');
    await person.types('/deploy shop shop@2 tomorrow 9pm', { channel });
    const form = await person.modal();
    expect(form.submitLabel).toBe('Schedule');
    expect(form.text()).toContain('shop@2');
  });
});
