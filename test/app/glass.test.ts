import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { acknowledgeGlass } from '../../src/app/acknowledge-glass.ts';
import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { breakGlass, joinGlass } from '../../src/app/break-glass.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Freeze } from '../../src/domain/configured/hours.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { rolesOf } from '../../src/domain/roles.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { handleWhatIsDue } from '../../src/scheduler/scheduler.ts';
import { sayApprovals } from '../../src/wording/approvals.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';
import { removeLater } from '../helpers/remove-later.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 2 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
  breakGlass: { persons: 2, minutes: 60 },
};
const role = (...users: string[]) => ({ users, usergroups: [], environmentKinds: null });
/** Ana, Dan and Eve deploy; Ben, Cat and Fay approve, and so may deploy as well; Dba only approves databases. */
const roles = {
  promotion: role('U0ANA', 'U0DAN', 'U0EVE'),
  promotion_admin: role('U0BEN', 'U0CAT', 'U0FAY'),
  dba: role('U0DBA'),
};
let app: TestApp;

async function start(
  more: { approval?: ApprovalRule; freezes?: Freeze[] } = {},
  file = ':memory:',
): Promise<void> {
  app = await startApp([], file);
  const environment = buildEnvironment({ approval, ...more });
  app.world.configuration = buildConfiguration([environment], { roles: structuredClone(roles) });
}
beforeEach(async () => await start());

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}
const rules = (verdict: Verdict<unknown>): string[] =>
  verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);
const words = (verdict: Verdict<unknown>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message, wayOut }) => `${message} ${wayOut}`).join(' ');

const load = async (number: number): Promise<Deployment> =>
  value(await loadDeployment(app.store, number)).deployment;
const requested = async (more = {}): Promise<Deployment> =>
  await load(value(await requestDeployment(app, buildRequest(more))).number);
const wants = async ({ number, planHash }: Deployment, by: string, reason = 'the shop is down') =>
  await breakGlass(app, { by, number, planHash, reason });
const joins = async ({ number, planHash }: Deployment, by: string) =>
  await joinGlass(app, { by, number, planHash });
const types = async (number: number): Promise<string[]> =>
  (await app.store.eventsAfter(number, 1)).map(({ event }) => event.type);
const tick = async (): Promise<void> =>
  await handleWhatIsDue({
    store: app.store,
    now: app.now,
    log: { error: (error: unknown) => expect(error).toBeNull() },
    handle: async (due) => await dueHandlers(app)[due.kind](due),
  });
async function brokenByTwo(more = {}): Promise<Deployment> {
  const deployment = await requested(more);
  value(await wants(deployment, 'U0DAN'));
  value(await joins(deployment, 'U0EVE'));
  return await load(deployment.number);
}
async function admitted({ number }: Deployment): Promise<boolean> {
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return await admitDeployment(app, lease);
}

