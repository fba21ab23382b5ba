import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { delegateAll, delegateOne } from '../../src/app/delegate-vote.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { rejectDeployment } from '../../src/app/reject-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { takeVotesBack } from '../../src/app/take-votes-back.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type { Lease } from '../../src/store/leases.ts';
import { sayApprovals } from '../../src/wording/approvals.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';

const day = 24 * 60 * 60_000;
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 2 }],
  excludeRequester: true,
  expiresHours: 24 * 60,
  remindMinutes: [],
};
const environment = buildEnvironment({ approval });
const role = (...users: string[]) => ({ users, usergroups: [], environmentKinds: null });
let app: TestApp;
let deployment: Deployment;

/** Ben and Cat approve; Dan and Eve hold nothing that approves. */
beforeEach(async () => {
  app = await startApp([]);
  const roles = { promotion: role('U0ANA'), promotion_admin: role('U0BEN', 'U0CAT') };
  app.world.configuration = buildConfiguration([environment, buildEnvironment({ name: 'free' })], { roles });
  deployment = await load(value(await requestDeployment(app, buildRequest())).number);
});

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}
const rules = (verdict: Verdict<unknown>): string[] =>
  verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);
const words = (verdict: Verdict<unknown>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message }) => message).join(' ');
const load = async (number: number): Promise<Deployment> =>
  value(await loadDeployment(app.store, number)).deployment;
const now = async (): Promise<Deployment> => await load(deployment.number);
const approve = async (by: string) =>
  await approveDeployment(app, { by, number: deployment.number, planHash: (await now()).planHash });
const claimed = async (): Promise<Lease> => {
  const { number } = deployment;
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return lease;
};
type Hand = (by: string, to: string) => Promise<Verdict<unknown>>;
const one: Hand = async (by, to) => await delegateOne(app, { by, to, number: deployment.number });
const all = async (by: string, to: string, days = 3): Promise<Verdict<unknown>> =>
  await delegateAll(app, { by, to, environment: 'shop', until: app.now() + days * day });

describe.each([
  ['one deployment', one],
  ['an environment', all],
])('a vote that was handed over for %s', (_what, hand) => {
  test('is given by the other hand, and the card says by whom and for whom', async () => {
    expect(rules(await approve('U0DAN'))).toEqual(['approval.from']);
    value(await hand('U0BEN', 'U0DAN'));
    expect(value(await approve('U0DAN'))).toMatchObject({ given: 1, required: 2 });
    expect(sayApprovals(environment, await now())).toContain('Approved by <@U0DAN> for <@U0BEN>, 1 of 2');
    expect(value(await approve('U0CAT'))).toMatchObject({ complete: true });
  });

  test('is one vote, whichever of the two is first', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await approve('U0DAN'));
    expect(words(await approve('U0BEN'))).toBe(
      '<@U0DAN> already approved #1 for you at 17 Nov 2026 09:00 Europe/Madrid.',
    );
    value(await hand('U0CAT', 'U0EVE'));
    value(await approve('U0CAT'));
    expect((await now()).state).toBe('queued');
    expect(words(await approve('U0EVE'))).toMatch(/already approved by <@U0CAT>/);
  });

  test('is not given once more by its carrier when its owner gave it', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await approve('U0BEN'));
    expect(words(await approve('U0DAN'))).toBe(
      'The vote on #1 that you carry was given by <@U0BEN> at 17 Nov 2026 09:00 Europe/Madrid.',
    );
    expect(await now()).toMatchObject({ state: 'awaiting_approval', votes: [{ by: 'U0BEN' }] });
  });

  test('does not let one person vote twice', async () => {
    value(await hand('U0BEN', 'U0CAT'));
    value(await approve('U0CAT'));
    expect((await now()).votes).toMatchObject([{ by: 'U0CAT' }]);
    expect((await now()).votes[0]?.for).toBeUndefined();
    expect(words(await approve('U0CAT'))).toMatch(/You already approved/);
  });

  test('goes no further: whoever got it can only give it, not hand it on', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    expect(rules(await hand('U0DAN', 'U0EVE'))).toEqual(['approval.from']);
    value(await hand('U0CAT', 'U0BEN'));
    value(await approve('U0DAN'));
    expect(rules(await approve('U0EVE'))).toEqual(['approval.from']);
  });

  test('is no vote any more when its owner leaves the role, or its carrier the workspace', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    app.world.configuration.roles['promotion_admin'] = role('U0CAT');
    expect(rules(await approve('U0DAN'))).toEqual(['approval.from']);
    app.world.configuration.roles['promotion_admin'] = role('U0BEN', 'U0CAT');
    app.world.standing.set('U0DAN', 'guest');
    expect(rules(await approve('U0DAN'))).toEqual(['D-01']);
  });

  test.each([
    [
      'its owner left the role',
      () => (app.world.configuration.roles['promotion_admin'] = role('U0CAT')),
      'U0BEN> (no longer in the role)',
    ],
    [
      'its carrier left',
      () => app.world.standing.set('U0DAN', 'deactivated'),
      'U0DAN> (account deactivated)',
    ],
  ])('counts no more at the start where %s', async (_why, lose, sentence) => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await approve('U0DAN'));
    value(await approve('U0CAT'));
    const { number } = deployment;
    const lease = await claimed();
    lose();
    expect(await admitDeployment(app, lease)).toBe(false);
    expect((await now()).planChanges.join()).toContain(sentence);
    const { event } = (await app.store.eventsAfter(number, 0)).at(-1) ?? {};
    expect(event).toMatchObject({
      approvedBy: [{ by: 'U0DAN', for: 'U0BEN' }, { by: 'U0CAT' }],
      ask: ['U0CAT'],
    });
  });

  test('counts at the start while both still may, though its carrier holds no role', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await approve('U0DAN'));
    value(await approve('U0CAT'));
    expect(await admitDeployment(app, await claimed())).toBe(true);
  });

  test('also rejects', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await rejectDeployment(app, { by: 'U0DAN', number: deployment.number, reason: 'not today' }));
    expect((await now()).state).toBe('rejected');
  });

  test('is taken back with all others, once, and what was given stays given', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await hand('U0CAT', 'U0EVE'));
    value(await approve('U0EVE'));
    expect(value(await takeVotesBack(app, 'U0BEN'))).toMatchObject([{ to: 'U0DAN' }]);
    value(await takeVotesBack(app, 'U0CAT'));
    const log = await app.store.eventsAfter(deployment.number, 0);
    expect(log.filter(({ event }) => event.type === 'vote_taken_back' && event.by === 'U0CAT')).toEqual([]);
    expect(value(await takeVotesBack(app, 'U0BEN'))).toEqual([]);
    expect(rules(await approve('U0DAN'))).toEqual(['approval.from']);
    expect(value(await approve('U0BEN'))).toMatchObject({ given: 2, complete: true });
  });

  test('is in one hand: a later one takes the place of an earlier one', async () => {
    value(await hand('U0BEN', 'U0DAN'));
    value(await hand('U0BEN', 'U0EVE'));
    expect(rules(await approve('U0DAN'))).toEqual(['approval.from']);
    expect(value(await approve('U0EVE'))).toMatchObject({ given: 1 });
  });

  test.each([
    ['by somebody who has none', 'U0DAN', 'U0EVE', 'approval.from'],
    ['to oneself', 'U0BEN', 'U0BEN', 'delegate'],
    ['to somebody who is no member', 'U0BEN', 'U0EVE', 'delegate'],
  ])('is refused %s', async (_how, by, to, rule) => {
    app.world.standing.set('U0EVE', rule === 'delegate' ? 'guest' : 'member');
    expect(rules(await hand(by, to))).toEqual([rule]);
  });
});

