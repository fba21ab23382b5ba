import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { answerQuestion } from '../../src/app/answer-question.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { expireDeployment } from '../../src/app/expire-deployment.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { OnMissed } from '../../src/domain/configured/hours.ts';
import { startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { load, messagesOf, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';

const minute = 60_000;
const hour = 60 * minute;
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

describe('an hour that has come', () => {
  beforeEach(async () => await start());

  const starts = async (number: number): Promise<number> =>
    (await app.store.eventsAfter(number, 0)).filter(({ event }) => event.type === 'queued').length;

  test('starts once, however many schedulers look at the same moment', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt, 5);
    expect(await starts(number)).toBe(1);
    expect(await said(app, number)).toEqual(['Its hour has come.']);
  });

  test('starts once, also after the clock was set back and the hour comes again', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt);
    await tickAt(app, startsAt - 2 * hour);
    await tickAt(app, startsAt);
    expect(await starts(number)).toBe(1);
  });

  test('does not start while the clock that was set back says that it is still to come', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt - 1);
    await tickAt(app, startsAt - 6 * hour);
    expect((await load(app, number)).state).toBe('scheduled');
    await tickAt(app, startsAt);
    expect(await starts(number)).toBe(1);
  });

  test('may be more than 25 days ahead, where timers of JavaScript end', async () => {
    const far = tuesdayMorning + 400 * 24 * hour;
    const { number } = await requested(app, { startsAt: far });
    await tickAt(app, far - 1);
    expect(await starts(number)).toBe(0);
    await tickAt(app, far);
    expect(await starts(number)).toBe(1);
  });

  test('is in time until the grace has passed', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt + 15 * minute);
    expect(await said(app, number)).toEqual(['Its hour has come.']);
  });
});

describe('law 9: a start that was missed by more than the grace', () => {
  const late =
    'was to start at 17 Nov 2026 21:00 Europe/Madrid, and Lamplighter was stopped or asleep, or its clock was set; it is 61 minutes late';
  const miss = async (onMissed: OnMissed): Promise<number> => {
    await start({ schedule: { graceMinutes: 15, onMissed, remindMinutes: [60, 10] } });
    const { number } = await requested(app);
    await tickAt(app, startsAt + 61 * minute, 3);
    await tickAt(app, startsAt + 62 * minute, 3);
    return number;
  };

  test('is started all the same with onMissed: run, and the thread says once how late and why', async () => {
    const number = await miss('run');
    expect((await load(app, number)).state).toBe('queued');
    expect(await said(app, number)).toEqual([`It ${late}, and is started all the same.`]);
  });

  test('is not started with onMissed: skip, and the thread says so once', async () => {
    const number = await miss('skip');
    expect((await load(app, number)).state).toBe('missed');
    expect(await said(app, number)).toEqual([`Not started: it ${late}, and a missed start is skipped here.`]);
  });

  test('is asked about once with onMissed: ask, with a deadline and what happens at it', async () => {
    const number = await miss('ask');
    const { state, question } = await load(app, number);
    expect(state).toBe('waiting');
    expect(question).toMatchObject({
      choices: ['start', 'skip'],
      defaultChoice: 'skip',
      deadlineAt: startsAt + 91 * minute,
    });
    const asked = `#${number} ${late}. If nobody answers until 21:31: _Skip_.`;
    expect(await said(app, number)).toEqual([asked]);
    await tickAt(app, startsAt + 91 * minute - 1, 3);
    expect((await load(app, number)).state).toBe('waiting');
    await tickAt(app, startsAt + 91 * minute, 3);
    expect((await load(app, number)).state).toBe('missed');
    expect(await said(app, number)).toEqual([
      asked,
      'Nobody answered: Skip.',
      'Not started: its start was missed and it was not started later: nobody answered in time.',
    ]);
  });
});

