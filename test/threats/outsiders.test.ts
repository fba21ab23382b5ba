import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { planDeployment } from '../../src/app/plan-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { unlockEnvironment } from '../../src/app/unlock-environment.ts';
import { readRequest } from '../../src/control/protocol.ts';
import type { Person } from '../../src/domain/roles.ts';
import { decisionIds } from '../../src/slack/card/on-button.ts';
import { createPeople } from '../../src/slack/people.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const team = 'T0HOME';

describe('threat 4: a person is a member only where Slack says so', () => {
  const member = { id: 'U0X', name: 'x', team_id: team };
  const configuration = buildConfiguration([], {
    roles: { global_admin: { users: ['U0X', 'USLACKBOT'], usergroups: ['S0OPS'], environmentKinds: null } },
  });
  const standingOf = async (user: object | undefined) => {
    const client = {
      users: { info: async () => ({ ok: true, user }) },
      usergroups: { users: { list: async () => ({ ok: true, users: ['U0X'] }) } },
    };
    const findPerson = createPeople({
      client: client as unknown as Parameters<typeof createPeople>[0]['client'],
      teamId: async () => team,
      configuration: () => configuration,
      now: () => 0,
      log: { warn: () => undefined },
    });
    const { standing, usergroups } = await findPerson('U0X');
    return { standing, usergroups };
  };

  test('of this workspace, with nothing that speaks against it', async () => {
    expect(await standingOf(member)).toEqual({ standing: 'member', usergroups: ['S0OPS'] });
  });

  test.each([
    ['a guest of several channels', { ...member, is_restricted: true }, 'guest'],
    ['a guest of one channel', { ...member, is_ultra_restricted: true }, 'guest'],
    ['somebody of another workspace', { ...member, team_id: 'T0OTHER' }, 'stranger'],
    ['somebody of no workspace', { id: 'U0X', name: 'x' }, 'stranger'],
    ['a stranger of Slack Connect', { ...member, is_stranger: true }, 'stranger'],
    ['a guest from elsewhere', { ...member, team_id: 'T0OTHER', is_restricted: true }, 'stranger'],
    ['a bot', { ...member, is_bot: true }, 'bot'],
    ['Slackbot, which has no flag', { ...member, id: 'USLACKBOT' }, 'bot'],
    ['somebody who left', { ...member, deleted: true }, 'deactivated'],
    ['an admin who left', { ...member, deleted: true, is_admin: true, is_owner: true }, 'deactivated'],
    ['nobody', undefined, 'deactivated'],
  ])('and not %s, whatever group they are in', async (_, user, standing) => {
    expect(await standingOf(user)).toEqual({ standing, usergroups: [] });
  });
});

const approval = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
};
const evil = 'U0EVIL';
let bot: SlackApp;
let press: number;
let shownHash: string;

beforeAll(async () => {
  bot = await startSlackApp({ by: 'socket' });
  bot.app.world.configuration.environments = [buildEnvironment({ approval })];
  bot.app.world.configuration.limits.requestsPerHour = 100_000;
  press = 0;
  const chosen = { environment: 'shop', selection: ['shop@3'], servers: null };
  const planned = await planDeployment(bot.app, { ...chosen, person: null, startsAt: null });
  if (!planned.ok) throw new Error('no plan');
  shownHash = planned.value.hash;
});
afterAll(async () => await bot.stop());

const from = (user: string) => {
  press += 1;
  return { user: { id: user, team_id: 'T0LOCAL' }, team: { id: 'T0LOCAL' }, trigger_id: `${press}.1` };
};
const pressing = async (user: string, id: string, value: string) =>
  await bot.slack.deliver({
    type: 'interactive',
    payload: {
      ...from(user),
      type: 'block_actions',
      actions: [{ type: 'button', action_id: id, block_id: 'card', value }],
    },
  });
