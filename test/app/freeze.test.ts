import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { expireDeployment } from '../../src/app/expire-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { prepareForm } from '../../src/app/prepare-form.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Freeze } from '../../src/domain/configured/hours.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { emptyForm } from '../../src/slack/form/form-state.ts';
import { deployForm } from '../../src/slack/form/form.ts';
import { sayApprovals } from '../../src/wording/approvals.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';

const hour = 3_600_000;
const need = 'needs 2 of global_admin to override the freeze (year end)';
const freeze: Freeze = {
  from: '2026-11-17T00:00',
  to: '2026-11-18T00:00',
  reason: 'year end',
  override: { from: ['global_admin'], persons: 2 },
};
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 72,
  remindMinutes: [],
};
let app: TestApp;

async function start(more: Partial<Environment> = {}): Promise<void> {
  app = await startApp([buildEnvironment({ freezes: [freeze], approval, ...more })]);
  app.world.configuration.roles['global_admin'] = {
    users: ['U0ADMIN', 'U0EVE', 'U0ANA'],
    usergroups: [],
    environmentKinds: null,
  };
}

beforeEach(async () => await start());

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}

const rules = (verdict: Verdict<unknown>): string[] =>
  verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);

const load = async (number: number) => value(await loadDeployment(app.store, number));

async function requested(more = {}): Promise<Deployment> {
  return (await load(value(await requestDeployment(app, buildRequest(more))).number)).deployment;
}

const approve = async ({ number, planHash }: Deployment, by: string) =>
  await approveDeployment(app, { by, number, planHash });

async function admitted({ number }: Deployment): Promise<boolean> {
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return await admitDeployment(app, lease);
}

async function approvedByAll(more = {}): Promise<Deployment> {
  const deployment = await requested(more);
  for (const by of ['U0BEN', 'U0ADMIN', 'U0EVE']) value(await approve(deployment, by));
  return (await load(deployment.number)).deployment;
}

describe('a start inside a freeze', () => {
  test('is refused where nobody may override it', async () => {
    const { override: _, ...strict } = freeze;
    await start({ freezes: [strict] });
    expect(rules(await requestDeployment(app, buildRequest()))).toEqual(['freezes']);
  });

  test('waits for the override beside the usual approval; each person is counted once', async () => {
    const deployment = await requested();
    expect(deployment).toMatchObject({ state: 'awaiting_approval', expiresAt: tuesdayMorning + 72 * hour });
    expect(value(await approve(deployment, 'U0ADMIN'))).toMatchObject({
      given: 1,
      required: 3,
      complete: false,
    });
    expect(value(await approve(deployment, 'U0BEN'))).toMatchObject({ given: 2, complete: false });
    expect(rules(await approve(deployment, 'U0ADMIN'))).toEqual(['law-14']);
    expect(value(await approve(deployment, 'U0EVE'))).toMatchObject({ given: 3, complete: true });
    expect((await load(deployment.number)).deployment.state).toBe('queued');
    expect(await admitted(deployment)).toBe(true);
  });

  test('waits for the override also where no approval is needed otherwise', async () => {
    await start({ approval: null });
    const deployment = await requested();
    expect(deployment.state).toBe('awaiting_approval');
    expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['approval.from']);
    value(await approve(deployment, 'U0ADMIN'));
    expect(value(await approve(deployment, 'U0EVE'))).toMatchObject({
      given: 2,
      required: 2,
      complete: true,
    });
  });

  test.each([approval, null])('is never overridden by its requester', async (usual) => {
    await start({ approval: usual });
    expect(rules(await approve(await requested(), 'U0ANA'))).toEqual(['approval.excludeRequester']);
  });

  test('is overridden by its requester where the configuration lets requesters approve', async () => {
    await start({ approval: { ...approval, excludeRequester: false } });
    expect(value(await approve(await requested(), 'U0ANA'))).toMatchObject({ given: 1 });
  });

  test('takes no third approval of a role of which enough have approved, and says whose it takes', async () => {
    app.world.configuration.roles['global_admin']?.users.push('U0FAY');
    const deployment = await requested();
    for (const by of ['U0ADMIN', 'U0EVE']) value(await approve(deployment, by));
    const verdict = await approve(deployment, 'U0FAY');
    expect(rules(verdict)).toEqual(['approval.from']);
    expect(verdict.ok ? '' : verdict.refusals[0]).toMatchObject({
      liftedBy: 'promotion_admin',
      wayOut: 'Ask <@U0BEN>.',
    });
  });

  test.each([
    ['later tonight', { from: '2026-11-17T20:00', to: '2026-11-18T00:00' }, 12, 1],
    ['that is over by then', { from: '2026-11-17T00:00', to: '2026-11-17T12:00' }, 6, 0],
  ])(
    'takes the overrides of the hour it keeps when its plan changes before it: a freeze %s',
    async (_, when, hours, needed) => {
      await start({ freezes: [{ ...freeze, ...when }] });
      const deployment = await requested({ startsAt: tuesdayMorning + hours * hour });
      expect(deployment.overrides).toHaveLength(needed);
      app.world.configuration.environments = [
        buildEnvironment({ freezes: [{ ...freeze, ...when }], approval, minInService: 0 }),
      ];
      expect(rules(await approve(deployment, 'U0BEN'))).toEqual(['plan-changed']);
      expect((await load(deployment.number)).deployment.overrides).toHaveLength(needed);
    },
  );

  test('expires like any other when the override does not come before its hour', async () => {
    const deployment = await requested({ startsAt: tuesdayMorning + hour });
    value(await approve(deployment, 'U0BEN'));
    app.clock.now += hour;
    await expireDeployment(app, deployment.number);
    expect((await load(deployment.number)).deployment.state).toBe('expired');
  });
});

