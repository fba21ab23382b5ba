import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { ApprovalRule, Environment, OnMissed } from '../../src/domain/environment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { startScheduler } from '../../src/scheduler/scheduler.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';

const minute = 60_000;
const hour = 60 * minute;
const startsAt = tuesdayMorning + 12 * hour;
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [120],
};
let app: TestApp;

afterEach(async () => await app.store.close());

const start = async (more: Partial<Environment> = {}) =>
  void (app = await startApp([buildEnvironment(more)]));

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}

const load = async (number: number): Promise<Deployment> =>
  value(await loadDeployment(app.store, number)).deployment;

async function requested(more = {}): Promise<Deployment> {
  return await load(value(await requestDeployment(app, buildRequest({ startsAt, ...more }))).number);
}

/** What the thread has said since its first line. */
async function said(number: number): Promise<string[]> {
  const { plan } = value(await loadDeployment(app.store, number));
  const facts = factsOf(plan, await app.store.eventsAfter(number, 0)).slice(1);
  return facts.map((fact) => threadLine(plan, fact, (at) => new Date(at).toISOString().slice(11, 16)));
}

/** As many schedulers as given, over the one store, until nothing is due any more at this moment of the clock. */
async function tickAt(now: number, schedulers = 1): Promise<void> {
  app.clock.now = now;
  const handlers = dueHandlers(app);
  const running = Array.from({ length: schedulers }, () =>
    startScheduler({
      store: app.store,
      now: app.now,
      handle: async (due) => await handlers[due.kind](due),
      log: { error: (...problem: unknown[]) => expect(problem).toBeNull() },
    }),
  );
  await expect.poll(async () => await app.store.dueBefore(now, 10), { timeout: 20_000 }).toEqual([]);
  for (const scheduler of running) await scheduler.stop();
}

describe('an hour that has come', () => {
  beforeEach(async () => await start());

  const starts = async (number: number): Promise<number> =>
    (await app.store.eventsAfter(number, 0)).filter(({ event }) => event.type === 'queued').length;

  test('starts once, however many schedulers look at the same moment', async () => {
    const { number } = await requested();
    await tickAt(startsAt, 5);
    expect(await starts(number)).toBe(1);
    expect(await said(number)).toEqual(['Its hour has come.']);
  });

  test('starts once, also after the clock was set back and the hour comes again', async () => {
    const { number } = await requested();
    await tickAt(startsAt);
    await tickAt(startsAt - 2 * hour);
    await tickAt(startsAt);
    expect(await starts(number)).toBe(1);
  });

  test('does not start while the clock that was set back says that it is still to come', async () => {
    const { number } = await requested();
    await tickAt(startsAt - 1);
    await tickAt(startsAt - 6 * hour);
    expect((await load(number)).state).toBe('scheduled');
    await tickAt(startsAt);
    expect(await starts(number)).toBe(1);
  });

  test('may be more than 25 days ahead, where timers of JavaScript end', async () => {
    const far = tuesdayMorning + 400 * 24 * hour;
    const { number } = await requested({ startsAt: far });
    await tickAt(far - 1);
    expect(await starts(number)).toBe(0);
    await tickAt(far);
    expect(await starts(number)).toBe(1);
  });

  test('is in time until the grace has passed', async () => {
    const { number } = await requested();
    await tickAt(startsAt + 15 * minute);
    expect(await said(number)).toEqual(['Its hour has come.']);
  });
});

describe('law 9: a start that was missed by more than the grace', () => {
  const late =
    'was to start at 17 Nov 2026 21:00 Europe/Madrid, and Lamplighter was stopped or asleep, or its clock was set; it is 61 minutes late';
  const miss = async (onMissed: OnMissed): Promise<number> => {
    await start({ schedule: { graceMinutes: 15, onMissed, remindMinutes: [60, 10] } });
    const { number } = await requested();
    await tickAt(startsAt + 61 * minute, 3);
    await tickAt(startsAt + 62 * minute, 3);
    return number;
  };

  test('is started all the same with onMissed: run, and the thread says once how late and why', async () => {
    const number = await miss('run');
    expect((await load(number)).state).toBe('queued');
    expect(await said(number)).toEqual([`It ${late}, and is started all the same.`]);
  });

  test('is not started with onMissed: skip, and the thread says so once', async () => {
    const number = await miss('skip');
    expect((await load(number)).state).toBe('missed');
    expect(await said(number)).toEqual([`Not started: it ${late}, and a missed start is skipped here.`]);
  });

  test('is asked about once with onMissed: ask, with a deadline and what happens at it', async () => {
    const number = await miss('ask');
    const { state, question } = await load(number);
    expect(state).toBe('waiting');
    expect(question).toMatchObject({
      choices: ['start', 'skip'],
      defaultChoice: 'skip',
      deadlineAt: startsAt + 91 * minute,
    });
    const asked = `#${number} ${late}. If nobody answers, it is _Skip_ at 21:31.`;
    expect(await said(number)).toEqual([asked]);
    await tickAt(startsAt + 91 * minute - 1, 3);
    expect((await load(number)).state).toBe('waiting');
    await tickAt(startsAt + 91 * minute, 3);
    expect((await load(number)).state).toBe('missed');
    expect(await said(number)).toEqual([
      asked,
      'Nobody answered: Skip.',
      'Not started: its start was missed and it was not started later: nobody answered in time.',
    ]);
  });
});