const sending = async (user: string, view: object) =>
  await bot.slack.deliver({
    type: 'interactive',
    payload: {
      ...from(user),
      type: 'view_submission',
      view: {
        id: `V${press}`,
        type: 'modal',
        blocks: [
          { type: 'input', block_id: 'reason', element: { type: 'plain_text_input', action_id: 'reason' } },
        ],
        state: { values: { reason: { reason: { type: 'plain_text_input', value: 'because' } } } },
        ...view,
      },
    },
  });
const typing = async (user: string, text: string) =>
  await bot.slack.deliver({
    type: 'slash_commands',
    payload: {
      command: '/deploy',
      text,
      user_id: user,
      channel_id: 'C0SHOP',
      team_id: 'T0LOCAL',
      trigger_id: `${(press += 1)}.1`,
    },
  });

async function requested(more = {}) {
  const verdict = await requestDeployment(bot.app, buildRequest(more));
  if (!verdict.ok) throw new Error(verdict.refusals[0]?.message);
  const summary = await bot.app.store.summary(verdict.value.number);
  if (!summary) throw new Error('no deployment');
  return summary;
}

/** Everything a press could change. */
async function everything() {
  const { store } = bot.app;
  return JSON.stringify([
    await store.list({ limit: 1_000 }),
    await store.locks(),
    await store.environmentEvents('shop'),
    await store.members('shop'),
  ]);
}

/** Every form that decides, filled in. */
const forms = (value: string) => [
  {
    callback_id: 'deploy_form',
    private_metadata: JSON.stringify({ hash: shownHash }),
    state: { values: formValues },
  },
  { callback_id: 'lock_form', private_metadata: 'C0SHOP shop' },
  { callback_id: 'reject_form', private_metadata: value },
];
const formValues = {
  selection: { selection: { selected_options: [{ value: 'shop@3' }] } },
  environment: { environment: { selected_option: { value: 'shop' } } },
  reason: { reason: { value: 'because' } },
};
const commands = (number: number) => ['lock shop mine', 'unlock shop', `cancel ${number}`];

type Outsider = [string, (user: string) => void];
const standing = (word: Person['standing']) => (user: string) => void bot.app.world.standing.set(user, word);
const outsiders: Outsider[] = [
  ['a guest with the role', standing('guest')],
  ['a stranger with the role', standing('stranger')],
  ['a bot with the role', standing('bot')],
  ['somebody who left, with the role', standing('deactivated')],
  ['somebody of whom Slack says nothing, with the role', standing('unknown')],
  [
    'a member without a role',
    (user) => {
      for (const role of Object.values(bot.app.world.configuration.roles))
        role.users = role.users.filter((id) => id !== user);
    },
  ],
];

describe.each(outsiders)('threat 4: %s', (_, become) => {
  let value: string;
  let number: number;
  beforeEach(async () => {
    for (const role of Object.values(bot.app.world.configuration.roles)) role.users.push(evil);
    become(evil);
    const { number: made, version, planHash } = await requested();
    number = made;
    value = JSON.stringify({ number, version, planHash, question: 'q' });
  });
  afterEach(() => {
    bot.app.world.standing.delete(evil);
    for (const role of Object.values(bot.app.world.configuration.roles))
      role.users = role.users.filter((id) => id !== evil);
  });

  test.each(decisionIds)('changes nothing by pressing %s', async (id) => {
    const before = await everything();
    expect(await pressing(evil, id, value)).toMatchObject({ acknowledged: true });
    expect(await everything()).toBe(before);
  });

  test('changes nothing by sending a rejection, a lock or a request', async () => {
    const before = await everything();
    for (const view of forms(value)) await sending(evil, view);
    expect(await everything()).toBe(before);
  });

  test('changes nothing by typing', async () => {
    const before = await everything();
    for (const text of commands(number)) await typing(evil, text);
    expect(await everything()).toBe(before);
  });
});

