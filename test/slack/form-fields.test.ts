import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { Window } from '../../src/domain/configured/hours.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildEnvironment, buildPart, buildRevision, buildServer, buildCluster } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
const night: Window = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '22:00',
  to: '06:00',
  name: 'night',
};
let bot: SlackApp;

beforeEach(async () => {
  bot = await startSlackApp({ by: 'socket', environment: buildEnvironment({ windows: [night] }) });
  const { configuration, revisions } = bot.app.world;
  configuration.environments.push(
    buildEnvironment({ name: 'free', kind: 'test' }),
    buildEnvironment({ name: 'bank', kind: 'production' }),
    buildEnvironment({
      name: 'plc',
      payloads: [{ part: 'ladder', role: 'web', placement: 'every-server', run: 'always' }],
    }),
  );
  configuration.roles['promotion'] = {
    users: ['U0ANA'],
    usergroups: [],
    environmentKinds: ['staging', 'test'],
  };
  configuration.catalog.packages.push({ name: 'NIGHT', version: '1', revisions: ['shop@2'] });
  const parts = { ladder: buildPart('release') };
  revisions.push(buildRevision({ name: 'ladder', version: '1', parts, digest: 'f'.repeat(64) }));
});
afterEach(async () => await bot.stop());

const formAfter = async (text: string, user = 'U0ANA') => {
  const person = bot.slack.person(user);
  await person.types(`/deploy ${text}`.trim(), { channel });
  return await person.modal();
};
type Form = Awaited<ReturnType<typeof formAfter>>;

/** What stands between a field and the next one. */
function under(form: Form, field: string): string {
  const words = (block: unknown): string => JSON.stringify(block);
  const start = form.blocks.findIndex((block) => words(block).includes(`"text":"${field}"`));
  const after = form.blocks.slice(start + 1);
  const end = after.findIndex(({ type }) => type === 'input' || type === 'divider');
  return words(after.slice(0, end < 0 ? after.length : end));
}
const optionsOf = (form: Form): string[] => {
  const block = form.blocks.find(({ block_id: id }) => id === 'environment');
  const element = block?.['element'] as { options: { value: string }[] };
  return element.options.map(({ value }) => value);
};

describe('the field Environment', () => {
  test('lists where the person may deploy, and names the others with whom to ask', async () => {
    const form = await formAfter('');
    expect(optionsOf(form)).toEqual(['shop', 'free', 'plc']);
    expect(under(form, 'Environment')).toContain('Not yours: `bank`. Ask <@U0BEN> to request it.');
  });

  test('leaves out what none of the chosen revisions fits, says why, and offers it again without them', async () => {
    const form = await formAfter('shop@2');
    expect(optionsOf(form)).toEqual(['shop', 'free']);
    expect(under(form, 'Environment')).toContain('Left out: `plc`, because shop@2 has no part');
    await form.type('Reason', 'typed before');
    await form.choose('Revisions or package');
    expect(optionsOf(form)).toEqual(['shop', 'free', 'plc']);
    expect(form.text()).toContain('typed before');
  });

  test.each([
    ['somebody else’s', 'shop@2 to bank', 'You may not deploy to `bank`'],
    ['one that is not there', 'shop@2 to shpo', 'There is no environment `shpo`; the nearest is `shop`.'],
  ])('keeps a choice that is %s, and says below it what is wrong', async (_, text, sentence) => {
    const form = await formAfter(text);
    expect(optionsOf(form)).toContain(text.split(' ').at(-1));
    expect(under(form, 'Environment')).toContain(sentence);
    await form.type('Reason', 'a new page');
    expect(await form.submit()).toEqual({ errors: { Environment: expect.stringContaining(sentence) } });
    expect(form.text()).toContain('a new page');
  });

  test('says below it what stands against the place before any revision is chosen', async () => {
    await bot.app.store.lockEnvironment({ environment: 'free', by: 'U0BEN', reason: 'audit', since: 1 });
    const form = await formAfter('');
    await form.choose('Environment', 'free');
    expect(under(form, 'Environment')).toContain('is locked by <@U0BEN>');
  });
});