describe('the override is checked again at the start', () => {
  test('one who lost the role counts no more', async () => {
    const deployment = await approvedByAll();
    app.world.configuration.roles['global_admin']?.users.splice(1, 1);
    expect(await admitted(deployment)).toBe(false);
    expect((await load(deployment.number)).deployment).toMatchObject({
      state: 'awaiting_approval',
      votes: [],
      planChanges: [expect.stringContaining('<@U0EVE>')],
      overrides: [{ reason: 'year end', from: ['global_admin'], persons: 2 }],
    });
  });

  test('one that was given for another freeze, or for none, does not hold: it asks again', async () => {
    await start({ freezes: [{ ...freeze, from: '2026-11-17T10:00' }], whenBusy: 'queue' });
    const deployment = await requested({ startsAt: tuesdayMorning + hour / 2 });
    expect(deployment.overrides).toEqual([]);
    value(await approve(deployment, 'U0BEN'));
    app.clock.now += hour / 2;
    await startDeployment(app, deployment.number);
    app.clock.now += hour;
    expect(await admitted(deployment)).toBe(false);
    expect((await load(deployment.number)).deployment).toMatchObject({
      state: 'awaiting_approval',
      planChanges: [expect.stringContaining(need)],
      overrides: [{ reason: 'year end' }],
    });
    for (const by of ['U0BEN', 'U0ADMIN', 'U0EVE']) value(await approve(deployment, by));
    expect(await admitted(deployment)).toBe(true);
  });

  test('a freeze that lost its override meanwhile keeps it from starting', async () => {
    const { override: _, ...strict } = freeze;
    const deployment = await approvedByAll();
    app.world.configuration.environments = [buildEnvironment({ freezes: [strict], approval })];
    expect(await admitted(deployment)).toBe(false);
    expect((await load(deployment.number)).deployment.planChanges).toEqual([
      expect.stringContaining('freezes'),
    ]);
  });
});

describe('what people read of a freeze that may be overridden', () => {
  test('the thread says what it needs, and the card which of the rules are still open', async () => {
    const { number } = await requested();
    const { deployment, plan } = await load(number);
    const [fact] = factsOf(plan, await app.store.eventsAfter(number, 0));
    expect(fact && threadLine(plan, fact, String)).toContain(`Requested by <@U0ANA>. It ${need}.`);
    expect(JSON.stringify(deploymentCard(deployment, plan, []))).toContain(
      `Approved by nobody yet, 0 of 1; freeze override 0 of 2 · ${need}`,
    );
    for (const by of ['U0BEN', 'U0ADMIN']) value(await approve(deployment, by));
    const later = await load(number);
    expect(sayApprovals(plan.environment, later.deployment)).toBe(
      `Approved by <@U0BEN>, <@U0ADMIN>, 1 of 1; freeze override 1 of 2 · ${need}`,
    );
    value(await approve(deployment, 'U0EVE'));
    expect(sayApprovals(plan.environment, (await load(number)).deployment)).toBe(
      'Approved by <@U0BEN>, <@U0ADMIN>, <@U0EVE>, 1 of 1; freeze override 2 of 2',
    );
  });

  test('the form says it before it is sent', async () => {
    const person = await app.findPerson('U0ANA');
    const chosen = { environment: 'shop', selection: ['shop@2'], servers: null };
    const form = deployForm({
      state: { ...emptyForm, ...chosen, servers: [] },
      prepared: await prepareForm(app, { ...chosen, person, startsAt: 'now' }),
      joined: null,
      refusals: [],
      notice: null,
      zone: 'Europe/Madrid',
      metadata: '',
    });
    expect(JSON.stringify(form)).toContain(`*Inside a freeze*: It ${need}. (freezes)`);
  });
});