describe('threat 4: what outsiders may not do', () => {
  test('is heard from somebody with the role: each of these changes something', async () => {
    const { number, version, planHash } = await requested();
    const value = JSON.stringify({ number, version, planHash, question: null });
    for (const view of forms(value)) {
      const before = await everything();
      await sending('U0BEN', view);
      expect([view.callback_id, (await everything()) !== before]).toEqual([view.callback_id, true]);
    }
    await unlockEnvironment(bot.app, { environment: 'shop', by: 'U0BEN' });
    const next = await requested();
    for (const text of commands(next.number)) {
      const before = await everything();
      await typing('U0BEN', text);
      expect([text, (await everything()) !== before]).toEqual([text, true]);
    }
  });

  test('reading what was deployed elsewhere is for members', async () => {
    const { number } = await requested({ reason: 'a very secret page' });
    for (const word of ['guest', 'stranger', 'bot', 'deactivated', 'unknown'] as const) {
      bot.app.world.standing.set(evil, word);
      for (const text of ['list', `show ${number}`]) {
        const answer = JSON.stringify(await typing(evil, text));
        expect(answer).toContain('for members only');
        expect(answer).not.toMatch(/shop@2|secret page/);
      }
    }
    bot.app.world.standing.delete(evil);
    expect(JSON.stringify(await typing(evil, 'list'))).toContain('shop@2');
    expect(JSON.stringify(await typing(evil, `show ${number}`))).toContain('secret page');
  });
});

describe('threat 6: a press that was made up', () => {
  const forged = (number: unknown, planHash: unknown, more = {}) =>
    JSON.stringify({ number, version: 1, planHash, question: null, ...more });

  test('with the plan of another deployment approves neither', async () => {
    const [one, two] = [await requested(), await requested({ selection: ['shop@3'] })];
    expect(one.planHash).not.toBe(two.planHash);
    const before = await everything();
    await pressing('U0BEN', 'approve_deployment', forged(one.number, two.planHash));
    await pressing('U0BEN', 'approve_deployment', forged(two.number, one.planHash));
    expect(await everything()).toBe(before);
    await pressing('U0BEN', 'approve_deployment', forged(one.number, one.planHash));
    expect((await bot.app.store.summary(one.number))?.state).toBe('queued');
    expect((await bot.app.store.summary(two.number))?.state).toBe('awaiting_approval');
  });

  test.each([
    '',
    'null',
    '[]',
    '"x"',
    '{',
    '{"number":1}',
    forged('1', 'x'),
    forged(-1, 'x'),
    forged(1.5, 'x'),
    forged(1e308, 'x'),
    forged(null, 'x'),
    forged({ valueOf: 1 }, 'x'),
    forged(1, ['x']),
    forged(1, '', { by: 'U0BEN', roles: ['global_admin'] }),
    `{"__proto__":{"number":1},"planHash":"x"}`,
    forged(1, 'x'.repeat(100_000)),
  ])('with the value %j is acknowledged and changes nothing', async (value) => {
    const before = await everything();
    for (const id of decisionIds.filter(
      (known) => known !== 'cancel_deployment' && known !== 'stop_after_this_server',
    ))
      expect(await pressing('U0BEN', id, value)).toMatchObject({ acknowledged: true });
    await sending('U0NOBODY', { callback_id: 'reject_form', private_metadata: value });
    expect(await everything()).toBe(before);
  });

  test('names its person by what Slack signed, not by what it carries', async () => {
    const { number, planHash } = await requested();
    const before = await everything();
    await pressing(
      'U0NOBODY',
      'approve_deployment',
      forged(number, planHash, { by: 'U0BEN', user: { id: 'U0BEN' } }),
    );
    await sending('U0NOBODY', {
      callback_id: 'reject_form',
      private_metadata: forged(number, planHash, { by: 'U0BEN' }),
    });
    expect(await everything()).toBe(before);
  });

  test('for an environment in which the role does not count decides nothing there', async () => {
    const kinds = bot.app.world.configuration.roles['promotion_admin'];
    if (!kinds) throw new Error('no role');
    kinds.environmentKinds = ['production'];
    const { number, version, planHash } = await requested();
    const before = await everything();
    await pressing('U0BEN', 'approve_deployment', forged(number, planHash, { version }));
    await sending('U0BEN', { callback_id: 'reject_form', private_metadata: forged(number, planHash) });
    expect(await everything()).toBe(before);
    kinds.environmentKinds = null;
  });

  test('that comes again is answered as before and counts once', async () => {
    const { number, planHash } = await requested();
    bot.slack.redeliverNext(3);
    await pressing('U0BEN', 'approve_deployment', forged(number, planHash));
    const events = await bot.app.store.eventsAfter(number, 0);
    expect(events.filter(({ event }) => event.type === 'approved')).toHaveLength(1);
  });
});

