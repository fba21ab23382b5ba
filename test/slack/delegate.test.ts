import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { parseCommand } from '../../src/slack/command/command-text.ts';
import { buildRequest, tuesdayMorning } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
const hour = 3_600_000;
const approval = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
};
const environments = [buildEnvironment({ approval }), buildEnvironment({ name: 'free' })];

const delegate = { do: 'delegate', to: null, number: null, environment: null, until: '' };
test.each([
  ['delegate', delegate],
  ['delegate off', { do: 'take-votes-back' }],
  ['delegate OFF', { do: 'take-votes-back' }],
  [
    'delegate <@U0BEN|ben> denodo-production until fri 18:00',
    { ...delegate, to: 'U0BEN', environment: 'denodo-production', until: 'fri 18:00' },
  ],
  ['delegate #1042 <@U0BEN>', { ...delegate, to: 'U0BEN', number: 1042 }],
  ['delegate <@U0BEN|ben> 1042', { ...delegate, to: 'U0BEN', number: 1042 }],
  ['delegate @ben shop', { ...delegate, environment: 'shop' }],
  ['delegate until tomorrow 9:00', { ...delegate, until: 'tomorrow 9:00' }],
  ['delgate', { do: 'unknown', near: 'delegate' }],
])('/deploy %s is read word by word', (text, command) => {
  expect(parseCommand(text)).toEqual(command);
});

test.each([
  ['lock shop <@U0BEN|ben> moves <#C0DB|db>', 'ben moves #db'],
  ['lock shop see <https://wiki/x|wiki/x> and <https://wiki/y>', 'see wiki/x and https://wiki/y'],
])('what Slack escapes in %s is read as it was typed', (text, words) => {
  expect(parseCommand(text)).toMatchObject({ do: 'lock', reason: expect.stringContaining(words) });
});

describe('/deploy delegate', () => {
  let bot: SlackApp;
  let number: number;
  beforeEach(async () => {
    bot = await startSlackApp({ by: 'socket' });
    bot.app.world.configuration = buildConfiguration(environments);
    const requested = await requestDeployment(bot.app, buildRequest());
    if (!requested.ok) throw new Error('refused');
    ({ number } = requested.value);
  });
  afterEach(async () => await bot.stop());
  const types = async (command: string, by = 'U0BEN') =>
    JSON.stringify(await bot.slack.person(by).types(command, { channel }));
  const handed = async () => {
    const loaded = await loadDeployment(bot.app.store, number);
    return loaded.ok ? loaded.value.deployment.handedVotes : [];
  };

  test('with all words hands the vote over, says what that means, and takes it back', async () => {
    expect(await types('/deploy delegate @cat shop until in 2 hours')).toContain(
      '<@U0CAT> can give your vote for `shop` until <!date^',
    );
    expect(await bot.app.store.delegations({ by: 'U0BEN' })).toEqual([
      {
        environment: 'shop',
        by: 'U0BEN',
        to: 'U0CAT',
        since: tuesdayMorning,
        until: tuesdayMorning + 2 * hour,
      },
    ]);
    expect(await types(`/deploy delegate #${number} @cat`)).toContain(
      `your vote for #${number}, and so can you`,
    );
    expect(await handed()).toMatchObject([{ by: 'U0BEN', to: 'U0CAT' }]);
    expect(await types('/deploy delegate off')).toContain(
      `shop (from <@U0CAT>) and #${number} (from <@U0CAT>)`,
    );
    expect(await handed()).toEqual([]);
    expect(await types('/deploy delegate off')).toContain('No vote of yours is in another hand.');
  });

  test('refuses at once what cannot be', async () => {
    expect(await types('/deploy delegate @cat shop until in 2 hours', 'U0ANA')).toContain(
      'You have no vote for `shop` to hand over',
    );
    expect(await types('/deploy delegate @cat shop until some day')).toContain('is no time I understand');
    expect(await types('/deploy delegate @cat shpo until in 2 hours')).toContain('the nearest is `shop`');
  });

  test('with words missing asks for them in a form that keeps what was typed', async () => {
    const ben = bot.slack.person('U0BEN');
    await ben.types('/deploy delegate shop until in 2 hours', { channel });
    const form = await ben.modal();
    expect(form.title).toBe('Hand over a vote');
    expect(form.text()).toContain('Environment: shop');
    await expect(form.choose('Environment', 'free')).rejects.toThrow('There is: shop.');
    expect(await form.submit()).toEqual({ errors: { 'To whom': expect.stringMatching(/./) } });
    await form.choosePerson('To whom', 'U0BEN');
    expect(await form.submit()).toEqual({
      errors: { 'To whom': expect.stringContaining('in your own hand already') },
    });
    await form.choosePerson('To whom', 'U0CAT');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await bot.app.store.delegations({ environment: 'shop' })).toMatchObject([
      { by: 'U0BEN', to: 'U0CAT', until: tuesdayMorning + 2 * hour },
    ]);
    await bot.slack.until(() => ben.ephemerals().some(({ text }) => text.includes('can give your vote')));
  });

  test('for one deployment asks only to whom', async () => {
    const ben = bot.slack.person('U0BEN');
    await ben.types(`/deploy delegate ${number} @nobody`, { channel });
    const form = await ben.modal();
    expect(form.text()).toContain(`Your vote on *#${number}*`);
    expect(form.text()).not.toContain('Until');
    await form.choosePerson('To whom', 'U0CAT');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await handed()).toMatchObject([{ by: 'U0BEN', to: 'U0CAT' }]);
  });

  test('that Slack delivers three times changes one thing', async () => {
    bot.slack.redeliverNext(3);
    await types('/deploy delegate @cat shop until in 2 hours');
    expect(await bot.app.store.environmentEvents('shop')).toHaveLength(1);
  });
});
