import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { delegateAll } from '../../src/app/delegate-vote.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { takeVotesBack } from '../../src/app/take-votes-back.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Role } from '../../src/domain/configured/configuration.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { type PersonSettings, usualSettings, weekdays } from '../../src/domain/person-settings.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildCluster, buildEnvironment, buildServer } from '../helpers/build.ts';
import { startTellingApp, type TellingApp } from '../helpers/telling-app.ts';

const channel = 'C0SHOP';
const hour = 3_600_000;
const role = (...users: string[]): Role => ({ users, usergroups: [], environmentKinds: null });
const roles = { promotion: role('U0ANA'), promotion_admin: role(), global_admin: role() };
const approval: ApprovalRule = {
  rules: [{ roles: ['owner'], required: 1, perOwner: true }],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [],
};
/** Ben owns both servers of the north and Ana, who requests, the one of the south; Cat owns nothing. */
const clusters = [
  buildCluster(
    'north',
    ['web-1', 'web-2'].map((name) => buildServer(name, { owner: 'U0BEN' })),
  ),
  buildCluster('south', [buildServer('web-3', { owner: 'U0ANA' })]),
];
let bot: TellingApp;

async function start(more: Partial<Environment> = {}): Promise<void> {
  bot = await startTellingApp(buildEnvironment({ approval, channel, clusters, ...more }), { roles });
}
beforeEach(async () => await start());
afterEach(async () => await bot.stop());

async function request(startsAt: number | null = null): Promise<number> {
  const requested = await requestDeployment(bot.app, buildRequest({ acceptedWarnings: 'all', startsAt }));
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  await bot.told();
  return requested.value.number;
}
async function handOver(until = bot.app.now() + 2 * hour): Promise<void> {
  const verdict = await delegateAll(bot.app, { by: 'U0BEN', to: 'U0CAT', environment: 'shop', until });
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  await bot.told();
}
const textsOf = (person: string) => bot.directOf(person).map(({ blocks }) => JSON.stringify(blocks));
const messages = () => bot.slack.channel(channel).messages();
const cardText = () => JSON.stringify(messages()[0]?.blocks);
const pinged = () => messages().flatMap((card) => [card, ...card.thread].flatMap(({ pings }) => pings));
const votes = async (number: number) =>
  (await bot.app.store.eventsAfter(number, 0)).flatMap(({ event }) =>
    event.type === 'approved' ? [`${event.by} for ${event.for ?? 'themself'}`] : [],
  );
async function openHome(person: string) {
  await bot.slack.screen(person).opensHome();
  return await bot.slack.until(() => bot.slack.person(person).home());
}
const homeSays = async (person: string, words: string) =>
  void (await bot.slack.until(() => bot.slack.person(person).home()?.text().includes(words)));

describe('the owner of servers', () => {
  test('is asked directly, stands on the card without being called, and one press approves for both servers', async () => {
    const number = await request();
    expect(cardText()).toContain('Open: @ben as the owner of web-1, web-2');
    expect(textsOf('U0BEN')).toEqual([
      expect.stringContaining('Waits for your approval*, as the owner of web-1, web-2 · asked by <@U0ANA>'),
    ]);
    expect([...bot.directOf('U0ANA'), ...bot.directOf('U0CAT')]).toEqual([]);
    await bot.slack.person('U0BEN').press(bot.directOf('U0BEN')[0]!, 'Approve');
    await bot.told();
    expect(await votes(number)).toEqual(['U0BEN for themself']);
    expect((await bot.app.store.summary(number))?.state).toBe('queued');
    expect(cardText()).toContain('Approved by @ben, 1 of 1');
    expect(textsOf('U0BEN').join()).toContain('Approved by <@U0BEN>.');
    expect(pinged()).toEqual([]);
  });

  test('is read in the form before anybody asks for it', async () => {
    await bot.slack.person('U0ANA').types('/deploy shop@2 to shop', { channel });
    const form = await bot.slack.person('U0ANA').modal();
    expect(form.text()).toContain('*Approvals*: @ben as the owner of web-1, web-2');
  });

  test('approves from Home', async () => {
    const number = await request();
    const home = await openHome('U0BEN');
    expect(home.text()).toContain('waits for your approval');
    await home.press('Approve');
    await homeSays('U0BEN', 'Nothing waits for you.');
    expect(await votes(number)).toEqual(['U0BEN for themself']);
  });

  test('is shown what changed since their own approval, and approves that', async () => {
    const more = [...clusters, buildCluster('west', [buildServer('web-4', { owner: 'U0CAT' })])];
    bot.app.world.configuration.environments = [buildEnvironment({ approval, channel, clusters: more })];
    const number = await request();
    await bot.slack.person('U0BEN').press(bot.directOf('U0BEN')[0]!, 'Approve');
    await bot.told();
    expect(cardText()).toContain('1 of 2 · Open: @cat as the owner of web-4');
    bot.app.world.configuration.environments = [
      buildEnvironment({ approval, channel, clusters: more, minInService: 0 }),
    ];
    await bot.slack.person('U0CAT').press(bot.directOf('U0CAT')[0]!, 'Approve');
    await bot.told();
    expect(cardText()).toContain('0 of 2 · Open: @ben as the owner of web-1, web-2; @cat as');
    await bot.slack.person('U0BEN').press(bot.directOf('U0BEN')[1]!, 'Approve');
    const changes = await bot.slack.person('U0BEN').modal();
    expect(changes.text()).toMatch(/You approved the plan of .*since then:[^]*minInService/);
    await changes.submit();
    await bot.told();
    expect(await votes(number)).toEqual(['U0BEN for themself', 'U0BEN for themself']);
    expect(cardText()).toContain('1 of 2 · Open: @cat as the owner of web-4');
  });
});