test.each([
  ['a member without a role', 'U0EVE', /You may not deploy to any environment here.*Ask @ben to request it/s],
  ['a guest', 'U0ANA', /Guests may not request/],
])('%s gets a sentence instead of an empty list', async (_, user, words) => {
  bot.app.world.configuration.roles['promotion']!.users = ['U0ANA'];
  if (user === 'U0ANA') bot.app.world.standing.set(user, 'guest');
  else bot.app.world.configuration.roles['promotion']!.users = [];
  const form = await formAfter('shop@2 to shop');
  expect(form.text()).toMatch(words);
  expect(form.submitLabel).toBe('');
});

describe('the field Revisions or package', () => {
  test('says below it that a package is mixed, also while no environment is chosen', async () => {
    const form = await formAfter('NIGHT@1 shop@2');
    const sentence = '`NIGHT@1` is a package, and a package is not mixed with others.';
    expect(under(form, 'Revisions or package')).toContain(sentence);
    await form.choose('Environment', 'free');
    expect(under(form, 'Revisions or package')).toContain(sentence);
    await form.type('Reason', 'a new page');
    expect(await form.submit()).toEqual({
      errors: { 'Revisions or package': expect.stringContaining(sentence) },
    });
  });

  test('D-19: says below it whose revision it is that a promotion user may not deploy', async () => {
    bot.app.world.revisions.push(buildRevision({ version: '9', author: 'U0EVE', digest: '9'.repeat(64) }));
    const form = await formAfter('shop@9 to free');
    expect(optionsOf(form)).toContain('free');
    expect(under(form, 'Revisions or package')).toContain('`shop@9` is by <@U0EVE>');
  });

  test('says below it that everything is there already', async () => {
    const server = (name: string) => ({ environment: 'free', server: name });
    const answer = { problem: null, readBack: 'shop@2' };
    const names = ['web-1', 'web-2', 'web-3', 'web-4'];
    await bot.app.store.askServers('free', names, bot.app.now());
    for (const name of names.slice(1))
      await bot.app.store.answerFor(server(name), { at: bot.app.now(), answer });
    const words = 'All 4 servers say `shop@2` already';
    expect((await formAfter('shop@2 to free')).text()).not.toContain(words);
    await bot.app.store.answerFor(server('web-1'), { at: bot.app.now(), answer });
    expect(under(await formAfter('shop@2 to free'), 'Revisions or package')).toContain(words);
  });

  test('finds what has a part for the environment that is chosen', async () => {
    const form = await formAfter('');
    expect(await form.search('Revisions or package', '')).toEqual(['shop@2', 'ladder@1']);
    await form.choose('Environment', 'plc');
    expect(await form.search('Revisions or package', '')).toEqual(['ladder@1']);
  });
});

describe('the field Servers', () => {
  test('keeps a chosen server that was switched off meanwhile, and says below it what is wrong', async () => {
    const form = await formAfter('shop@2 to free');
    await form.choose('Servers', 'web-1', 'web-2');
    const { environments } = bot.app.world.configuration;
    const south = buildCluster('south', ['web-3', 'web-4']);
    const north = buildCluster('north', ['web-1', buildServer('web-2', { enabled: false })]);
    bot.app.world.configuration.environments = environments.map((environment) =>
      environment.name === 'free' ? { ...environment, clusters: [north, south] } : environment,
    );
    await form.choose('When', 'Now');
    expect(under(form, 'Servers')).toContain('server web-2 is switched off or has another role');
    await form.choose('When', 'Now');
    expect(form.text()).toMatch(/Servers \(optional\): .*web-2/);
    // Slack shows as chosen only what is among the options.
    expect(JSON.stringify(form.blocks)).toMatch(/"Cannot be deployed to".*"options":\[[^\]]*"web-2"/);
    await form.type('Reason', 'a new page');
    expect(await form.submit()).toEqual({ errors: { Servers: expect.stringContaining('server web-2 is') } });
  });
});

