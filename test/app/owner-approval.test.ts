import { afterEach, describe, expect, test } from 'vitest';

import { acknowledgeGlass } from '../../src/app/acknowledge-glass.ts';
import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { breakGlass, joinGlass } from '../../src/app/break-glass.ts';
import { delegateAll, delegateOne } from '../../src/app/delegate-vote.ts';
import { excludeServer, includeServer } from '../../src/app/exclude-server.ts';
import { ownerAgrees, ownerRefuses } from '../../src/app/owner-answer.ts';
import { rejectDeployment } from '../../src/app/reject-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { whyNotRunning } from '../../src/app/why-not-running.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { refuseLocker } from '../../src/domain/deployment/lock.ts';
import { sayApprovals, sayWhoApproves } from '../../src/wording/approvals.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildConfiguration, buildRevision, buildServer, buildSingleCluster } from '../helpers/build.ts';
import { load, messagesOf, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';

const hour = 3_600_000;
const owners = { roles: ['owner'], required: 1, perOwner: true as const };
const admins = { roles: ['promotion_admin'], required: 1 };
const approval: ApprovalRule = {
  rules: [admins, owners],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [60],
};
const role = (...users: string[]) => ({ users, usergroups: [], environmentKinds: null });
/** Ana requests, Ben and Eve are promotion admins, Sci owns two servers and Muon one; web-4 has no owner. */
const roles = {
  promotion: role('U0ANA', 'U0SCI'),
  promotion_admin: role('U0BEN', 'U0EVE'),
  global_admin: role('U0ADMIN'),
};
const servers = [
  buildServer('web-1', { owner: 'U0SCI' }),
  buildServer('web-2', { owner: 'U0MUON' }),
  buildServer('web-3', { owner: 'U0SCI' }),
  buildServer('web-4'),
];
let app: TestApp;

afterEach(async () => await app.store.close());

function environmentWith(more: Partial<Environment> = {}, own = servers): Environment {
  const [main] = buildSingleCluster([]).clusters;
  return buildSingleCluster([], { clusters: [{ ...main!, servers: own }], approval, ...more });
}

async function start(more: Partial<Environment> = {}, own = servers): Promise<void> {
  app = await startApp([]);
  app.world.revisions = [buildRevision({ author: null })];
  app.world.configuration = buildConfiguration([environmentWith(more, own)], {
    roles: structuredClone(roles),
  });
}

const withRule = (more: Partial<ApprovalRule>): { approval: ApprovalRule } => ({
  approval: { ...approval, ...more },
});
const onlyOwners = withRule({ rules: [owners] });

async function press(by: string, number: number) {
  const { planHash } = await load(app, number);
  return await approveDeployment(app, { by, number, planHash });
}
const stateOf = async (number: number) => (await load(app, number)).state;
async function approvals(number: number): Promise<string> {
  return sayApprovals(app.configuration().environments[0]!, await load(app, number));
}
async function why(number: number) {
  const [obstacle] = value(await whyNotRunning(app, number)).obstacles;
  return obstacle;
}
async function glassBroken(number: number): Promise<void> {
  const { planHash } = await load(app, number);
  value(await breakGlass(app, { by: 'U0EVE', number, planHash, reason: 'the shop is down' }));
  value(await joinGlass(app, { by: 'U0BEN', number, planHash }));
}
async function claimed(number: number) {
  const lease = await app.store.claim({ deployment: number, holder: 'h', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return lease;
}

describe('approval.from: owner', () => {
  test('asks the owner of every planned server beside the roles, and one press counts for all servers of one', async () => {
    await start();
    const { number } = await requested(app);
    expect(await approvals(number)).toBe(
      'Approved by nobody yet, 0 of 3 · Open: promotion_admin; <@U0SCI> as the owner of web-1, web-3; <@U0MUON> as the owner of web-2',
    );
    expect(value(await press('U0SCI', number))).toMatchObject({ given: 1, required: 3, complete: false });
    expect(await approvals(number)).not.toContain('web-3');
    expect(value(await press('U0BEN', number)).complete).toBe(false);
    expect(value(await press('U0MUON', number))).toMatchObject({ given: 3, required: 3, complete: true });
    expect(await stateOf(number)).toBe('scheduled');
  });

  test('counts nobody else in the place of an owner, and nobody for two seats', async () => {
    await start();
    app.world.configuration.roles['promotion_admin'] = role('U0BEN', 'U0EVE', 'U0MUON');
    const { number } = await requested(app);
    value(await press('U0BEN', number));
    expect(messagesOf(await press('U0EVE', number))).toBe(
      'Enough people with your roles have approved #1 for `shop`; what is still open takes the owner of web-1, web-3 or the owner of web-2.',
    );
    expect(messagesOf(await press('U0DAN', number))).toContain(
      'takes the role promotion_admin or the owner of web-1, web-3 or the owner of web-2; that is not you.',
    );
    value(await press('U0MUON', number));
    expect((await why(number))?.people).toEqual(['<@U0SCI>']);
  });

  test('asks only the owners of what is planned', async () => {
    await start();
    const { number } = await requested(app, { servers: ['web-2', 'web-4'] });
    expect((await load(app, number)).owners).toEqual([{ owner: 'U0MUON', servers: ['web-2'] }]);
    value(await press('U0BEN', number));
    expect(value(await press('U0MUON', number)).complete).toBe(true);
  });

  test('says before the request for which servers nobody approves, and who will have to', async () => {
    await start();
    const verdict = await requestDeployment(app, buildRequest({ startsAt }));
    expect(messagesOf(verdict)).toContain('web-4 has no owner, so no owner approves for it.');
    expect(
      sayWhoApproves({
        ...approval,
        rules: [admins, { ...owners, owned: { owner: 'U0SCI', servers: ['web-1'] } }],
      }),
    ).toBe('1 of promotion_admin; <@U0SCI> as the owner of web-1');
  });

  test('needs no approval of an owner who requested it, where requesters do not approve', async () => {
    await start();
    const { number } = await requested(app, { by: 'U0SCI' });
    expect(await approvals(number)).not.toContain('U0SCI');
    expect(messagesOf(await press('U0SCI', number))).toContain('You requested #1');
    value(await press('U0MUON', number));
    expect(value(await press('U0BEN', number)).complete).toBe(true);
  });

  test('takes the approval of an owner who requested it, where requesters may approve', async () => {
    await start(withRule({ rules: [owners], excludeRequester: false }));
    const { number } = await requested(app, { by: 'U0SCI' });
    value(await press('U0MUON', number));
    expect(await stateOf(number)).toBe('awaiting_approval');
    expect(value(await press('U0SCI', number)).complete).toBe(true);
  });

  test.each<[string, string, string[]]>([
    ['no planned server has an owner', 'U0ANA', ['web-4']],
    ['the requester owns whatever has one', 'U0SCI', ['web-1', 'web-3', 'web-4']],
  ])('asks a global_admin where %s, so that nothing goes on unapproved', async (_, by, planned) => {
    await start(onlyOwners);
    const { number } = await requested(app, { by, servers: planned });
    expect(await stateOf(number)).toBe('awaiting_approval');
    expect((await why(number))?.people).toEqual(['<@U0ADMIN>']);
    expect(value(await press('U0ADMIN', number)).complete).toBe(true);
  });

  test('lets owners reject, lock, and be asked by why and by reminders, where they are still there', async () => {
    await start();
    app.world.standing.set('U0MUON', 'deactivated');
    const { number } = await requested(app);
    value(await press('U0BEN', number));
    expect(await why(number)).toMatchObject({
      liftedBy: 'the owner of web-1, web-3 or the owner of web-2',
      people: ['<@U0SCI>'],
    });
    await tickAt(app, startsAt - hour);
    expect((await said(app, number)).at(-1)).toBe(
      'It is not approved yet, and expires in 1 h. It waits for <@U0SCI>.',
    );
    const sci = await app.findPerson('U0SCI');
    const environment = app.configuration().environments[0]!;
    app.world.configuration.roles['promotion'] = role('U0ANA');
    expect(refuseLocker(sci, app.configuration(), environment)).toBeNull();
    value(await press('U0SCI', number));
    expect(await why(number)).toMatchObject({
      people: [],
      wayOut: 'Nobody can give it now: ask a global_admin to give web-2 another owner in the configuration.',
    });
    value(await rejectDeployment(app, { by: 'U0SCI', number, reason: 'not today' }));
  });

  test('counts at the start only while the owner is there', async () => {
    await start(onlyOwners);
    const { number } = await requested(app, { servers: ['web-1', 'web-2'] });
    for (const by of ['U0SCI', 'U0MUON']) value(await press(by, number));
    app.world.standing.set('U0MUON', 'guest');
    await tickAt(app, startsAt);
    expect(await admitDeployment(app, await claimed(number))).toBe(false);
    expect((await load(app, number)).planChanges).toEqual([
      '<@U0MUON> (now a guest) may no longer approve for `shop`',
    ]);
    expect((await load(app, number)).owners.map(({ owner }) => owner)).toEqual(['U0SCI', 'U0MUON']);
  });

  test('is signed with the plan: another owner is another plan, and is asked', async () => {
    await start();
    const { number } = await requested(app);
    value(await press('U0SCI', number));
    app.world.configuration.environments = [
      environmentWith(
        {},
        servers.map((server) => (server.name === 'web-2' ? { ...server, owner: 'U0NEW' } : server)),
      ),
    ];
    expect(messagesOf(await press('U0BEN', number))).toMatch(/The plan of #1 is not what it was: .*owner/);
    expect((await load(app, number)).votes).toEqual([]);
    expect((await why(number))?.people).toEqual(['<@U0BEN>', '<@U0EVE>', '<@U0SCI>', '<@U0NEW>']);
  });

  test('is given by another hand, for one deployment and for the environment', async () => {
    await start(onlyOwners);
    const { number } = await requested(app, { servers: ['web-1', 'web-2'] });
    value(await delegateOne(app, { by: 'U0SCI', to: 'U0DAN', number }));
    const until = app.now() + 10 * hour;
    value(await delegateAll(app, { by: 'U0MUON', to: 'U0CAT', environment: 'shop', until }));
    expect((await why(number))?.people).toEqual(['<@U0SCI>', '<@U0MUON>', '<@U0DAN>', '<@U0CAT>']);
    value(await press('U0DAN', number));
    expect(value(await press('U0CAT', number)).complete).toBe(true);
    expect(messagesOf(await press('U0MUON', number))).toBe(
      '<@U0CAT> already approved #1 for you at 17 Nov 2026 09:00 Europe/Madrid.',
    );
    expect((await load(app, number)).votes).toMatchObject([
      { by: 'U0DAN', for: 'U0SCI', roles: ['promotion', 'owner'] },
      { by: 'U0CAT', for: 'U0MUON', roles: ['owner'] },
    ]);
    expect(messagesOf(await delegateAll(app, { by: 'U0DAN', to: 'U0CAT', environment: 'shop', until }))).toBe(
      'You have no vote for `shop` to hand over: it takes the owner of a server there, which you are not yourself.',
    );
  });

  test('is lifted by broken glass, and owners may look afterwards', async () => {
    await start(withRule({ rules: [owners], breakGlass: { persons: 2, minutes: 60 } }));
    const { number } = await requested(app);
    await glassBroken(number);
    expect(await stateOf(number)).toBe('scheduled');
    expect(messagesOf(await acknowledgeGlass(app, { by: 'U0ADMIN', number }))).toBe(
      'Somebody who is the owner of web-1, web-3 or the owner of web-2 who neither broke the glass of #1 nor requested it has to look.',
    );
    app.world.standing.set('U0SCI', 'guest');
    expect(messagesOf(await acknowledgeGlass(app, { by: 'U0SCI', number }))).toContain('Guests may not');
    value(await acknowledgeGlass(app, { by: 'U0MUON', number }));
  });
});

test('of a whole fleet with an owner each the first are named, and how many more there are', async () => {
  const fleet = Array.from({ length: 60 }, (_, index) =>
    buildServer(`srv-${index}`, { owner: `U0OWNER${index}` }),
  );
  await start({ minInService: 0 }, fleet);
  const { number } = await requested(app);
  const line = await approvals(number);
  expect(line).toContain('0 of 61 · Open: promotion_admin; <@U0OWNER0> as the owner of srv-0;');
  expect(line).toMatch(/; and 53 more$/);
  expect((await why(number))?.liftedBy).toBe('promotion_admin or one of the 60 owners of 60 servers');
});

describe('an owner who is asked before the start as well', () => {
  const both = (silence: 'yes' | 'no') => ({ ...onlyOwners, ownerConsent: { minutesBefore: 60, silence } });
  const asked = async (silence: 'yes' | 'no', by: string[]) => {
    await start(both(silence));
    const { number } = await requested(app);
    for (const person of by) value(await press(person, number));
    await tickAt(app, startsAt - hour);
    return number;
  };

  test('has said yes by the approval: silence leaves nothing of theirs out', async () => {
    const number = await asked('no', ['U0SCI', 'U0MUON']);
    expect((await said(app, number)).at(-1)).toContain(
      '<@U0SCI> and <@U0MUON> have approved it, and need not answer.',
    );
    await tickAt(app, startsAt);
    expect((await load(app, number)).preparation.excluded.size).toBe(0);
    expect(await stateOf(number)).toBe('queued');
  });

  test('may still say not tonight', async () => {
    const number = await asked('yes', ['U0SCI', 'U0MUON']);
    value(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }));
    expect(await approvals(number)).toBe('Approved by <@U0SCI>, <@U0MUON>, 2 of 2');
    await tickAt(app, startsAt);
    expect(await admitDeployment(app, await claimed(number))).toBe(true);
  });

  test('and leaves their servers out before they approved is not waited for: it goes on with what the others approved', async () => {
    const number = await asked('yes', ['U0SCI']);
    value(await ownerRefuses(app, { by: 'U0MUON', number, reason: 'beam is on' }));
    expect(await stateOf(number)).toBe('scheduled');
    expect(await approvals(number)).toBe('Approved by <@U0SCI>, 1 of 1');
    expect(messagesOf(await ownerAgrees(app, { by: 'U0MUON', number }))).toBe(
      '#1 was approved while web-2 was left out, without the approval of the owner.',
    );
    expect(messagesOf(await includeServer(app, { by: 'U0MUON', number, server: 'web-2' }))).toContain(
      'without the approval of the owner',
    );
  });

  test('is waited for again where they change their mind before it is approved', async () => {
    const number = await asked('yes', []);
    value(await ownerRefuses(app, { by: 'U0MUON', number, reason: 'beam is on' }));
    expect(await stateOf(number)).toBe('awaiting_approval');
    value(await ownerAgrees(app, { by: 'U0MUON', number }));
    expect((await why(number))?.people).toEqual(['<@U0SCI>', '<@U0MUON>']);
  });
});

test('a server that is not ready takes the seat of its owner with it, and never the last seat of all', async () => {
  await start({ ...onlyOwners, ownerConsent: { minutesBefore: 60, silence: 'yes' } });
  app.world.standing.set('U0MUON', 'deactivated');
  const { number } = await requested(app, { servers: ['web-2', 'web-4'] });
  await tickAt(app, startsAt - hour);
  value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-2' }));
  expect(await stateOf(number)).toBe('awaiting_approval');
  expect((await why(number))?.people).toEqual(['<@U0ADMIN>']);
});
