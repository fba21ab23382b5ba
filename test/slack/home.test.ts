import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { requestDeployment, type RequestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { buildRequest, tuesdayMorning } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const hour = 3_600_000;
const approval = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
};
let bot: SlackApp;
const start = async (more: Partial<Environment> = {}) => {
  bot = await startSlackApp({ by: 'socket', environment: buildEnvironment(more) });
};
afterEach(async () => await bot.stop());

async function open(person: string) {
  await bot.slack.screen(person).opensHome();
  return await bot.slack.until(() => bot.slack.person(person).home());
}

async function request(more: Partial<RequestDeployment> = {}): Promise<number> {
  const requested = await requestDeployment(bot.app, buildRequest(more));
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  return requested.value.number;
}

const showings = () => bot.slack.calls().filter(({ method }) => method === 'views.publish').length;
const shows = async (person: string, words: string | RegExp) =>
  void (await bot.slack.until(() => {
    const text = bot.slack.person(person).home()?.text() ?? '';
    return typeof words === 'string' ? text.includes(words) : words.test(text);
  }));

describe('App Home with nothing in it', () => {
  beforeEach(async () => await start());

  test('says so in a friendly line each, and offers the form', async () => {
    const home = await open('U0ANA');
    for (const words of [
      'New deployment',
      'Nothing waits for you.',
      'Nothing is running.',
      'Nothing is planned for the next 14 days.',
      'nothing was deployed there yet',
      'Nobody has looked yet at what runs on its 4 servers.',
    ])
      expect(home.text()).toContain(words);
    expect(home.blocks.length).toBeLessThan(15);
  });

  test('opens the form, which is sent without a channel and told of in the Home', async () => {
    const home = await open('U0ANA');
    await home.press('New deployment');
    const form = await bot.slack.person('U0ANA').modal();
    await form.choose('Revisions or package', 'shop@2');
    await form.choose('Environment', 'shop');
    await form.type('Reason', 'a new page');
    expect(await form.submit()).toEqual({ closed: true });
    await shows('U0ANA', '#1 shop@2 → shop');
    await shows('U0ANA', 'Running (1)');
  });

  test('is one sentence for whoever is no member, and tells them nothing of any deployment', async () => {
    await request();
    bot.app.world.standing.set('U0CAT', 'guest');
    const home = await open('U0CAT');
    expect(home.blocks).toHaveLength(1);
    expect(home.text()).toContain(
      'Deployments are shown to members only. Guests may not request, approve or stop deployments.',
    );
  });

  test('is not drawn for a look at the messages tab', async () => {
    await bot.slack.deliver({
      type: 'events_api',
      payload: {
        type: 'event_callback',
        team_id: 'T0LOCAL',
        event_id: 'E1',
        event: { type: 'app_home_opened', user: 'U0ANA', tab: 'messages', channel: 'D0ANA' },
      },
    });
    await open('U0BEN');
    expect(bot.slack.person('U0ANA').home()).toBeUndefined();
  });

  test('shows only what is theirs once they chose so, and remembers it', async () => {
    bot.app.world.configuration.environments.push(buildEnvironment({ name: 'bank', kind: 'production' }));
    const promotion = { users: ['U0ANA'], usergroups: [], environmentKinds: ['staging'] };
    bot.app.world.configuration.roles['promotion'] = promotion;
    const before = (await open('U0ANA')).text();
    expect([before.includes('shop'), before.includes('bank')]).toEqual([true, true]);
    await (await open('U0ANA')).press('Only my environments');
    await shows('U0ANA', 'Show all environments');
    const after = (await open('U0ANA')).text();
    expect([after.includes('shop'), after.includes('bank')]).toEqual([true, false]);
    await (await open('U0ANA')).press('Show all environments');
    await shows('U0ANA', 'bank');
  });
});

