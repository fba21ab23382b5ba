import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { createPeople } from '../../src/slack/people.ts';
import { buildConfiguration } from '../helpers/build.ts';

let slack: LocalSlack;
let findPerson: ReturnType<typeof createPeople>;
let now = 0;

beforeEach(async () => {
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    team: { id: 'T0HOME', name: 'home' },
    people: [
      { id: 'U0ANA', name: 'ana', timezone: 'Europe/Madrid' },
      { id: 'U0GUEST', name: 'guest', isGuest: true },
      { id: 'U0GONE', name: 'gone', deleted: true },
    ],
    channels: [],
    usergroups: [{ id: 'S0OPS', handle: 'ops', users: ['U0ANA'] }],
  });
  const configuration = buildConfiguration([], {
    roles: { promotion: { users: [], usergroups: ['S0OPS'], environmentKinds: null } },
  });
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const log = { warn: () => undefined };
  findPerson = createPeople({
    client,
    teamId: async () => 'T0HOME',
    configuration: () => configuration,
    now: () => now,
    log,
  });
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
