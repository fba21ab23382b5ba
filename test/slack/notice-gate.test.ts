import { describe, expect, test } from 'vitest';

import { type PersonSettings, usualSettings } from '../../src/domain/person-settings.ts';
import type { Person } from '../../src/domain/roles.ts';
import { createNoticeGate } from '../../src/slack/notices/notice-gate.ts';
import type { StoredMessage } from '../../src/store/messages.ts';

const night = Date.parse('2026-11-17T23:00Z');
const notice = { about: 'own', environment: 'shop', onlyNews: false, actBy: null };
const message = (more: object = {}): StoredMessage => ({
  id: 1,
  key: 'notice:own:1:needed:4:U0ANA',
  deployment: 1,
  channel: 'U0ANA',
  threadOf: null,
  payload: JSON.stringify({ text: '', blocks: [], notice: { ...notice, ...more } }),
  digest: '',
  broadcast: false,
  state: 'wanted',
  ts: null,
  place: null,
  saidDigest: null,
  threadTs: null,
  earlierThreadTs: null,
  replaces: null,
  createdAt: 0,
  wantedAt: 0,
  attempts: 0,
  notBefore: 0,
  error: null,
});
const judge = async (
  about: StoredMessage,
  {
    standing = 'member',
    settings = null,
  }: { standing?: Person['standing']; settings?: PersonSettings | null } = {},
) =>
  await createNoticeGate({
    store: { personSettings: async () => settings },
    findPerson: async (id) => ({ id, name: id, timezone: 'Europe/Madrid', standing, usergroups: [] }),
    now: () => night,
  })(about);

describe('at the moment of sending', () => {
  test('a direct message goes to a member who never chose anything', async () => {
    expect(await judge(message())).toEqual({ do: 'send' });
  });

  test.each(['guest', 'bot', 'deactivated', 'stranger'] as const)(
    'nobody is written to who has become a %s since it was wanted',
    async (standing) => {
      expect(await judge(message(), { standing })).toMatchObject({ do: 'withdraw' });
    },
  );

  test('it waits while Slack does not say who its reader is', async () => {
    expect(await judge(message(), { standing: 'unknown' })).toEqual({ do: 'wait', forMs: 30_000 });
  });

  test('it waits as long as the quiet hours of its reader last, by their clock', async () => {
    const quiet = { days: ['wed' as const], from: '00:00', to: '07:30' };
    const settings = { ...usualSettings, quiet };
    expect(await judge(message(), { settings })).toEqual({ do: 'wait', forMs: 7.5 * 3_600_000 });
  });

  test.each([
    ['approval', 'withdraw'],
    ['question', 'withdraw'],
    ['own', 'send'],
    ['owner', 'send'],
    ['watch', 'send'],
  ])('what asks nothing (%s) comes to: %s', async (about, admission) => {
    expect((await judge(message({ about }))).do).toBe(admission);
  });

  test('what is no direct message is let through without a question', async () => {
    const card = { ...message(), key: 'card:1', channel: 'C0SHOP', payload: '{"text":"","blocks":[]}' };
    expect(await judge(card, { standing: 'unknown' })).toEqual({ do: 'send' });
  });
});