describe('threat 1: the requester', () => {
  test('approves nothing of theirs by a press, whichever way they requested it and whichever role they hold', async () => {
    const admins = bot.app.world.configuration.roles['promotion_admin'];
    admins?.users.push('U0ANA');
    for (const via of [undefined, 'command line'] as const) {
      const { number, planHash } = await requested({ via });
      const verdict = await approveDeployment(bot.app, { by: 'U0ANA', number, planHash });
      expect(verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule)).toEqual([
        'approval.excludeRequester',
      ]);
    }
    admins?.users.pop();
  });

  test('finds no way on the command line: it can neither approve nor reject nor answer', () => {
    for (const what of ['approve', 'reject', 'answer', 'admit', 'commit', 'start']) {
      const command = { do: what, as: 'U0BEN', number: 1 };
      const read = readRequest(JSON.stringify({ v: 1, key: 'abcdefgh-1', command }));
      expect(read).toContain('did not understand');
    }
    const as = (person: string) =>
      readRequest(
        JSON.stringify({ v: 1, key: 'abcdefgh-1', command: { do: 'cancel', as: person, number: 1 } }),
      );
    expect(as('U0ANA')).toMatchObject({ command: { as: 'U0ANA' } });
    for (const person of ['system', '', '<@U0ANA>', 'U0ANA> <!channel', '__proto__'])
      expect(as(person)).toContain('did not');
  });
});

test('threat 4: a requester who is no member any more decides nothing about their own deployment', async () => {
  const { number, version, planHash } = await requested();
  const before = await everything();
  for (const word of ['guest', 'stranger', 'deactivated', 'unknown'] as const) {
    bot.app.world.standing.set('U0ANA', word);
    for (const id of decisionIds)
      await pressing('U0ANA', id, JSON.stringify({ number, version, planHash, question: null }));
    await typing('U0ANA', `cancel ${number}`);
    expect(await everything()).toBe(before);
  }
  bot.app.world.standing.delete('U0ANA');
  await typing('U0ANA', `cancel ${number}`);
  expect((await bot.app.store.summary(number))?.state).toBe('cancelled');
});

describe('threat 15: a lock that somebody sits on', () => {
  test('names who holds it, is lifted by an admin, and not by others', async () => {
    await lockEnvironment(bot.app, { environment: 'shop', by: 'U0ANA', reason: 'mine' });
    bot.app.world.configuration.roles['promotion']?.users.push('U0CAT');
    const cat = await unlockEnvironment(bot.app, { environment: 'shop', by: 'U0CAT' });
    expect(cat.ok ? '' : cat.refusals[0]?.message).toContain(
      '<@U0ANA> locked it, and you are no admin there',
    );
    bot.app.world.standing.set('U0ANA', 'guest');
    expect((await unlockEnvironment(bot.app, { environment: 'shop', by: 'U0ANA' })).ok).toBe(false);
    bot.app.world.standing.delete('U0ANA');
    expect((await unlockEnvironment(bot.app, { environment: 'shop', by: 'U0BEN' })).ok).toBe(true);
  });
});