describe('App Home of people with something to do', () => {
  beforeEach(async () => await start({ approval }));

  test('shows an approval to whoever can give it, with what, where, when, until and why, and to nobody else', async () => {
    await request({ startsAt: tuesdayMorning + 3 * hour });
    const ben = (await open('U0BEN')).text();
    for (const words of [
      'Waiting for you (1)',
      '#1 shop@2 → shop',
      'asked by @ana: `a new page`',
      'approve it before',
      'approved by nobody yet, 0 of 1',
    ])
      expect(ben).toContain(words);
    expect((await open('U0ANA')).text()).toContain('Nothing waits for you.');
  });

  test('approves there, and is drawn anew at once', async () => {
    await request({ startsAt: tuesdayMorning + 3 * hour });
    const home = await open('U0BEN');
    await home.press('Approve');
    await shows('U0BEN', 'Nothing waits for you.');
    const types = (await bot.app.store.eventsAfter(1, 0)).map(({ event }) => event.type);
    expect(types).toContain('approved');
    await shows('U0BEN', 'approved by @ben, 1 of 1');
  });

  test('rejects there with a reason, and shows the plan', async () => {
    await request();
    const home = await open('U0BEN');
    await home.press('Details');
    const details = await bot.slack.person('U0BEN').modal();
    expect(details.title).toBe('Plan of #1');
    await details.dismiss();
    await home.press('Reject');
    const form = await bot.slack.person('U0BEN').modal();
    await form.type('Reason', 'not tonight');
    await form.submit();
    await shows('U0BEN', 'Nothing waits for you.');
    expect((await bot.app.store.summary(1))?.state).toBe('rejected');
  });

  test('is a calendar of the person’s own days, with windows and freezes of what is planned', async () => {
    bot.app.world.configuration.environments[0] = buildEnvironment({
      approval,
      windows: [{ days: ['tue', 'wed'], from: '20:00', to: '23:59', name: 'evening' }],
      freezes: [{ from: '2026-11-24T00:00', to: '2026-11-30T00:00', reason: 'sale' }],
    });
    await request({ startsAt: Date.parse('2026-11-18T20:00:00Z') });
    await request({ startsAt: Date.parse('2026-11-17T20:00:00Z') });
    const text = (await open('U0CAT')).text();
    const [today, tomorrow, frozen] = [
      'Today, Tuesday 17 November',
      'Tomorrow, Wednesday 18 November',
      'Tuesday 24 November',
    ].map((day) => text.indexOf(day));
    expect(today).toBeGreaterThan(0);
    expect(tomorrow).toBeGreaterThan(today ?? 0);
    expect(frozen).toBeGreaterThan(tomorrow ?? 0);
    expect(text).toContain('21:00  *#2 shop@2 → shop* · waits for approval, 0 of 1');
    expect(text).toContain('shop is open 20:00–23:59 (evening)');
    expect(text).toContain('00:00  _shop is frozen until 30 November 00:00: sale_');
  });
});

describe('App Home of an environment that was deployed to', () => {
  beforeEach(async () => await start());
  beforeEach(async () => {
    await request();
    await startDeployment(bot.app, 1);
  });

  test('says what runs where, what was held and why, and the lock and who set it', async () => {
    const states = { 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped', 'web-4': 'skipped' } as const;
    await endAttempt(bot.app, 1, states);
    await bot.app.store.commit({
      deployment: 1,
      expectedVersion: null,
      fence: null,
      at: bot.app.now(),
      events: [
        {
          type: 'service_changed',
          member: 'north',
          servers: ['web-1', 'web-2'],
          inService: 'held',
          reason: 'web-2 failed',
        },
      ],
    });
    await lockEnvironment(bot.app, { by: 'U0BEN', environment: 'shop', reason: 'audit' });
    const ana = (await open('U0ANA')).text();
    for (const words of [
      'last #1 shop@2: stopped, part of it is done',
      'locked by @ben',
      '`audit`',
      '*north* is held out of service since',
      'Waiting for you (1)',
      '*north* in shop is held out of service',
      'Put back in service',
    ])
      expect(ana).toContain(words);
    expect((await open('U0CAT')).text()).toContain('Nothing waits for you.');
    await (await open('U0ANA')).press('Keep out');
    await shows('U0ANA', 'Nothing waits for you.');
  });
});

test('Home says in words that the database cannot be used, and why', async () => {
  await start();
  const { store } = bot.app;
  const { StoreUnavailable } = await import('../../src/store/unavailable.ts');
  store.openHome = async () => {
    throw new StoreUnavailable('its disk is full', 'no room');
  };
  expect((await open('U0ANA')).text()).toContain(
    'Lamplighter cannot use its database now: its disk is full.',
  );
  expect(showings()).toBe(1);
});