describe('breaking the glass', () => {
  test('takes a second person; then it goes on without the missing approvals', async () => {
    const deployment = await requested();
    expect(value(await wants(deployment, 'U0DAN'))).toEqual({ number: deployment.number, missing: 1 });
    expect((await load(deployment.number)).state).toBe('awaiting_approval');
    expect(value(await joins(deployment, 'U0EVE'))).toEqual({ number: deployment.number, missing: 0 });
    expect(await types(deployment.number)).toEqual(['glass_asked', 'glass_broken', 'queued']);
    const now = await load(deployment.number);
    expect(now.glass.broken).toMatchObject([
      { people: ['U0DAN', 'U0EVE'], reason: 'the shop is down', holds: true },
    ]);
    expect(await admitted(now)).toBe(true);
  });

  test('keeps the hour that was asked for', async () => {
    const startsAt = tuesdayMorning + 5 * 60 * minute;
    const deployment = await brokenByTwo({ startsAt });
    expect(deployment).toMatchObject({ state: 'scheduled', startsAt });
    app.clock.now = startsAt - 1;
    await tick();
    expect((await load(deployment.number)).state).toBe('scheduled');
  });

  test('takes as many people as are configured', async () => {
    await start({ approval: { ...approval, breakGlass: { persons: 3, minutes: 60 } } });
    const deployment = await requested();
    value(await wants(deployment, 'U0DAN'));
    expect(value(await joins(deployment, 'U0EVE'))).toMatchObject({ missing: 1 });
    expect((await load(deployment.number)).state).toBe('awaiting_approval');
    expect(rules(await joins(deployment, 'U0EVE'))).toEqual(['law-14']);
    expect(value(await joins(deployment, 'U0BEN'))).toMatchObject({ missing: 0 });
    expect((await load(deployment.number)).state).toBe('queued');
  });

  test('law 14: counts nobody twice, and says since when they wanted it', async () => {
    const deployment = await requested();
    value(await wants(deployment, 'U0DAN'));
    expect(words(await joins(deployment, 'U0DAN'))).toMatch(
      /You already wanted to break the glass of #1 at 17 Nov 2026 09:00.*takes somebody else/,
    );
    expect(words(await wants(deployment, 'U0DAN'))).toMatch(/You already wanted/);
    expect(words(await wants(deployment, 'U0EVE'))).toMatch(/<@U0DAN> already wanted.*Press Confirm/);
    expect(await types(deployment.number)).toEqual(['glass_asked']);
    value(await joins(deployment, 'U0EVE'));
    expect(words(await joins(deployment, 'U0EVE'))).toMatch(
      /already sent on with broken glass by <@U0EVE> at 17/,
    );
  });

  test('two who confirm in the same moment break it once', async () => {
    const deployment = await requested();
    value(await wants(deployment, 'U0DAN'));
    const both = await Promise.all([joins(deployment, 'U0EVE'), joins(deployment, 'U0BEN')]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await types(deployment.number)).filter((type) => type === 'glass_broken')).toHaveLength(1);
  });

  test.each([
    ['the requester, where requesters do not approve', 'U0ANA', 'approval.excludeRequester'],
    ['somebody without a role that deploys there', 'U0DBA', 'approval.breakGlass'],
    ['a guest', 'U0EVE', 'D-01'],
  ])('is not for %s, neither first nor second', async (_who, by, rule) => {
    if (rule === 'D-01') app.world.standing.set(by, 'guest');
    const deployment = await requested();
    expect(rules(await wants(deployment, by))).toEqual([rule]);
    value(await wants(deployment, 'U0DAN'));
    expect(rules(await joins(deployment, by))).toEqual([rule]);
  });

  test('is for the requester as one of them where requesters may approve', async () => {
    await start({ approval: { ...approval, excludeRequester: false } });
    const deployment = await requested();
    value(await wants(deployment, 'U0ANA'));
    expect(value(await joins(deployment, 'U0DAN'))).toMatchObject({ missing: 0 });
  });

  test('is refused where it is not configured, without a reason, and when nothing waits any more', async () => {
    const deployment = await requested();
    expect(rules(await wants(deployment, 'U0DAN', '  '))).toEqual(['reason']);
    value(await cancelDeployment(app, { by: 'U0ANA', number: deployment.number }));
    expect(words(await wants(deployment, 'U0DAN'))).toMatch(/already cancelled by <@U0ANA>/);
    const { breakGlass: _, ...usual } = approval;
    await start({ approval: usual });
    expect(rules(await wants(await requested(), 'U0DAN'))).toEqual(['approval.breakGlass']);
  });

  test('is refused on an older plan, and a plan that is another one today is shown first', async () => {
    const deployment = await requested();
    expect(rules(await wants({ ...deployment, planHash: 'older' }, 'U0DAN'))).toEqual(['plan-changed']);
    value(await wants(deployment, 'U0DAN'));
    app.world.scripts.set('/lb/disable-cluster', 'another');
    expect(words(await joins(deployment, 'U0EVE'))).toMatch(
      /is not what it was: the script \/lb\/disable-cluster/,
    );
    const now = await load(deployment.number);
    expect(now).toMatchObject({ state: 'awaiting_approval', glass: { asked: null, broken: [] } });
    expect(rules(await joins(now, 'U0EVE'))).toEqual(['law-14']);
  });
});

