import { afterEach, beforeEach, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { lookAgain } from '../../src/app/look-again.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { load, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';

const hour = 3_600_000;
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [90],
};
const fourDaysOn = startsAt + 4 * 24 * hour;
let app: TestApp;

beforeEach(async () => {
  app = await startApp([buildEnvironment({ approval }), buildEnvironment({ name: 'other', approval })]);
});
afterEach(async () => await app.store.close());

async function approved(more = {}): Promise<Deployment> {
  const { number, planHash } = await requested(app, more);
  value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
  return await load(app, number);
}

async function reload(changed: Partial<Environment>, environments = ['shop']): Promise<void> {
  app.world.configuration.environments = [
    buildEnvironment({ approval, ...changed }),
    buildEnvironment({ name: 'other', approval }),
  ];
  await lookAgain(app, environments);
}

test('what was approved for days ahead waits for its approval again once a reload changed its plan', async () => {
  const before = await approved({ startsAt: fourDaysOn });
  expect(before.state).toBe('scheduled');
  await reload({ minInService: 0 });
  const after = await load(app, before.number);
  expect(after).toMatchObject({
    state: 'awaiting_approval',
    votes: [],
    planChanges: [expect.stringMatching(/minInService/)],
    startsAt: fourDaysOn,
    expiresAt: fourDaysOn,
  });
  expect(await said(app, before.number)).toContainEqual(expect.stringMatching(/minInService[\s\S]*<@U0BEN>/));
  value(await approveDeployment(app, { by: 'U0BEN', number: after.number, planHash: after.planHash }));
  expect((await app.store.dueBefore(fourDaysOn, 20)).filter(({ kind }) => kind === 'start')).toHaveLength(1);
  await tickAt(app, fourDaysOn);
  expect((await load(app, before.number)).state).toBe('queued');
});

test('it is reminded of before its hour, and expires there where nobody approves it again', async () => {
  const { number } = await approved({ startsAt: fourDaysOn });
  await reload({ minInService: 0 });
  await tickAt(app, fourDaysOn - 1.5 * hour);
  expect((await said(app, number)).at(-1)).toBe(
    'It is not approved yet, and expires in 1 h 30 min. It waits for <@U0BEN>.',
  );
  await tickAt(app, fourDaysOn);
  expect((await load(app, number)).state).toBe('expired');
});

test('what waits for its approval has as long as before', async () => {
  const now = await requested(app, { startsAt: null });
  await reload({ minInService: 0 });
  expect(await load(app, now.number)).toMatchObject({
    state: 'awaiting_approval',
    planChanges: [expect.stringMatching(/minInService/)],
    startsAt: null,
    expiresAt: now.expiresAt,
  });
});

test('what is as it was, and what another environment has, keeps its approval', async () => {
  const here = await approved();
  const there = await approved({ environment: 'other' });
  await reload({}, ['shop', 'other']);
  await reload({ minInService: 0 }, ['other']);
  for (const { number, version } of [here, there])
    expect(await load(app, number)).toMatchObject({ state: 'scheduled', version });
});

test('what cannot be planned for the moment keeps its approval: a silent repository voids nothing', async () => {
  const { number, version } = await approved();
  const { revisions } = app.world;
  app.world.revisions = [];
  await reload({ minInService: 0 });
  expect(await load(app, number)).toMatchObject({ state: 'scheduled', version });
  app.world.revisions = revisions;
  await reload({ minInService: 0 });
  expect((await load(app, number)).state).toBe('awaiting_approval');
});

test('however many wait, each is looked at', async () => {
  const waiting = [await approved(), await approved(), await approved()];
  const list: TestApp['store']['list'] = async (filter) => await store.list({ ...filter, limit: 1 });
  const { store } = app;
  app.store = { ...store, list };
  await reload({ minInService: 0 });
  for (const { number } of waiting) expect((await load(app, number)).state).toBe('awaiting_approval');
});