describe('the time', () => {
  test('outside the window is said below When with the next opening, and as its error', async () => {
    const form = await formAfter('shop@2 to shop');
    const sentence = 'lies outside every window of `shop`';
    expect(under(form, 'When')).toContain(sentence);
    expect(under(form, 'When')).toContain('The next window opens 17 Nov 2026 22:00 Europe/Madrid');
    await form.type('Reason', 'a new page');
    expect(await form.submit()).toEqual({ errors: { When: expect.stringContaining(sentence) } });
  });

  test('that has passed is said below Date and time, and as its error', async () => {
    const form = await formAfter('shop@2 to shop tomorrow 23:00');
    expect(under(form, 'Date and time')).toContain(
      '18 Nov 2026 23:00 Europe/Madrid, for you and for `shop`.',
    );
    expect(under(form, 'Date and time')).not.toContain('Not possible');
    await form.pickDateTime('Date and time', bot.app.now() / 1_000 - 3_600 * 3);
    expect(under(form, 'Date and time')).toContain('17 Nov 2026 06:00 Europe/Madrid has passed.');
    await form.type('Reason', 'a new page');
    expect(await form.submit()).toEqual({
      errors: { 'Date and time': expect.stringContaining('has passed. (O-01)') },
    });
  });

  test('that is not chosen yet is not judged by what holds now', async () => {
    const form = await formAfter('shop@2 to shop');
    await form.choose('When', 'At a date and time');
    expect(form.text()).not.toContain('lies outside every window');
  });
});

describe('what is not about a field stands with the plan', () => {
  test('what else is planned there, and the place in the queue', async () => {
    for (const startsAt of [null, bot.app.now() + 3_600_000])
      expect(await requestDeployment(bot.app, buildRequest({ environment: 'free', startsAt }))).toMatchObject(
        { ok: true },
      );
    const form = await formAfter('shop@2 to free');
    expect(form.text()).toContain('*#1* shop@2: waiting for the environment, @ana');
    expect(form.text()).toContain('*#2* shop@2: scheduled, 17 Nov 2026 09:00, @ana');
    expect(form.text()).toContain('To begin now it waits for #1, as number 2 in line.');
  });
});

describe('a form that is sent before its plan has come', () => {
  test('comes back with it once, and is taken then', async () => {
    const form = await formAfter('');
    await form.choose('Revisions or package', 'shop@2');
    const { findRevision } = bot.app;
    let isAsked = false;
    bot.app.findRevision = async () => {
      isAsked = true;
      return await new Promise(() => undefined);
    };
    void form.choose('Environment', 'free');
    await bot.slack.until(() => isAsked);
    bot.app.findRevision = findRevision;
    await form.type('Reason', 'at once');
    expect(await form.submit()).toEqual({ updated: true });
    expect(form.text()).toContain('The plan had not come when this was sent.');
    expect(form.text()).toContain('half by half over clusters');
    expect(form.text()).toContain('at once');
    expect(await bot.app.store.summary(1)).toBeNull();
    expect(await form.submit()).toEqual({ closed: true });
    expect(await bot.app.store.summary(1)).toMatchObject({ environment: 'free' });
  });
});

describe('a form whose plan fails after a change', () => {
  test('keeps every field, says so, and comes to its plan with the next change', async () => {
    const form = await formAfter('shop@2 to free');
    await form.type('Reason', 'typed before');
    const { findRevision } = bot.app;
    bot.app.findRevision = async () => await Promise.reject(new Error('canary'));
    await form.choose('Servers', 'web-1');
    expect(form.text()).toContain('The plan could not be made; the log of Lamplighter says why.');
    for (const words of ['shop@2', 'Environment: free', 'web-1', 'typed before'])
      expect(form.text()).toContain(words);
    bot.app.findRevision = findRevision;
    await form.choose('Servers', 'web-2');
    expect(form.text()).toContain('*Plan*: 1 server');
    expect(form.text()).toContain('typed before');
  });
});
