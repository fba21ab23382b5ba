import { afterEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { answerQuestion } from '../../src/app/answer-question.ts';
import { environmentStatus } from '../../src/app/environment-status.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import { unwatched } from '../../src/app/unwatched.ts';
import { offerWatch, takeWatch } from '../../src/app/watch-deployment.ts';
import type { WatchRule } from '../../src/domain/configured/hours.ts';
import { startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { load, messagesOf, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';

const minute = 60_000;
const watcher: WatchRule = {
  outside: ['08:00', '18:00'],
  from: ['promotion', 'promotion_admin'],
  confirmMinutes: 15,
  ifAbsent: 'pause',
};
let app: TestApp;

afterEach(async () => await app.store.close());

const start = async (more: Partial<WatchRule> = {}) =>
  void (app = await startApp([buildEnvironment({ watcher: { ...watcher, ...more } })]));

/** What the executor asks when the environment is free: whether it may begin. */
async function admit(number: number): Promise<boolean> {
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return await admitDeployment(app, lease);
}

/** Asked 15 minutes before the start, in the thread. */
async function asked(more: Partial<WatchRule> = {}): Promise<number> {
  await start(more);
  const { number } = await requested(app);
  await tickAt(app, startsAt - 15 * minute, 3);
  return number;
}

describe('a start at night', () => {
  test('asks once who watches, in time, and says what happens if nobody does', async () => {
    const number = await asked();
    await dueHandlers(app).watch({ kind: 'watch', deployment: number, at: startsAt - 15 * minute });
    expect(await said(app, number)).toEqual([
      'Who watches? It starts 20:00, outside working hours: <@U0ANA>, <@U0BEN>. If nobody does, it waits at its start.',
    ]);
  });

  test('by day asks nobody, and begins', async () => {
    await start();
    const { number } = await requested(app, { startsAt: tuesdayMorning + 60 * minute });
    await tickAt(app, tuesdayMorning + 60 * minute);
    expect(await said(app, number)).toEqual(['Its hour has come.']);
    expect(await admit(number)).toBe(true);
  });

  test('that somebody watches begins, and names the watcher', async () => {
    const number = await asked();
    value(await takeWatch(app, { by: 'U0BEN', number }));
    expect((await said(app, number)).at(-1)).toBe('<@U0BEN> watches.');
    await tickAt(app, startsAt);
    expect(await admit(number)).toBe(true);
  });

  test('is watched by people of the roles only, once it is asked, and by one of them', async () => {
    await start();
    const { number } = await requested(app);
    expect(messagesOf(await takeWatch(app, { by: 'U0BEN', number }))).toMatch(
      /Nobody is asked yet who watches #1/,
    );
    await tickAt(app, startsAt - 15 * minute);
    expect(messagesOf(await takeWatch(app, { by: 'U0CAT', number }))).toBe(
      'Watching over `shop` takes the role promotion or promotion_admin.',
    );
    value(await takeWatch(app, { by: 'U0BEN', number }));
    expect(messagesOf(await takeWatch(app, { by: 'U0ANA', number }))).toBe(
      '<@U0BEN> watches #1 since 17 Nov 2026 20:45 Europe/Madrid.',
    );
  });

  test('that nobody watches waits as a question, and starts with whoever watches', async () => {
    const number = await asked();
    await tickAt(app, startsAt);
    expect(await admit(number)).toBe(false);
    expect(await load(app, number)).toMatchObject({
      state: 'waiting',
      question: {
        kind: 'no-watcher',
        choices: ['start', 'skip'],
        defaultChoice: 'skip',
        deadlineAt: startsAt + 30 * minute,
      },
    });
    expect(await app.store.lease('shop')).toBeNull();
    const status = value(await environmentStatus(app, 'shop'));
    expect(status.running).toBeNull();
    expect(status.waiting.map((each) => each.number)).toEqual([number]);
    expect((await said(app, number)).at(-1)).toContain(
      'Any of <@U0ANA>, <@U0BEN> may press *I am watching*, and then it starts.',
    );
    value(await takeWatch(app, { by: 'U0BEN', number }));
    expect((await load(app, number)).state).toBe('queued');
    expect(await admit(number)).toBe(true);
  });

  test('is started unwatched by whoever answers so, and is not asked about again', async () => {
    const number = await asked();
    await tickAt(app, startsAt);
    await admit(number);
    const { question } = await load(app, number);
    value(await answerQuestion(app, { by: 'U0ANA', number, question: question!.id, choice: 'start' }));
    expect(await admit(number)).toBe(true);
  });

  test('that nobody answers about is not made, and says so', async () => {
    const number = await asked();
    await tickAt(app, startsAt);
    await admit(number);
    await tickAt(app, startsAt + 30 * minute, 3);
    expect((await load(app, number)).state).toBe('missed');
    expect((await said(app, number)).at(-1)).toBe(
      'Not started: nobody watches it and it was not started later: nobody answered in time.',
    );
  });

  test('begins all the same with ifAbsent: go', async () => {
    const number = await asked({ ifAbsent: 'go' });
    await tickAt(app, startsAt);
    expect(await admit(number)).toBe(true);
  });

  test('is not made with ifAbsent: skip', async () => {
    const number = await asked({ ifAbsent: 'skip' });
    await tickAt(app, startsAt);
    expect(await admit(number)).toBe(false);
    expect((await said(app, number)).at(-1)).toBe(
      'Not started: nobody watches it, and what starts outside 08:00 to 18:00 is watched by somebody.',
    );
  });

  test('without an hour is asked about when it would begin', async () => {
    await start();
    app.clock.now = startsAt;
    const { number } = await requested(app, { startsAt: null });
    expect(await admit(number)).toBe(false);
    value(await takeWatch(app, { by: 'U0ANA', number }));
    expect(await admit(number)).toBe(true);
  });

  test('that undoes another one waits for nobody', async () => {
    await start({ ifAbsent: 'skip' });
    const { number } = await requested(app);
    const { deployment, plan } = value(await loadDeployment(app.store, number));
    app.clock.now = startsAt;
    const undoes = { deployment: 7, servers: {} };
    expect(unwatched(app, deployment, plan)).not.toBeNull();
    expect(unwatched(app, deployment, { ...plan, undoes })).toBeNull();
  });

  test('of what remains is watched as well', async () => {
    await start();
    const { number } = await requested(app, { startsAt: null });
    await endAttempt(app, number, {
      'web-1': 'error',
      'web-2': 'skipped',
      'web-3': 'skipped',
      'web-4': 'skipped',
    });
    app.clock.now = startsAt;
    value(await retryDeployment(app, { by: 'U0ANA', number, choice: 'remaining', shownVersion: null }));
    expect(await admit(number)).toBe(false);
    expect((await load(app, number)).state).toBe('waiting');
    value(await takeWatch(app, { by: 'U0ANA', number }));
    expect((await load(app, number)).state).toBe('queued');
    expect(await admit(number)).toBe(true);
  });
});

describe('the watch', () => {
  test('passes to another one only when they take it', async () => {
    const number = await asked();
    value(await takeWatch(app, { by: 'U0BEN', number }));
    value(await offerWatch(app, { by: 'U0BEN', number, to: 'U0ANA' }));
    expect((await load(app, number)).preparation.watch.watcher?.by).toBe('U0BEN');
    value(await takeWatch(app, { by: 'U0ANA', number }));
    expect((await load(app, number)).preparation.watch.watcher?.by).toBe('U0ANA');
    expect((await said(app, number)).slice(-2)).toEqual([
      '<@U0BEN> hands the watch over to <@U0ANA>, once they press *I am watching*.',
      '<@U0ANA> watches, and no longer <@U0BEN>.',
    ]);
  });

  test('is handed over by who has it or an admin, to people of the roles', async () => {
    const number = await asked();
    expect(messagesOf(await offerWatch(app, { by: 'U0BEN', number, to: 'U0ANA' }))).toBe(
      'Nobody watches #1.',
    );
    value(await takeWatch(app, { by: 'U0BEN', number }));
    expect(messagesOf(await offerWatch(app, { by: 'U0ANA', number, to: 'U0ANA' }))).toBe(
      '<@U0BEN> watches #1, not you.',
    );
    expect(messagesOf(await offerWatch(app, { by: 'U0BEN', number, to: 'U0CAT' }))).toMatch(
      /^<@U0CAT> cannot watch: /,
    );
    expect(messagesOf(await offerWatch(app, { by: 'U0BEN', number, to: 'U0BEN' }))).toMatch(
      /watches #1 already/,
    );
    value(await offerWatch(app, { by: 'U0ADMIN', number, to: 'U0ANA' }));
  });

  test('of a deployment that has ended is nobody’s any more', async () => {
    const number = await asked({ ifAbsent: 'skip' });
    await tickAt(app, startsAt);
    await admit(number);
    expect(messagesOf(await takeWatch(app, { by: 'U0BEN', number }))).toBe('#1 has already ended: missed.');
  });
});
