import { afterEach, expect, test } from 'vitest';

import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Role } from '../../src/domain/configured/configuration.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { startTellingApp, type TellingApp } from '../helpers/telling-app.ts';

const role = (...users: string[]): Role => ({ users, usergroups: [], environmentKinds: null });
const roles = { promotion: role('U0ANA'), promotion_admin: role('U0BEN', 'U0CAT'), global_admin: role() };
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [],
};
let bot: TellingApp;
afterEach(async () => await bot.stop());

const start = async (scopes?: string[]): Promise<void> => {
  const environment = buildEnvironment({ approval, channel: 'C0SHOP' });
  bot = await startTellingApp(environment, { roles, ...(scopes && { scopes }) });
};
const request = async (): Promise<number> => {
  const verdict = await requestDeployment(bot.app, buildRequest());
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  await bot.told();
  return verdict.value.number;
};
const approve = async (person: string): Promise<void> => {
  const [asked] = bot.directOf(person);
  if (!asked) throw new Error(`${person} was not asked`);
  await bot.slack.person(person).press(asked, 'Approve');
  await bot.told();
};
const callsOf = (method: string) => bot.slack.calls().filter((call) => call.method === method);

test('a direct message is posted in the conversation that Slack opens, and edited there', async () => {
  await start();
  await request();
  const posted = callsOf('chat.postMessage').map((call) => call.arguments['channel']);
  expect(posted.map(String).toSorted((left, right) => left.localeCompare(right))).toEqual([
    'C0SHOP',
    'C0SHOP',
    'D00BEN',
    'D00CAT',
  ]);
  await approve('U0BEN');
  const edited = callsOf('chat.update').map((call) => call.arguments['channel']);
  expect(edited).toEqual(expect.arrayContaining(['D00BEN', 'D00CAT']));
  expect(bot.directOf('U0CAT')).toHaveLength(1);
});

test('where the app may open no conversations it posts to the person all the same, and edits what it posted', async () => {
  await start(['commands', 'chat:write', 'users:read', 'usergroups:read']);
  await request();
  expect(callsOf('conversations.open').every(({ error }) => error === 'missing_scope')).toBe(true);
  expect([bot.directOf('U0BEN').length, bot.directOf('U0CAT').length]).toEqual([1, 1]);
  expect(bot.toldInLog('im:write')).toBe(1);
  await approve('U0BEN');
  expect(JSON.stringify(bot.directOf('U0CAT'))).toContain('Approved by <@U0BEN>.');
});

test.each(['user_disabled', 'channel_not_found', 'cannot_dm_bot'])(
  'somebody to whom Slack takes no message (%s) holds nobody up: it is noted, and no administrator hears of it',
  async (error) => {
    await start();
    bot.slack.fail({ method: 'conversations.open', times: Infinity, how: 'refused', error });
    const number = await request();
    const message = await bot.app.store.message(`notice:approval:${number}:${await hashOf(number)}:U0BEN`);
    expect(message).toMatchObject({ state: 'dead', error, ts: null });
    expect(bot.slack.channel('C0SHOP').messages().at(-1)?.thread).toHaveLength(1);
    expect(await bot.app.store.undeliveredByChannel()).toEqual([]);
    expect(bot.slack.channel('C0ADMIN').messages()).toEqual([]);
    expect(bot.trouble()).toBeNull();
    expect(bot.toldInLog('takes no direct message')).toBeGreaterThan(0);
  },
);

test('an answer that was lost is looked for in the conversation: nobody is asked twice', async () => {
  await start();
  bot.slack.fail({ method: 'chat.postMessage', channel: 'D00BEN', how: 'drop-reply' });
  await request();
  await bot.slack.until(() => callsOf('conversations.history').some(({ ok }) => ok));
  await bot.told();
  expect(bot.directOf('U0BEN')).toHaveLength(1);
  await approve('U0BEN');
  expect(JSON.stringify(bot.directOf('U0BEN'))).toContain('Approved by <@U0BEN>.');
});

async function hashOf(number: number): Promise<string> {
  return ((await bot.app.store.summary(number))?.planHash ?? '').slice(0, 12);
}

test('threat 9: Slack is asked to show nothing of what a link in a message leads to', async () => {
  await start();
  await request();
  const posted = callsOf('chat.postMessage');
  expect(posted.length).toBeGreaterThan(1);
  for (const { arguments: given } of posted)
    expect(given).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
});
