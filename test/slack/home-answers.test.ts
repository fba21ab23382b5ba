import { afterEach, describe, expect, test } from 'vitest';

import { breakGlass, joinGlass } from '../../src/app/break-glass.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { askForWatcher } from '../../src/app/watch-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { WatchRule } from '../../src/domain/configured/hours.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { startTellingApp, type TellingApp } from '../helpers/telling-app.ts';

const channel = 'C0SHOP';
const hour = 3_600_000;
const role = (...users: string[]) => ({ users, usergroups: [], environmentKinds: null });
const roles = {
  promotion: role('U0ANA', 'U0DAN', 'U0EVE'),
  promotion_admin: role('U0BEN'),
  global_admin: role(),
};
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [],
  breakGlass: { persons: 2, minutes: 60 },
};
const watcher: WatchRule = {
  outside: ['08:00', '18:00'],
  from: ['promotion_admin'],
  confirmMinutes: 15,
  ifAbsent: 'pause',
};
let bot: TellingApp;

const start = async (more: Partial<Environment>) =>
  void (bot = await startTellingApp(buildEnvironment({ channel, ...more }), { roles }));
afterEach(async () => await bot.stop());

async function request(startsAt: number | null = null): Promise<number> {
  const requested = await requestDeployment(bot.app, buildRequest({ startsAt }));
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  await bot.told();
  return requested.value.number;
}
async function glassBroken(): Promise<number> {
  const number = await request();
  const loaded = await loadDeployment(bot.app.store, number);
  if (!loaded.ok) throw new Error('it is gone');
  const { planHash } = loaded.value.deployment;
  const press = { number, planHash, reason: 'the shop is down' };
  for (const broken of [
    await breakGlass(bot.app, { ...press, by: 'U0DAN' }),
    await joinGlass(bot.app, { ...press, by: 'U0EVE' }),
  ])
    if (!broken.ok) throw new Error(JSON.stringify(broken.refusals));
  await bot.told();
  return number;
}
async function openHome(person: string) {
  await bot.slack.screen(person).opensHome();
  return await bot.slack.until(() => bot.slack.person(person).home());
}
const homeSays = async (person: string, words: string) =>
  void (await bot.slack.until(() => bot.slack.person(person).home()?.text().includes(words)));
const happened = async (number: number) =>
  (await bot.app.store.eventsAfter(number, 0)).map(({ event }) => event.type);

describe('broken glass', () => {
  test('waits in the Home of those who would have approved until one has looked, also after its end', async () => {
    await start({ approval });
    const number = await glassBroken();
    expect((await openHome('U0ANA')).text()).not.toContain('Broken glass');
    await endAttempt(bot.app, number, {});
    await bot.told();
    const home = await openHome('U0BEN');
    expect(home.text()).toContain('No approver has looked yet.');
    await home.press('Seen');
    await homeSays('U0BEN', 'Nothing waits for you.');
    expect(await happened(number)).toContain('glass_seen');
  });

  test('takes Approve out of the direct message, and asks to look in its place', async () => {
    await start({ approval });
    const number = await glassBroken();
    const [message, ...others] = bot.directOf('U0BEN');
    expect(others).toEqual([]);
    expect(JSON.stringify(message?.blocks)).not.toContain('approve_deployment');
    await bot.slack.person('U0BEN').press(message!, 'Seen');
    await bot.told();
    expect(await happened(number)).toContain('glass_seen');
    const [told] = bot.directOf('U0BEN');
    expect(JSON.stringify(told?.blocks)).toContain('Seen by <@U0BEN>.');
    expect(JSON.stringify(told?.blocks)).not.toContain('see_glass');
  });
});

describe('a start at night', () => {
  test('waits in the Home of those who may watch, and of nobody else, until one does', async () => {
    await start({ watcher });
    const number = await request(bot.app.now() + 12 * hour);
    bot.app.clock.now += 12 * hour - 60_000;
    await askForWatcher(bot.app, number);
    await bot.told();
    expect((await openHome('U0ANA')).text()).toContain('Nothing waits for you.');
    const home = await openHome('U0BEN');
    expect(home.text()).toContain('Nobody watches it yet: do you?');
    await home.press('I am watching');
    await homeSays('U0BEN', 'Nothing waits for you.');
    expect(await happened(number)).toContain('watch_taken');
  });

  test('is offered in the Home of whom the watcher asked to take over', async () => {
    await start({ watcher: { ...watcher, from: ['promotion_admin', 'promotion'] } });
    const number = await request(bot.app.now() + 12 * hour);
    bot.app.clock.now += 12 * hour - 60_000;
    await askForWatcher(bot.app, number);
    await bot.app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: bot.app.now(),
      events: [
        { type: 'watch_taken', by: 'U0ANA', from: null },
        { type: 'watch_offered', by: 'U0ANA', to: 'U0BEN' },
      ],
    });
    expect((await openHome('U0ANA')).text()).toContain('Nothing waits for you.');
    const home = await openHome('U0BEN');
    expect(home.text()).toContain('@ana asks you to take over.');
    await home.press('I am watching');
    await homeSays('U0BEN', 'Nothing waits for you.');
  });
});
