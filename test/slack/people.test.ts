import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { createNameOf, createPeople, createPeopleOfRole } from '../../src/slack/people.ts';
import { within } from '../../src/slack/within.ts';
import { buildConfiguration } from '../helpers/build.ts';

let slack: LocalSlack;
let findPerson: ReturnType<typeof createPeople>;
let peopleOfRole: ReturnType<typeof createPeopleOfRole>;
let now = 0;

beforeEach(async () => {
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    team: { id: 'T0HOME', name: 'home' },
    people: [
      { id: 'U0ANA', name: 'ana', timezone: 'Europe/Madrid' },
      { id: 'U0BEN', name: 'ben' },
      { id: 'U0GUEST', name: 'guest', isGuest: true },
      { id: 'U0GONE', name: 'gone', deleted: true },
    ],
    channels: [],
    usergroups: [{ id: 'S0OPS', handle: 'ops', users: ['U0ANA'] }],
  });
  const configuration = buildConfiguration([], {
    roles: {
      promotion: { users: [], usergroups: ['S0OPS'], environmentKinds: null },
      mixed: {
        users: ['U0BEN', 'U0GONE', 'U0GUEST', 'U0ANA'],
        usergroups: ['S0OPS'],
        environmentKinds: null,
      },
    },
  });
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const log = { warn: () => undefined };
  const needs = {
    client,
    teamId: async () => 'T0HOME',
    configuration: () => configuration,
    now: () => now,
    log,
  };
  findPerson = createPeople(needs);
  peopleOfRole = createPeopleOfRole({ ...needs, findPerson });
});
afterEach(async () => await slack.close());

describe('a person', () => {
  test('is known with zone, standing and groups', async () => {
    expect(await findPerson('U0ANA')).toMatchObject({
      name: 'ana',
      timezone: 'Europe/Madrid',
      standing: 'member',
      usergroups: ['S0OPS'],
    });
    expect(await findPerson('U0GUEST')).toMatchObject({ standing: 'guest', usergroups: [] });
    expect(await findPerson('U0GONE')).toMatchObject({ standing: 'deactivated' });
    expect(await findPerson('U0NOBODY')).toMatchObject({ standing: 'deactivated' });
  });

  test('is asked for again when the clock was set back: what is known may be older than it looks', async () => {
    now = 3_600_000;
    await findPerson('U0ANA');
    now = 0;
    await findPerson('U0ANA');
    expect(slack.calls().filter(({ method }) => method === 'users.info')).toHaveLength(2);
  });

  test('is asked for once a minute', async () => {
    await findPerson('U0ANA');
    await findPerson('U0ANA');
    const asked = () => slack.calls().filter(({ method }) => method === 'users.info').length;
    expect(asked()).toBe(1);
    now += 60_001;
    await findPerson('U0ANA');
    expect(asked()).toBe(2);
  });

  test.each(['users.info', 'usergroups.users.list'])(
    'has no standing while %s gives no answer, and is asked for again at once',
    async (method) => {
      slack.fail({ method, times: 1, how: '500' });
      expect(await findPerson('U0ANA')).toMatchObject({ standing: 'unknown', usergroups: [] });
      expect(await findPerson('U0ANA')).toMatchObject({ standing: 'member', usergroups: ['S0OPS'] });
    },
  );
});

describe('the people of a role', () => {
  const countOf = (called: string) => slack.calls().filter(({ method }) => method === called).length;

  test('are its users and the members of its groups, each once, and members of the workspace only', async () => {
    expect(await peopleOfRole('mixed')).toEqual(['U0BEN', 'U0ANA']);
    expect(await peopleOfRole('promotion')).toEqual(['U0ANA']);
    expect(await peopleOfRole('nothing')).toEqual([]);
  });

  test('are asked for once a minute', async () => {
    await peopleOfRole('promotion');
    const before = countOf('usergroups.users.list');
    await peopleOfRole('mixed');
    expect(countOf('usergroups.users.list')).toBe(before);
    now += 60_001;
    await peopleOfRole('mixed');
    expect(countOf('usergroups.users.list')).toBeGreaterThan(before);
  });

  test('stay unknown while Slack does not say who is in its group: nobody is left out for that', async () => {
    slack.fail({ method: 'usergroups.users.list', times: 1, how: '500' });
    await expect(peopleOfRole('promotion')).rejects.toThrow('HTTP');
    expect(await peopleOfRole('promotion')).toEqual(['U0ANA']);
  });

  test('keep whoever Slack says nothing of for the moment', async () => {
    slack.fail({ method: 'users.info', times: Infinity, how: '500' });
    expect(await peopleOfRole('mixed')).toEqual(['U0BEN', 'U0GONE', 'U0GUEST', 'U0ANA']);
  });
});

test('a name is what Slack shows, for an hour, and none while Slack does not say', async () => {
  const nameOf = createNameOf({ findPerson, now: () => now });
  expect(await nameOf('U0ANA')).toBe('ana');
  expect(await nameOf('U0NOBODY')).toBeNull();
  slack.fail({ method: 'users.info', times: Infinity, how: '500' });
  expect(await nameOf('U0BEN')).toBeNull();
  now += 3_000_000;
  expect(await nameOf('U0ANA')).toBe('ana');
  now += 3_000_000;
  expect(await nameOf('U0ANA')).toBeNull();
});

test('what takes too long is not waited for', async () => {
  await expect(within(5, new Promise(() => undefined))).rejects.toThrow('did not say within 5 ms');
  expect(await within(10_000, Promise.resolve(1))).toBe(1);
  await expect(within(10_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});
