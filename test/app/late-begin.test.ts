import { afterEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { answerQuestion } from '../../src/app/answer-question.ts';
import type { OnMissed } from '../../src/domain/configured/hours.ts';
import type { Person } from '../../src/domain/roles.ts';
import type { Lease } from '../../src/store/leases.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { load, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';

const minute = 60_000;
let app: TestApp;
afterEach(async () => await app.store.close());

async function claim(number: number): Promise<Lease> {
  const lease = await app.store.claim({
    deployment: number,
    holder: 'test',
    at: app.now(),
    staleBefore: app.now(),
  });
  if (!lease) throw new Error(`no lease for #${number}`);
  return lease;
}

/** One whose hour came while all was well: it is queued, and then the process dies. */
async function queuedInTime(onMissed: OnMissed = 'ask'): Promise<number> {
  app = await startApp([buildEnvironment({ schedule: { graceMinutes: 15, onMissed, remindMinutes: [] } })]);
  const { number } = await requested(app);
  await tickAt(app, startsAt);
  expect((await load(app, number)).state).toBe('queued');
  return number;
}

const admitAt = async (number: number, at: number): Promise<boolean> => {
  app.clock.now = at;
  return await admitDeployment(app, await claim(number));
};

/** Another deployment of the environment had it, until this instant. */
async function ranUntil(at: number): Promise<void> {
  const other = await requested(app, { startsAt: null });
  await app.store.commit({
    deployment: other.number,
    expectedVersion: null,
    fence: null,
    at,
    events: [
      { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 },
      { type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' },
    ],
  });
}

const late =
  'was to start at 17 Nov 2026 21:00 Europe/Madrid, and it could not begin, because Lamplighter was stopped, its clock was set, or Slack did not say who asked and approved; it is 360 minutes late';

describe('law 9: what was queued in time, and whose process died before it began', () => {
  test('begins while the grace lasts', async () => {
    const number = await queuedInTime();
    expect(await admitAt(number, startsAt + 15 * minute)).toBe(true);
  });

  test('is asked about after it, and begins when somebody says so', async () => {
    const number = await queuedInTime();
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(false);
    const { state, question } = await load(app, number);
    expect(state).toBe('waiting');
    expect(question).toMatchObject({
      kind: 'missed-start',
      text: `#${number} ${late}.`,
      defaultChoice: 'skip',
    });
    expect(await app.store.lease('shop')).toBeNull();
    app.clock.now += 20 * minute;
    value(await answerQuestion(app, { by: 'U0ANA', number, question: question?.id ?? '', choice: 'start' }));
    expect(await admitDeployment(app, await claim(number))).toBe(true);
  });

  test('does not begin with onMissed: skip, and the thread says why', async () => {
    const number = await queuedInTime('skip');
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(false);
    expect((await load(app, number)).state).toBe('missed');
    expect((await said(app, number)).at(-1)).toBe(
      `Not started: it ${late}, and a missed start is skipped here.`,
    );
  });

  test('begins with onMissed: run', async () => {
    expect(await admitAt(await queuedInTime('run'), startsAt + 360 * minute)).toBe(true);
  });
});

describe('law 9: what was queued in time', () => {
  test('is in time whenever another deployment made room for it', async () => {
    const number = await queuedInTime();
    await ranUntil(startsAt + 355 * minute);
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(true);
  });

  test('is asked about where the room was there long before', async () => {
    const number = await queuedInTime();
    await ranUntil(startsAt + 30 * minute);
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(false);
  });

  test('waits while Slack does not say who asked, and is asked about when it does again', async () => {
    const number = await queuedInTime();
    const { findPerson } = app;
    const unknown = { standing: 'unknown' } as Person;
    app.findPerson = async () => unknown;
    await expect(admitAt(number, startsAt + 300 * minute)).rejects.toThrow(/so the start waits/);
    expect((await load(app, number)).state).toBe('queued');
    app.findPerson = findPerson;
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(false);
    expect((await load(app, number)).state).toBe('waiting');
  });

  test('is not asked about where it is the rest of one that ran: that has no hour', async () => {
    const number = await queuedInTime();
    await app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: app.now(),
      events: [
        { type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence: 1 },
        { type: 'attempt_ended', attempt: 1, state: 'error', endedBy: 'onServerFailure: stop' },
        { type: 'retry_requested', by: 'U0ANA', servers: ['web-1'] },
      ],
    });
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(true);
  });

  test('and has no hour begins however late it is', async () => {
    await queuedInTime();
    const { number } = await requested(app, { startsAt: null });
    const { number: first } = (await app.store.claimable(app.now()))[0] ?? { number: 0 };
    await app.store.commit({
      deployment: first,
      expectedVersion: null,
      fence: null,
      at: app.now(),
      events: [{ type: 'cancelled', by: 'U0ANA' }],
    });
    expect(await admitAt(number, startsAt + 360 * minute)).toBe(true);
  });
});
