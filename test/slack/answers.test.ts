import { setTimeout as delay } from 'node:timers/promises';

import type { App } from '@slack/bolt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Kind, listenedTo } from '../helpers/listened.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const person = { user: { id: 'U0ANA', team_id: 'T0LOCAL' }, team: { id: 'T0LOCAL' } };
let acts = 0;
const field = {
  type: 'input',
  block_id: 'reason',
  element: { type: 'plain_text_input', action_id: 'reason' },
};
const viewOf = (id: string) => ({
  id: 'V1',
  type: 'modal',
  callback_id: id,
  private_metadata: '',
  blocks: [field],
  state: { values: {} },
});
const value = JSON.stringify({ number: 1, version: 1, planHash: 'x', question: null });

/** The smallest thing Slack sends that reaches a listener of this kind. */
function deliveryOf(kind: Kind, id: string) {
  acts += 1;
  const trigger = { trigger_id: `1.2.${acts}` };
  const interactive = (payload: object) => ({
    type: 'interactive' as const,
    payload: { ...person, ...trigger, ...payload },
  });
  switch (kind) {
    case 'command': {
      const who = { user_id: 'U0ANA', channel_id: 'C0SHOP', team_id: 'T0LOCAL' };
      return {
        type: 'slash_commands' as const,
        payload: { ...who, ...trigger, command: id, text: '' },
      };
    }
    case 'action':
      return interactive({
        type: 'block_actions',
        actions: [{ type: 'button', action_id: id, block_id: 'b', value }],
      });
    case 'view':
      return interactive({ type: 'view_submission', view: viewOf(id) });
    case 'options':
      return interactive({
        type: 'block_suggestion',
        action_id: id,
        block_id: 'b',
        value: 'shop',
        view: viewOf('x'),
      });
    case 'shortcut':
      return interactive({ type: 'shortcut', callback_id: id });
    case 'event':
      return {
        type: 'events_api' as const,
        payload: {
          type: 'event_callback',
          team_id: 'T0LOCAL',
          event_id: `E${acts}`,
          event: { type: id, user: 'U0ANA' },
        },
      };
  }
}

const listeners = listenedTo();

test('there are listeners of every kind that people meet, so that what follows asks about something', () => {
  expect(new Set(listeners.map(({ kind }) => kind))).toEqual(
    new Set(['command', 'options', 'action', 'view', 'shortcut', 'event']),
  );
  expect(listeners.length).toBeGreaterThan(15);
});

describe.each(['http', 'socket'] as const)('over %s', (by) => {
  let bot: SlackApp;
  let forget: (() => void) | undefined;
  beforeAll(async () => {
    bot = await startSlackApp({ by, more: listenBadly });
  });
  afterAll(async () => {
    forget?.();
    await bot.stop();
  });

  function listenBadly(app: App): void {
    app.command('/fails', async () => await Promise.reject(new Error('canary-1')));
    app.command('/fails-later', async ({ ack }) => {
      await ack();
      throw new Error('canary-2');
    });
    app.command('/hangs', async ({ ack }) => {
      await new Promise<void>((resolve) => {
        forget = resolve;
      });
      await ack({ response_type: 'ephemeral', text: 'the late answer' });
    });
    app.view('fails', async () => await Promise.reject(new Error('canary-3')));
    app.options('fails', async () => await Promise.reject(new Error('canary-4')));
    app.action('twice', async ({ ack }) => {
      await ack();
      await ack();
    });
  }

  const ana = () => bot.slack.person('U0ANA');
  const lines = (words: string) => bot.log().filter(({ what }) => String(what).includes(words));

  test.each(listeners)('$kind $id is answered', async ({ kind, id }) => {
    expect(await bot.slack.deliver(deliveryOf(kind, id))).toMatchObject({ acknowledged: true });
  });

  test.each(['command', 'action', 'view', 'options', 'shortcut', 'event'] as const)(
    'a %s that nothing listens to is answered each time and logged once',
    async (kind) => {
      const id = kind === 'command' ? '/unheard' : `unheard_${kind}`;
      for (const attempt of [1, 2]) {
        const answer = await bot.slack.deliver(deliveryOf(kind, id));
        expect([attempt, answer.acknowledged]).toEqual([attempt, true]);
      }
      expect(lines(id)).toHaveLength(1);
    },
  );

  test('a person whose command nothing listens to reads so', async () => {
    const answer = await ana().types('/unheard', { channel: 'C0SHOP' });
    expect(answer.text).toBe('Lamplighter has no such command. `/deploy help` lists them all.');
  });

  test('a form that nothing listens to stays open with a sentence, and nothing claims it was taken', async () => {
    expect(await bot.slack.deliver(deliveryOf('view', 'unheard_view'))).toMatchObject({
      payload: {
        response_action: 'errors',
        errors: {
          reason: 'This form is of another version of Lamplighter: close it, and open it again with /deploy.',
        },
      },
    });
  });

  test('a listener that throws before it answers is answered for: the person reads a sentence, the log the error', async () => {
    const answer = await ana().types('/fails', { channel: 'C0SHOP' });
    expect(answer.text).toMatch(/^That failed inside Lamplighter/);
    const form = await bot.slack.deliver(deliveryOf('view', 'fails'));
    expect(form).toMatchObject({ payload: { errors: { reason: expect.stringMatching(/^That failed/) } } });
    const found = await bot.slack.deliver(deliveryOf('options', 'fails'));
    expect(found).toMatchObject({ acknowledged: true, payload: { options: [] } });
    for (const canary of ['canary-1', 'canary-3', 'canary-4'])
      expect(bot.log().filter(({ error }) => String(error).includes(canary))).toHaveLength(1);
  });

  test('a listener that throws after it answered has the person told all the same', async () => {
    const before = ana().ephemerals().length;
    const answer = await ana().types('/fails-later', { channel: 'C0SHOP' });
    expect(answer).toEqual({ acknowledged: true });
    await bot.slack.until(() => ana().ephemerals().length > before);
    expect(ana().ephemerals().at(-1)?.text).toMatch(/^That failed inside Lamplighter/);
  });

  test('a listener that takes too long is answered for in time, and its answer still reaches the person', async () => {
    const answer = await ana().types('/hangs', { channel: 'C0SHOP' });
    expect(answer).toMatchObject({ acknowledged: true, text: expect.stringMatching(/^This takes longer/) });
    forget?.();
    await bot.slack.until(() => ana().ephemerals().at(-1)?.text === 'the late answer');
  });

  test('a listener that answers twice disturbs nobody', async () => {
    const before = bot.log().length;
    expect(await bot.slack.deliver(deliveryOf('action', 'twice'))).toMatchObject({ acknowledged: true });
    expect(bot.log().slice(before)).toEqual([]);
  });
});

describe.each(['http', 'socket'] as const)('a stop over %s', (by) => {
  test('waits for what was taken: its answer still goes out, and nothing new is taken after it', async () => {
    let release: (() => void) | undefined;
    const bot = await startSlackApp({
      by,
      more: (app) =>
        app.command('/slow', async ({ ack }) => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          await ack({ text: 'done' });
        }),
    });
    const answer = bot.slack.deliver(deliveryOf('command', '/slow'));
    await bot.slack.until(() => release);
    const stopped = bot.connection.stop();
    // Longer than an idle connection is waited for.
    await delay(700);
    release?.();
    expect(await answer).toEqual({ acknowledged: true, payload: { text: 'done' } });
    await stopped;
    expect(bot.connection.problem()).not.toBeNull();
    if (by === 'http') await expect(fetch(bot.url)).rejects.toThrow('fetch failed');
    await bot.stop();
  });
});
