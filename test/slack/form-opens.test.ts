import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { StoreUnavailable } from '../../src/store/unavailable.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
let bot: SlackApp;

beforeEach(async () => (bot = await startSlackApp({ by: 'socket' })));
afterEach(async () => await bot.stop());

const ana = () => bot.slack.person('U0ANA');
const errors = () => bot.log().filter(({ level }) => Number(level) >= 50);

/** Whatever is planned waits until the answer is called. */
function holdPlans(): () => void {
  const { findRevision } = bot.app;
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  bot.app.findRevision = async (name, version) => {
    await gate;
    return await findRevision(name, version);
  };
  return go;
}

describe('/deploy opens its form', () => {
  test('within the 3 s of its trigger while the plan takes 4 s, and shows everything then', async () => {
    const { findRevision } = bot.app;
    bot.app.findRevision = async (name, version) => {
      await delay(4_000);
      return await findRevision(name, version);
    };
    const typed = ana().types('/deploy shop@2 to shop tomorrow 21:00', { channel });
    const form = await ana().modal({ asItIs: true });
    expect(form.text()).toContain('The plan is being made…');
    expect(form.text()).toContain('Close this and type `/deploy` again');
    expect(form.submitLabel).toBe('');
    await bot.slack.until(() => form.submitLabel !== '', 30_000);
    await typed;
    for (const words of ['shop@2', 'Environment: shop', '2026-11-18 20:00', 'half by half'])
      expect(form.text()).toContain(words);
    expect(bot.slack.calls().filter(({ method }) => method === 'views.open')).toMatchObject([{ ok: true }]);
    expect(errors()).toEqual([]);
  });

  test('and is missed by nobody who closed it before it was drawn', async () => {
    const go = holdPlans();
    const typed = ana().types('/deploy shop@2 to shop', { channel });
    const form = await ana().modal({ asItIs: true });
    await form.dismiss();
    go();
    await bot.slack.until(() =>
      bot.slack.calls().some(({ method, error }) => method === 'views.update' && error === 'not_found'),
    );
    await typed;
    expect(form.isOpen).toBe(false);
    expect(errors()).toEqual([]);
    expect(ana().ephemerals()).toEqual([]);
  });

  test.each([
    [new Error('canary'), 'The plan could not be made; the log of Lamplighter says why.'],
    [
      new StoreUnavailable('its disk is full', 'canary'),
      'Lamplighter cannot use its database now: its disk is full.',
    ],
  ])('and says in it that it cannot be drawn, with the way out: %s', async (error, sentence) => {
    bot.app.findRevision = async () => {
      throw error;
    };
    await ana().types('/deploy shop@2 to shop', { channel });
    const form = await ana().modal({ asItIs: true });
    await bot.slack.until(() => form.text().includes(sentence));
    expect(form.text()).toContain('Nothing was requested. Close this and type `/deploy` again.');
    expect(form.text()).not.toContain('canary');
    expect(JSON.stringify(errors())).toContain('canary');
  });
});