describe('a vote', () => {
  test('never goes to the requester, and is never given by them', async () => {
    expect(words(await one('U0BEN', 'U0ANA'))).toMatch(
      /<@U0ANA> requested #1, so nobody's vote goes to them/,
    );
    value(await all('U0BEN', 'U0ANA'));
    expect(rules(await approve('U0ANA'))).toEqual(['approval.excludeRequester']);
    app.world.configuration.environments = [
      buildEnvironment({ approval: { ...approval, excludeRequester: false } }),
    ];
    const { number, planHash } = await load(value(await requestDeployment(app, buildRequest())).number);
    expect(rules(await approveDeployment(app, { by: 'U0ANA', number, planHash }))).toEqual(['approval.from']);
  });

  test('that was given, or that nobody waits for, cannot be handed over any more', async () => {
    value(await approve('U0BEN'));
    expect(words(await one('U0BEN', 'U0DAN'))).toMatch(/Your vote on #1 was given at 17 Nov/);
    value(await approve('U0CAT'));
    expect(words(await one('U0CAT', 'U0DAN'))).toMatch(
      /#1 waits for no approval: it is waiting for the environment/,
    );
  });

  test('law 14: the same hand twice changes nothing and says since when', async () => {
    value(await one('U0BEN', 'U0DAN'));
    expect(rules(await one('U0BEN', 'U0DAN'))).toEqual(['law-14']);
    expect(await app.store.eventsAfter(deployment.number, 2)).toEqual([]);
  });

  test('for an environment runs out by itself', async () => {
    value(await all('U0BEN', 'U0DAN', 2));
    app.clock.now += 2 * day - 1;
    expect(value(await approve('U0DAN'))).toMatchObject({ given: 1 });
    value(await all('U0CAT', 'U0EVE', 2));
    app.clock.now += 2 * day;
    expect(rules(await approve('U0EVE'))).toEqual(['approval.from']);
    expect(value(await takeVotesBack(app, 'U0CAT'))).toEqual([]);
  });

  test.each([
    [31, /30 days at most, which is until 17 Dec 2026 09:00/],
    [-1, /16 Nov 2026 09:00 Europe\/Madrid has passed/],
  ])('for an environment is refused for %i days', async (days, sentence) => {
    expect(words(await all('U0BEN', 'U0DAN', days))).toMatch(sentence);
    expect(await app.store.delegations({ by: 'U0BEN' })).toEqual([]);
  });

  test('for an environment without approval, or without an end, is refused', async () => {
    const free = { by: 'U0BEN', to: 'U0DAN', environment: 'free', until: app.now() + day };
    expect(words(await delegateAll(app, free))).toMatch(/needs no approval/);
    expect(words(await delegateAll(app, { ...free, environment: 'shop', until: null }))).toMatch(
      /Until when/,
    );
    expect(rules(await delegateAll(app, { ...free, environment: 'shpo' }))).toEqual(['unknown-environment']);
  });

  test('that goes into another hand stands in the trail, and so does its way back', async () => {
    value(await all('U0BEN', 'U0DAN'));
    value(await takeVotesBack(app, 'U0BEN'));
    value(await takeVotesBack(app, 'U0BEN'));
    expect((await app.store.environmentEvents('shop')).map(({ event }) => event)).toEqual([
      { type: 'vote_delegated', by: 'U0BEN', to: 'U0DAN', until: app.now() + 3 * day },
      { type: 'vote_taken_back', by: 'U0BEN', to: 'U0DAN' },
    ]);
  });
});