describe('a request to break the glass that nobody confirms', () => {
  test('lapses by its row, once, and says whose it was', async () => {
    const deployment = await requested();
    value(await wants(deployment, 'U0DAN'));
    app.clock.now += 60 * minute - 1;
    await dueHandlers(app)['glass-lapse']({ kind: 'glass-lapse', deployment: 1, at: app.now() });
    await tick();
    expect(await types(deployment.number)).toEqual(['glass_asked']);
    app.clock.now += 1;
    const [due] = await app.store.dueBefore(app.now(), 10);
    await tick();
    if (due) await dueHandlers(app)[due.kind](due);
    expect(await types(deployment.number)).toEqual(['glass_asked', 'glass_lapsed']);
    expect(words(await joins(deployment, 'U0EVE'))).toMatch(/time for it has passed.*say why/);
  });

  test('lapses in the process that comes after the one that wrote it, and reminders go on there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'll-glass-'));
    const file = join(directory, 'lamplighter.db');
    const killed = async (later: number): Promise<void> => {
      const { now } = app.clock;
      await app.store.close();
      await start({}, file);
      app.clock.now = now + later;
      await tick();
    };
    await app.store.close();
    await start({}, file);
    const { number } = await requested();
    value(await wants(await load(number), 'U0DAN'));
    await killed(60 * minute);
    value(await wants(await load(number), 'U0DAN'));
    value(await joins(await load(number), 'U0EVE'));
    await killed(day);
    await killed(day);
    await app.store.close();
    await start({}, file);
    expect((await types(number)).filter((type) => type.startsWith('glass'))).toEqual([
      'glass_asked',
      'glass_lapsed',
      'glass_asked',
      'glass_broken',
      'glass_reminded',
      'glass_reminded',
    ]);
    removeLater(directory);
  });

  test('is joined no more after its time, though nobody has looked at the clock yet, and can be asked anew', async () => {
    const deployment = await requested();
    value(await wants(deployment, 'U0DAN'));
    app.clock.now += 60 * minute;
    expect(rules(await joins(deployment, 'U0EVE'))).toEqual(['law-14']);
    value(await wants(deployment, 'U0EVE', 'still down'));
    await tick();
    expect(await types(deployment.number)).toEqual(['glass_asked', 'glass_lapsed', 'glass_asked']);
    expect(value(await joins(deployment, 'U0DAN'))).toMatchObject({ missing: 0 });
  });

  test('is nothing any more once it was approved as usual', async () => {
    const deployment = await requested();
    value(await wants(deployment, 'U0DAN'));
    const { number, planHash } = deployment;
    for (const by of ['U0BEN', 'U0CAT']) value(await approveDeployment(app, { by, number, planHash }));
    app.clock.now += 2 * 60 * minute;
    await tick();
    expect(await types(number)).toEqual(['glass_asked', 'approved', 'approved', 'queued']);
  });
});

