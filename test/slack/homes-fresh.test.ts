import { setTimeout as delay } from 'node:timers/promises';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { unlockEnvironment } from '../../src/app/unlock-environment.ts';
import { type KeepingFresh, keepHomesFresh } from '../../src/slack/home/keep-homes-fresh.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const minute = 60_000;
const pace = { breath: 0, betweenLooks: 25, betweenShowings: 0, betweenShowingsOfOne: 5_000 };
let bot: SlackApp;
let warned: string[];
let keeping: KeepingFresh;

function keep(more: Partial<typeof pace> = {}): KeepingFresh {
  const log = pino({ base: null }, { write: (line: string) => void warned.push(line) });
  return keepHomesFresh({
    app: bot.app,
    log,
    client: bot.connection.outboxClient,
    pace: { ...pace, ...more },
  });
}

beforeEach(async () => {
  bot = await startSlackApp({ by: 'socket' });
  warned = [];
  keeping = keep();
});
afterEach(async () => {
  await keeping.stop();
  await bot.stop();
});

const open = async (person: string) => {
  await bot.slack.screen(person).opensHome();
  await bot.slack.until(() => bot.slack.person(person).home());
  const shown = async () => (await bot.app.store.home(person))?.shownDigest ?? null;
  await expect.poll(shown).not.toBeNull();
};
const textOf = (person: string) => bot.slack.person(person).home()?.text() ?? '';
const showings = () => bot.slack.calls().filter(({ method }) => method === 'views.publish').length;
const lock = async (reason: string) =>
  await lockEnvironment(bot.app, { by: 'U0BEN', environment: 'shop', reason });
const unlock = async () => await unlockEnvironment(bot.app, { by: 'U0BEN', environment: 'shop' });
const shows = async (person: string, words: string) =>
  void (await bot.slack.until(() => textOf(person).includes(words), 20_000));
/** Long enough for many looks; nothing is expected to happen in it. */
const aWhile = async () => await delay(300);
const later = (milliseconds: number) => void (bot.app.clock.now += milliseconds);

describe('a Home that was opened', () => {
  test('is shown anew when what it shows changed, and not otherwise', async () => {
    await open('U0ANA');
    later(5_000);
    await aWhile();
    expect(showings()).toBe(1);
    await lock('audit');
    await shows('U0ANA', 'locked by @ben');
    await aWhile();
    expect(showings()).toBe(2);
  });

  test('is shown anew at most every 5 s, and then with what is so at last', async () => {
    await open('U0ANA');
    later(5_000);
    await lock('first');
    await shows('U0ANA', 'first');
    await unlock();
    await lock('second');
    later(4_999);
    await aWhile();
    expect(textOf('U0ANA')).toContain('first');
    expect(showings()).toBe(2);
    later(1);
    await shows('U0ANA', 'second');
    expect(showings()).toBe(3);
  });

  test('is left alone an hour later, until it is opened again', async () => {
    await open('U0ANA');
    await open('U0BEN');
    later(59 * minute);
    await open('U0BEN');
    later(minute);
    await lock('audit');
    await shows('U0BEN', 'audit');
    await aWhile();
    expect(textOf('U0ANA')).not.toContain('audit');
    await open('U0ANA');
    await shows('U0ANA', 'audit');
  });

  test('follows what another process wrote', async () => {
    await open('U0ANA');
    later(5_000);
    // Its commits wake nobody here.
    vi.spyOn(bot.app.store, 'onCommit').mockImplementation(() => () => undefined);
    await keeping.stop();
    keeping = keep();
    await lock('audit');
    await shows('U0ANA', 'audit');
    expect(showings()).toBe(2);
    vi.restoreAllMocks();
  });

  test('is shown by one of two that saw the change', async () => {
    await open('U0ANA');
    const other = keep();
    later(5_000);
    await lock('audit');
    await shows('U0ANA', 'audit');
    await aWhile();
    await other.stop();
    expect(showings()).toBe(2);
  });
});

test('the Home of somebody whom Slack does not name just now stays as it is', async () => {
  await open('U0ANA');
  later(5_000);
  bot.app.world.standing.set('U0ANA', 'unknown');
  await lock('audit');
  await aWhile();
  expect(showings()).toBe(1);
  bot.app.world.standing.set('U0ANA', 'member');
  await shows('U0ANA', 'audit');
});

describe('while nobody looks', () => {
  test('or has just been shown everything, nothing is read but that it is so', async () => {
    await open('U0ANA');
    const members = vi.spyOn(bot.app.store, 'members');
    const locks = vi.spyOn(bot.app.store, 'locks');
    await lock('audit');
    await aWhile();
    expect([members.mock.calls.length, locks.mock.calls.length]).toEqual([0, 0]);
    vi.restoreAllMocks();
  });
});

describe('where Slack does not take a Home', () => {
  test('the others are shown, the log says it once, and it is tried again', async () => {
    await open('U0ANA');
    await open('U0BEN');
    later(5_000);
    bot.slack.fail({ method: 'views.publish', how: 'refused' });
    await lock('audit');
    await bot.slack.until(() => showings() === 4);
    expect(warned.filter((line) => line.includes('could not be shown anew'))).toHaveLength(1);
    later(5_000);
    await shows('U0ANA', 'audit');
    await shows('U0BEN', 'audit');
  });

  test('because it comes too fast, nothing is shown before the time that it says', async () => {
    await open('U0ANA');
    await open('U0BEN');
    later(5_000);
    bot.slack.fail({ method: 'views.publish', how: 'ratelimited', retryAfter: 2 });
    await lock('audit');
    await bot.slack.until(() => showings() === 3);
    later(5_000);
    await unlock();
    await aWhile();
    expect(showings()).toBe(3);
    await lock('again');
    await shows('U0ANA', 'again');
    await shows('U0BEN', 'again');
  });
});