describe('reminders of a start', () => {
  beforeEach(
    async () => await start({ schedule: { graceMinutes: 15, onMissed: 'run', remindMinutes: [60, 10] } }),
  );

  test('come once each, and call nobody: nobody has anything to do', async () => {
    const { number } = await requested();
    for (const left of [61, 60, 59, 10, 9]) await tickAt(startsAt - left * minute, 3);
    expect(await said(number)).toEqual(['It starts in 1 h.', 'It starts in 10 min.']);
    expect((await said(number)).join()).not.toContain('<@');
  });

  test('that were slept over come as one, which says what is left now', async () => {
    const { number } = await requested();
    await tickAt(startsAt - 4 * minute, 3);
    expect(await said(number)).toEqual(['It starts in 4 min.']);
  });

  test('do not come again when the clock was set back', async () => {
    const { number } = await requested();
    await tickAt(startsAt - 60 * minute);
    await tickAt(startsAt - 3 * hour);
    await tickAt(startsAt - 60 * minute);
    expect(await said(number)).toEqual(['It starts in 1 h.']);
  });

  test('do not come again when the process died before their row was gone', async () => {
    const { number } = await requested();
    await tickAt(startsAt - 60 * minute);
    const at = startsAt - 60 * minute;
    await dueHandlers(app).remind({ kind: 'remind', deployment: number, at });
    expect(await said(number)).toEqual(['It starts in 1 h.']);
  });

  test('do not come after the start', async () => {
    const { number } = await requested();
    await tickAt(startsAt + minute);
    expect(await said(number)).toEqual(['Its hour has come.']);
  });
});

describe('while an approval is missing', () => {
  beforeEach(async () => {
    const schedule = { graceMinutes: 15, onMissed: 'run' as const, remindMinutes: [60] };
    await start({ approval, schedule });
    app.world.configuration.roles['promotion_admin'] = {
      users: ['U0BEN', 'U0ANA', 'U0EVE'],
      usergroups: ['S0ADMINS'],
      environmentKinds: null,
    };
  });

  test('the reminder calls those who can give it, not the requester; the one of the start stays silent', async () => {
    const { number } = await requested();
    await tickAt(startsAt - 2 * hour, 3);
    await tickAt(startsAt - hour, 3);
    expect(await said(number)).toEqual([
      'It is not approved yet, and expires in 2 h. It waits for <@U0BEN>, <@U0EVE>, <!subteam^S0ADMINS>.',
    ]);
  });

  test('nobody is called who has approved already', async () => {
    app.world.configuration.environments = [
      buildEnvironment({ approval: { ...approval, rules: [{ roles: ['promotion_admin'], required: 2 }] } }),
    ];
    const { number, planHash } = await requested();
    value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
    await tickAt(startsAt - 2 * hour);
    expect((await said(number)).at(-1)).toContain('It waits for <@U0EVE>, <!subteam^S0ADMINS>.');
  });

  test('that is there, only the start is reminded of', async () => {
    const { number, planHash } = await requested();
    value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
    await tickAt(startsAt - 2 * hour);
    await tickAt(startsAt - hour);
    expect(await said(number)).toEqual(['Approved by <@U0BEN>.', 'It starts in 1 h.']);
  });

  test('it expires at its hour, told once', async () => {
    const { number } = await requested();
    await tickAt(startsAt, 3);
    await tickAt(startsAt + hour, 3);
    expect((await load(number)).state).toBe('expired');
    expect(await said(number)).toEqual(['Expired: it was not approved before its start.']);
  });

  test('it expires expiresHours after the request where its hour is later, told once', async () => {
    const far = tuesdayMorning + 100 * hour;
    const { number } = await requested({ startsAt: far });
    await tickAt(tuesdayMorning + 72 * hour - 1);
    expect((await load(number)).state).toBe('awaiting_approval');
    await tickAt(tuesdayMorning + 72 * hour, 3);
    await tickAt(far + hour, 3);
    expect((await said(number)).filter((line) => line.startsWith('Expired'))).toEqual([
      'Expired: it was not approved in time.',
    ]);
  });
});
