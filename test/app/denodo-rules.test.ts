import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { expireDeployment } from '../../src/app/expire-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { planDeployment } from '../../src/app/plan-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import type { Lease } from '../../src/store/leases.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildDenodoRevision, buildSingleDenodo, buildTask, twoCaches } from '../helpers/build-denodo.ts';

const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };

let app: TestApp;
/** Where the last good backup lies, as the database would say. */
let backup: string | null;

async function start(more: Partial<Environment> = {}): Promise<void> {
  app = await startApp([buildSingleDenodo({ name: 'shop', rollback, ...more })]);
  app.world.revisions = [buildDenodoRevision({ name: 'shop' })];
  app.store = { ...app.store, lastBackup: async () => backup };
}

beforeEach(async () => {
  backup = '/backups/40.vql';
  await start();
});

function valueOf<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  return verdict.value;
}

const rulesOf = (verdict: Verdict<unknown>): string[] =>
  verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);

const load = async (number: number) => valueOf(await loadDeployment(app.store, number)).deployment;

async function requested(): Promise<number> {
  return valueOf(await requestDeployment(app, buildRequest())).number;
}

async function claimed(deployment: number): Promise<Lease> {
  const claim = { deployment, holder: 'bot', at: app.now(), staleBefore: 0 };
  const lease = await app.store.claim(claim);
  if (!lease) throw new Error(`#${deployment} was not claimed`);
  return lease;
}

describe('a warning that is new at the start', () => {
  test('stops it and asks for approval again, and is accepted with the approval', async () => {
    const number = await requested();
    backup = null;
    expect(await admitDeployment(app, await claimed(number))).toBe(false);
    expect(await load(number)).toMatchObject({
      state: 'awaiting_approval',
      planChanges: [expect.stringContaining('There is no backup info to do the rollback process!')],
    });
    const { planHash } = await load(number);
    valueOf(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
    expect(await admitDeployment(app, await claimed(number))).toBe(true);
  });

  test('ends it, with the name of the rule, where nobody answers within the grace', async () => {
    const number = await requested();
    backup = null;
    await admitDeployment(app, await claimed(number));
    app.clock.now += 16 * 60_000;
    await expireDeployment(app, number);
    expect(await load(number)).toMatchObject({
      state: 'expired',
      endedBy: expect.stringMatching(/There is no backup info.*\(backup\)/),
    });
  });

  test('that was accepted with the request is not new', async () => {
    backup = null;
    expect(rulesOf(await requestDeployment(app, buildRequest()))).toEqual(['warnings']);
    const request = buildRequest({ acceptedWarnings: 1 });
    const { number } = valueOf(await requestDeployment(app, request));
    expect(await admitDeployment(app, await claimed(number))).toBe(true);
  });
});

test('D-51: what a server said before the start does not keep it from starting: it is asked again then', async () => {
  await start({ sharedCache: twoCaches });
  const parts = { scheduler: buildTask({ type: 'VDPCache' }) };
  app.world.revisions = [buildDenodoRevision({ name: 'shop', parts })];
  const number = await requested();
  await app.store.askServers('shop', ['vdp-eu-1'], app.now());
  const answer = { problem: null, readBack: null, cacheIsOn: false };
  await app.store.answerFor({ environment: 'shop', server: 'vdp-eu-1' }, { at: app.now(), answer });
  expect(rulesOf(await requestDeployment(app, buildRequest()))).toEqual(['D-51']);
  expect(await admitDeployment(app, await claimed(number))).toBe(true);
});

describe('a second deployment', () => {
  const d21 = async () =>
    valueOf(
      await planDeployment(app, {
        environment: 'shop',
        selection: ['shop@2'],
        servers: null,
        person: null,
        startsAt: null,
      }),
    ).preconditions.find(({ rule }) => rule === 'D-21');

  test('D-21: is refused while one runs, where it may not wait; the one that runs is not in its own way', async () => {
    await start({ whenBusy: 'refuse' });
    const first = await requested();
    expect((await d21())?.ok).toBe(true);
    const lease = await claimed(first);
    expect(rulesOf(await requestDeployment(app, buildRequest()))).toEqual(['D-21']);
    expect((await d21())?.message).toContain(`Deployment #${first} by <@U0ANA> is running in \`shop\``);
    expect((await d21())?.message).toContain('(0 of 2 servers)');
    expect(await admitDeployment(app, lease)).toBe(true);
  });

  test('D-21: waits for its turn where it may, and the plan says behind whom', async () => {
    const first = await requested();
    await claimed(first);
    expect(await d21()).toMatchObject({ ok: true, isNews: true });
    await requested();
  });
});
