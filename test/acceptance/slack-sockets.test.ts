import { setTimeout as delay } from 'node:timers/promises';

import type { App } from '@slack/bolt';
import { afterEach, describe, expect, test } from 'vitest';

import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';

const channel = 'C0SHOP';
let bot: SlackApp;
let proxy: TcpProxy | null = null;
/** Lets a `/slow` that is being worked on finish. */
let release = (): void => undefined;
let worked: string[] = [];
const start = async (): Promise<void> => {
  worked = [];
  bot = await startSlackApp({ by: 'socket', more: listenSlowly });
};
afterEach(async () => {
  release();
  await bot.stop();
  await proxy?.close();
  proxy = null;
});

function listenSlowly(app: App): void {
  app.command('/slow', async ({ command, ack }) => {
    worked.push(command.text);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    await ack({ response_type: 'ephemeral', text: `done ${command.text}` });
  });
}

const ana = () => bot.slack.person('U0ANA');
const both = async (): Promise<void> =>
  void (await bot.slack.until(() => bot.slack.connections() === 2, 12_000));
const answers = async (): Promise<boolean> => (await ana().types('/deploy help', { channel })).acknowledged;

describe('a websocket', () => {
  test.each(['refresh_requested', 'warning'] as const)(
    'that Slack asks to leave (%s) is replaced at once, and what was being worked on is answered over it first',
    async (reason) => {
      await start();
      const answer = ana().types('/slow one', { channel });
      await bot.slack.until(() => worked.length === 1);
      // One of the two carries the question: both are asked to leave.
      bot.slack.refresh(reason);
      bot.slack.refresh(reason);
      await bot.slack.until(() => bot.slack.connections() === 2);
      release();
      expect(await answer).toMatchObject({ acknowledged: true, text: 'done one' });
      expect(bot.connection.problem()).toBeNull();
      expect(await answers()).toBe(true);
      expect(worked).toEqual(['one']);
    },
  );

  test('that is cut while a command is worked on loses no words: they reach the person another way', async () => {
    await start();
    const answer = ana().types('/slow two', { channel });
    await bot.slack.until(() => worked.length === 1);
    bot.slack.dropSockets();
    await bot.slack.until(() => bot.connection.problem());
    release();
    await bot.slack.until(() => ana().ephemerals().at(-1)?.text === 'done two');
    await answer;
    await both();
    expect(bot.log().filter(({ msg }) => msg.includes('could not be handled'))).toEqual([]);
  });

  test('that goes silent both ways is found out and replaced, and takes clicks again', async () => {
    await start();
    proxy = await startTcpProxy(Number(new URL(bot.slack.apiUrl).port));
    bot.slack.offerSocketsAt(proxy.host);
    bot.slack.dropSockets();
    await bot.slack.until(() => bot.connection.problem());
    await both();
    await bot.slack.until(() => bot.connection.problem() === null);
    proxy.swallow();
    await bot.slack.until(() => bot.connection.problem(), 10_000);
    await bot.slack.until(() => bot.connection.problem() === null, 10_000);
    let acknowledged = false;
    // Slack believes in the silent ones until they are closed: it gives some of what is typed to nobody.
    for (let tries = 0; !acknowledged && tries < 6; tries += 1) acknowledged = await answers();
    expect(acknowledged).toBe(true);
  });

  test('whose opening is never answered is given up, and a later one is opened', async () => {
    await start();
    proxy = await startTcpProxy(Number(new URL(bot.slack.apiUrl).port));
    bot.slack.offerSocketsAt(proxy.host);
    const lift = proxy.swallowNew();
    bot.slack.dropSockets();
    await bot.slack.until(() => bot.connection.problem()?.includes('no websocket within'), 19_000);
    lift();
    await bot.slack.until(() => bot.connection.problem() === null, 5_000);
    expect(await answers()).toBe(true);
  }, 30_000);

  test.each(['500', 'html', 'reset', 'ratelimited', 'refused'] as const)(
    'cannot be opened for a while (%s): the trying goes on, the log says so once, and it comes back',
    async (how) => {
      await start();
      const lift = bot.slack.fail({
        method: 'apps.connections.open',
        times: Infinity,
        how,
        error: 'invalid_auth',
      });
      bot.slack.dropSockets();
      const tried = () => bot.slack.calls().filter(({ ok }) => !ok).length;
      await bot.slack.until(() => tried() >= 6);
      expect(bot.connection.problem()).toContain('no websocket is open (');
      lift();
      await both();
      expect(await answers()).toBe(true);
      expect(bot.log().filter(({ msg }) => msg.startsWith('no websocket to Slack'))).toHaveLength(1);
    },
  );

  test('that is switched off again and again is not opened in a hot loop', async () => {
    await start();
    const opened = () => bot.slack.calls().filter(({ method }) => method === 'apps.connections.open').length;
    const before = opened();
    const timer = setInterval(() => bot.slack.refresh('link_disabled'), 5);
    await delay(2_000);
    clearInterval(timer);
    expect(opened() - before).toBeLessThan(14);
    await both();
  });
});

describe('what Slack delivers several times', () => {
  test('at once over both websockets is worked on once, and acknowledged alike each time', async () => {
    await start();
    const payload = {
      command: '/slow',
      text: 'three',
      user_id: 'U0ANA',
      channel_id: channel,
      team_id: 'T0LOCAL',
      trigger_id: '9.9.9',
    };
    const deliver = async (attempt: number) =>
      await bot.slack.deliver({ type: 'slash_commands', payload, attempt });
    const first = [deliver(2), deliver(0), deliver(1)];
    await bot.slack.until(() => worked.length === 1);
    release();
    const done = { acknowledged: true, payload: { response_type: 'ephemeral', text: 'done three' } };
    expect(await Promise.all(first)).toEqual([done, done, done]);
    expect(await deliver(3)).toEqual(done);
    expect(worked).toEqual(['three']);
  });

  test('opens one form, and says nothing to the person about the others', async () => {
    await start();
    bot.slack.redeliverNext(3);
    await ana().types('/deploy', { channel });
    await ana().modal();
    await delay(200);
    expect(bot.slack.calls().filter(({ method }) => method === 'views.open')).toHaveLength(1);
    expect(ana().ephemerals()).toEqual([]);
  });
});

describe('a form that Slack does not open', () => {
  test.each(['500', 'html', 'reset', 'ratelimited', 'drop-reply'] as const)(
    '(%s) is told to the person as what it is, and opens when it is asked for again',
    async (how) => {
      await start();
      const lift = bot.slack.fail({ method: 'views.open', times: Infinity, how });
      await ana().types('/deploy', { channel });
      await bot.slack.until(() => ana().ephemerals().length > 0);
      expect(ana().ephemerals().at(-1)?.text).toMatch(/^Slack did not give Lamplighter the answer it needed/);
      lift();
      await ana().types('/deploy', { channel });
      expect((await ana().modal()).title).toBe('Deploy');
    },
  );
});