describe('broken glass', () => {
  const frozen: Freeze = {
    from: '2026-11-16T00:00',
    to: '2026-11-18T00:00',
    reason: 'year end',
    override: { from: ['dba'], persons: 1 },
  };

  test('does not lift what a freeze takes: it waits for that alone', async () => {
    await start({ freezes: [frozen] });
    const deployment = await brokenByTwo();
    expect(deployment.state).toBe('awaiting_approval');
    expect(sayApprovals(buildEnvironment({ approval }), deployment)).toContain('freeze override 0 of 1');
    expect(rules(await wants(deployment, 'U0DAN'))).toEqual(['approval.breakGlass']);
    const { number, planHash } = deployment;
    expect(value(await approveDeployment(app, { by: 'U0DBA', number, planHash }))).toMatchObject({
      complete: true,
      required: 1,
    });
    expect(await admitted(await load(number))).toBe(true);
  });

  test.each([
    ['left the role', () => (app.world.configuration.roles['promotion'] = role('U0ANA', 'U0DAN'))],
    ['was deactivated', () => app.world.standing.set('U0EVE', 'deactivated')],
  ])('counts no more at the start when one of them %s', async (_what, lose) => {
    const deployment = await brokenByTwo();
    lose();
    expect(await admitted(deployment)).toBe(false);
    const now = await load(deployment.number);
    expect(now.state).toBe('awaiting_approval');
    expect(now.planChanges).toEqual(['<@U0EVE> may no longer break the glass for `shop`']);
    expect(now.glass.broken).toMatchObject([{ holds: false, seen: null }]);
    for (const by of ['U0BEN', 'U0CAT'])
      value(await approveDeployment(app, { by, number: now.number, planHash: now.planHash }));
    expect((await load(now.number)).state).toBe('queued');
  });

  test('is looked at afterwards by an approver, who is asked every day until somebody does', async () => {
    const deployment = await brokenByTwo();
    const { number } = deployment;
    app.clock.now += day - 1;
    await tick();
    expect(await types(number)).not.toContain('glass_reminded');
    app.clock.now += 1;
    await tick();
    await tick();
    app.clock.now += 3 * day + minute;
    await tick();
    const reminders = (await app.store.eventsAfter(number, 0)).flatMap(({ event }) =>
      event.type === 'glass_reminded' ? [event.people] : [],
    );
    expect(reminders).toEqual([
      ['<@U0BEN>', '<@U0CAT>', '<@U0FAY>'],
      ['<@U0BEN>', '<@U0CAT>', '<@U0FAY>'],
    ]);
    expect(await app.store.dueBefore(app.now() + day, 10)).toContainEqual({
      kind: 'glass-seen',
      deployment: number,
      at: tuesdayMorning + 5 * day,
    });
    expect(value(await acknowledgeGlass(app, { by: 'U0BEN', number }))).toBe(number);
    app.clock.now += 9 * day;
    await tick();
    expect((await types(number)).filter((type) => type === 'glass_reminded')).toHaveLength(2);
    expect(words(await acknowledgeGlass(app, { by: 'U0CAT', number }))).toMatch(
      /<@U0BEN> has seen it already/,
    );
  });

  test('one row is answered with one reminder, though a process died before it was removed', async () => {
    const { number } = await brokenByTwo();
    app.clock.now += day;
    const due = { kind: 'glass-seen' as const, deployment: number, at: app.now() };
    for (const _ of [1, 2]) await dueHandlers(app)['glass-seen'](due);
    expect((await types(number)).filter((type) => type === 'glass_reminded')).toHaveLength(1);
  });

  test.each([
    ['who broke it', 'U0BEN'],
    ['who requested it', 'U0CAT'],
    ['who does not approve there', 'U0DAN'],
  ])('is not acknowledged by somebody %s', async (_who, by) => {
    const deployment = await requested({ by: 'U0CAT' });
    value(await wants(deployment, 'U0BEN'));
    value(await joins(deployment, 'U0EVE'));
    const { number } = deployment;
    expect(rules(await acknowledgeGlass(app, { by, number }))).toEqual(['approval.breakGlass']);
    expect((await load(number)).glass.broken).toMatchObject([{ seen: null }]);
    expect(value(await acknowledgeGlass(app, { by: 'U0FAY', number }))).toBe(number);
  });

  test('is looked at only by members', async () => {
    const { number } = await brokenByTwo();
    app.world.standing.set('U0BEN', 'deactivated');
    const ben = await app.findPerson('U0BEN');
    expect(rolesOf(ben, app.configuration(), 'staging')).toEqual([]);
    expect(words(await acknowledgeGlass(app, { by: 'U0BEN', number }))).toMatch(/deactivated/);
  });
});