describe('whoever carries the votes of an environment', () => {
  test('is asked directly and in Home for what waits already, and the card names them with whom they stand for', async () => {
    const number = await request();
    expect(bot.directOf('U0CAT')).toEqual([]);
    await handOver();
    expect(textsOf('U0CAT')).toEqual([expect.stringContaining('Waits for your approval*, for <@U0BEN>')]);
    expect(cardText()).toMatch(/@cat votes for @ben until 17 Nov 2026 11:00/);
    expect(messages()[0]?.thread.at(-1)?.text).toContain('@ben hands their votes in `shop` to @cat until');
    expect(pinged()).toEqual([]);
    const home = await openHome('U0CAT');
    expect(home.text()).toContain('waits for your approval, for @ben, as the owner of web-1, web-2');
    await home.press('Approve');
    await homeSays('U0CAT', 'Nothing waits for you.');
    expect(await votes(number)).toEqual(['U0CAT for U0BEN']);
  });

  test('is asked for what is requested later, and told when the vote is back', async () => {
    await handOver();
    expect(bot.directOf('U0CAT')).toEqual([]);
    await request();
    expect(textsOf('U0CAT')).toEqual([expect.stringContaining('for <@U0BEN>')]);
    await takeVotesBack(bot.app, 'U0BEN');
    await bot.told();
    expect(textsOf('U0CAT')).toEqual([expect.stringContaining('<@U0BEN> has taken their vote back.')]);
    expect(cardText()).not.toContain('votes for');
    expect((await openHome('U0CAT')).text()).toContain('Nothing waits for you.');
  });

  test('is asked no more once the time of it has passed', async () => {
    await handOver(bot.app.now() + hour);
    bot.app.clock.now += hour;
    await request();
    expect(bot.directOf('U0CAT')).toEqual([]);
    expect((await openHome('U0CAT')).text()).toContain('Nothing waits for you.');
  });

  test('is not written to where they chose so, and reads it in Home', async () => {
    const settings: PersonSettings = { ...usualSettings, off: ['approval'] };
    await bot.app.store.keepPersonSettings({ person: 'U0CAT', settings, at: bot.app.now() });
    await handOver();
    await request();
    expect(bot.directOf('U0CAT')).toEqual([]);
    expect((await openHome('U0CAT')).text()).toContain('waits for your approval, for @ben');
  });

  test('is written to after their quiet hours, where there is time for that', async () => {
    const quiet = { days: weekdays, from: '08:00', to: '10:00' };
    const settings: PersonSettings = { ...usualSettings, quiet };
    await bot.app.store.keepPersonSettings({ person: 'U0CAT', settings, at: bot.app.now() });
    await handOver(bot.app.now() + 12 * hour);
    await request(bot.app.now() + 10 * hour);
    expect(bot.directOf('U0CAT')).toEqual([]);
    await request(bot.app.now() + hour / 2);
    expect(textsOf('U0CAT')).toEqual([expect.stringContaining('for <@U0BEN>')]);
  });
});