test('a question takes no other answer than those that it offers', async () => {
  await start({ schedule: { graceMinutes: 15, onMissed: 'ask', remindMinutes: [] } });
  const { number } = await requested(app);
  await tickAt(app, startsAt + hour);
  const { question } = await load(app, number);
  const answered = await answerQuestion(app, {
    by: 'U0ANA',
    number,
    question: question?.id ?? '',
    choice: 'retry',
  });
  expect(messagesOf(answered)).not.toBe('');
  expect(await load(app, number)).toMatchObject({ state: 'waiting', question });
});

describe('reminders of a start', () => {
  beforeEach(
    async () => await start({ schedule: { graceMinutes: 15, onMissed: 'run', remindMinutes: [60, 10] } }),
  );

  test('come once each, and call nobody: nobody has anything to do', async () => {
    const { number } = await requested(app);
    for (const left of [61, 60, 59, 10, 9]) await tickAt(app, startsAt - left * minute, 3);
    expect(await said(app, number)).toEqual(['It starts in 1 h.', 'It starts in 10 min.']);
    expect((await said(app, number)).join()).not.toContain('<@');
  });

  test('that were slept over come as one, which says what is left now', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt - 4 * minute, 3);
    expect(await said(app, number)).toEqual(['It starts in 4 min.']);
  });

  test('do not come again when the clock was set back', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt - 60 * minute);
    await tickAt(app, startsAt - 3 * hour);
    await tickAt(app, startsAt - 60 * minute);
    expect(await said(app, number)).toEqual(['It starts in 1 h.']);
  });

  test('do not come again when the process died before their row was gone', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt - 60 * minute);
    const at = startsAt - 60 * minute;
    await dueHandlers(app).remind({ kind: 'remind', deployment: number, at });
    expect(await said(app, number)).toEqual(['It starts in 1 h.']);
  });

  test('do not come after the start', async () => {
    const { number } = await requested(app);
    await tickAt(app, startsAt + minute);
    expect(await said(app, number)).toEqual(['Its hour has come.']);
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
    const { number } = await requested(app);
    await tickAt(app, startsAt - 2 * hour, 3);
    await tickAt(app, startsAt - hour, 3);
    expect(await said(app, number)).toEqual([
      'It is not approved yet, and expires in 2 h. It waits for <@U0BEN>, <@U0EVE>, <!subteam^S0ADMINS>.',
    ]);
  });

  test('nobody is called who has approved already', async () => {
    app.world.configuration.environments = [
      buildEnvironment({ approval: { ...approval, rules: [{ roles: ['promotion_admin'], required: 2 }] } }),
    ];
    const { number, planHash } = await requested(app);
    value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
    await tickAt(app, startsAt - 2 * hour);
    expect((await said(app, number)).at(-1)).toContain('It waits for <@U0EVE>, <!subteam^S0ADMINS>.');
  });

  test('that is there, only the start is reminded of', async () => {
    const { number, planHash } = await requested(app);
    value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
    await tickAt(app, startsAt - 2 * hour);
    await tickAt(app, startsAt - hour);
    expect(await said(app, number)).toEqual(['Approved by <@U0BEN>.', 'It starts in 1 h.']);
  });

  test('it expires at its hour, told once', async () => {
    const { number } = await requested(app);
    app.clock.now = startsAt - 1;
    await expireDeployment(app, number);
    expect((await load(app, number)).state).toBe('awaiting_approval');
    await tickAt(app, startsAt, 3);
    await tickAt(app, startsAt + hour, 3);
    expect((await load(app, number)).state).toBe('expired');
    expect(await said(app, number)).toEqual(['Expired: it was not approved before its start.']);
  });

  test('it expires expiresHours after the request where its hour is later, told once', async () => {
    const far = tuesdayMorning + 100 * hour;
    const { number } = await requested(app, { startsAt: far });
    await tickAt(app, tuesdayMorning + 72 * hour - 1);
    expect((await load(app, number)).state).toBe('awaiting_approval');
    await tickAt(app, tuesdayMorning + 72 * hour, 3);
    await tickAt(app, far + hour, 3);
    expect((await said(app, number)).filter((line) => line.startsWith('Expired'))).toEqual([
      'Expired: it was not approved in time.',
    ]);
  });
});
