import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { requestDeployment, type RequestDeployment } from '../../src/app/request-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Role } from '../../src/domain/configured/configuration.ts';
import { usualSettings } from '../../src/domain/person-settings.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { startTellingApp, type TellingApp } from '../helpers/telling-app.ts';

const channel = 'C0SHOP';
const role = (...users: string[]): Role => ({ users, usergroups: [], environmentKinds: null });
const roles = { promotion: role('U0ANA'), promotion_admin: role('U0BEN', 'U0CAT'), global_admin: role() };
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
};
const hour = 3_600_000;
let bot: TellingApp;

beforeEach(async () => {
  bot = await startTellingApp(buildEnvironment({ approval, channel }), { roles });
});
afterEach(async () => await bot.stop());

const request = async (more: Partial<RequestDeployment> = {}): Promise<number> => {
  const verdict = await requestDeployment(bot.app, buildRequest(more));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  await bot.told();
  return verdict.value.number;
};
const settingsOf = async (user: string) => {
  await bot.slack.person(user).types('/deploy settings', { channel });
  return await bot.slack.person(user).modal();
};
const lastAnswerTo = (user: string): string => bot.slack.person(user).ephemerals().at(-1)?.text ?? '';

describe('/deploy settings', () => {
  test('shows what holds, says the rule of quiet hours and whose hours they are, and keeps what is sent', async () => {
    const form = await settingsOf('U0BEN');
    expect(form.text()).toContain('waits until they end');
    expect(form.text()).toContain('From (Europe/Madrid)');
    await form.uncheck('Servers that I own are deployed to');
    await form.choose('And about deployments that I requested', 'Every start and end as well');
    await form.choose('Nothing at all about', 'shop');
    await form.pickTime('From (Europe/Madrid)', '22:00');
    await form.pickTime('To', '07:00');
    await form.uncheck('Sunday');
    expect(await form.submit()).toEqual({ closed: true });
    const kept = {
      off: ['owner'],
      own: 'all',
      muted: ['shop'],
      quiet: { from: '22:00', to: '07:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
    };
    expect(await bot.app.store.personSettings('U0BEN')).toEqual(kept);
    expect(await bot.app.store.personSettings('U0CAT')).toBeNull();
    const again = await settingsOf('U0BEN');
    expect(await again.submit()).toEqual({ closed: true });
    expect(await bot.app.store.personSettings('U0BEN')).toEqual(kept);
  });

  test('sent as it was opened changes nothing for whoever never chose', async () => {
    await (await settingsOf('U0BEN')).submit();
    expect(await bot.app.store.personSettings('U0BEN')).toEqual(usualSettings);
  });

  test('says under the field what is wrong with quiet hours, and keeps nothing', async () => {
    const form = await settingsOf('U0BEN');
    await form.pickTime('From (Europe/Madrid)', '22:00');
    expect(await form.submit()).toEqual({
      errors: { 'From (Europe/Madrid)': expect.stringContaining('both a beginning and an end') },
    });
    expect(await bot.app.store.personSettings('U0BEN')).toBeNull();
  });

  test('tells who is no member why there are none', async () => {
    bot.app.world.standing.set('U0CAT', 'guest');
    const form = await settingsOf('U0CAT');
    expect(form.text()).toContain('Direct messages go to members only.');
    expect(form.submitLabel).toBe('');
  });
});

describe('what somebody chose', () => {
  const keep = async (more: Partial<typeof usualSettings>, person = 'U0BEN') =>
    await bot.app.store.keepPersonSettings({ person, settings: { ...usualSettings, ...more }, at: 1 });
  const numberOf = (person: string) => bot.directOf(person).length;

  test('keeps a kind or an environment from them, and from nobody else', async () => {
    await keep({ off: ['approval'] });
    await keep({ muted: ['shop'] }, 'U0CAT');
    await request();
    expect([numberOf('U0BEN'), numberOf('U0CAT')]).toEqual([0, 0]);
    await keep({}, 'U0CAT');
    await request();
    expect([numberOf('U0BEN'), numberOf('U0CAT')]).toEqual([0, 1]);
  });

  // It is Tuesday, 09:00 in Madrid.
  const morning = { days: ['tue' as const], from: '08:00', to: '12:00' };

  test('lets what waits come at once when the quiet hours are taken away', async () => {
    await keep({ quiet: morning });
    await request({ startsAt: bot.app.now() + 5 * hour });
    expect([numberOf('U0BEN'), numberOf('U0CAT')]).toEqual([0, 1]);
    const form = await settingsOf('U0BEN');
    await form.pickTime('From (Europe/Madrid)', null);
    await form.pickTime('To', null);
    expect(await form.submit()).toEqual({ closed: true });
    await bot.told();
    expect(numberOf('U0BEN')).toBe(1);
  });

  test('keeps from them what waits when they choose that it should not come', async () => {
    await keep({ quiet: morning });
    await request({ startsAt: bot.app.now() + 5 * hour });
    await keep({ off: ['approval'] });
    await bot.told();
    expect(numberOf('U0BEN')).toBe(0);
  });

  test('holds back no deployment that starts, or that waits for them, in the quiet hours', async () => {
    await keep({ quiet: morning });
    await request({ startsAt: bot.app.now() + 2 * hour });
    expect(numberOf('U0BEN')).toBe(1);
    await request();
    expect(numberOf('U0BEN')).toBe(2);
  });

  test('never brings an approval after the quiet hours that others have given meanwhile', async () => {
    await keep({ quiet: morning });
    await request({ startsAt: bot.app.now() + 5 * hour });
    const [asked] = bot.directOf('U0CAT');
    if (!asked) throw new Error('Cat was not asked');
    await bot.slack.person('U0CAT').press(asked, 'Approve');
    await bot.told();
    await keep({});
    await bot.told();
    expect(numberOf('U0BEN')).toBe(0);
  });
});

describe('/deploy settings of an environment', () => {
  const chooses = async (words: string) => {
    await bot.slack.person('U0BEN').types('/deploy settings shop', { channel });
    const form = await bot.slack.person('U0BEN').modal();
    await form.choose('What else the channel is told', words);
    expect(await form.submit()).toEqual({ closed: true });
  };
  /** What is said in the channel itself besides the card while an attempt fails. */
  const saidInChannel = async (): Promise<string[]> => {
    const number = await request();
    const [asked] = bot.directOf('U0CAT').slice(-1);
    if (!asked) throw new Error('Cat was not asked');
    await bot.slack.person('U0CAT').press(asked, 'Approve');
    await endAttempt(bot.app, number, { 'web-1': 'error' });
    await bot.told();
    const thread = bot.slack.channel(channel).messages().at(-1)?.thread ?? [];
    return thread.filter(({ broadcast }) => broadcast).map(({ text }) => text);
  };

  test('is for its admins; anybody else is told who that is', async () => {
    await bot.slack.person('U0ANA').types('/deploy settings shop', { channel });
    expect(lastAnswerTo('U0ANA')).toMatch(/you are no admin there.*Ask <@U0BEN>, <@U0CAT>/s);
    await bot.slack.person('U0BEN').types('/deploy settings shpo', { channel });
    expect(lastAnswerTo('U0BEN')).toContain('`shop`');
  });

  test('is written down with who and when, once, and shown to the next', async () => {
    await chooses('Nothing but the card');
    await chooses('Nothing but the card');
    const trail = await bot.app.store.environmentEvents('shop');
    expect(trail).toEqual([
      {
        environment: 'shop',
        at: bot.app.now(),
        event: { type: 'telling_chosen', tells: 'nothing', by: 'U0BEN' },
      },
    ]);
    await bot.slack.person('U0CAT').types('/deploy settings shop', { channel });
    expect((await bot.slack.person('U0CAT').modal()).text()).toContain('Chosen by @ben');
  });

  test('failures are said in the channel where nobody chose', async () => {
    expect(await saidInChannel()).toEqual([expect.stringContaining('Attempt 1')]);
  });

  test('starts and ends are said there where that was chosen', async () => {
    await chooses('Starts and ends as well');
    const said = (await saidInChannel()).join('\n');
    expect(said).toContain('Attempt 1 began: web-1.');
    expect(said).toContain('failed');
  });

  test('nothing but the card stands there where that was chosen, and the thread tells it all the same', async () => {
    await chooses('Nothing but the card');
    expect(await saidInChannel()).toEqual([]);
    const thread = bot.slack.channel(channel).messages().at(-1)?.thread ?? [];
    expect(thread.map(({ text }) => text).join('\n')).toContain('Attempt 1');
  });
});
