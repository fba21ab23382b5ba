import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { offerRetry, retryDeployment } from '../../src/app/retry-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { RetryChoice } from '../../src/domain/deployment/retry-choice.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildConfiguration, buildSingleCluster } from '../helpers/build.ts';

const environment = buildSingleCluster(['web-1', 'web-2', 'web-3', 'web-4']);
const states = { 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped', 'web-4': 'skipped' } as const;
let app: TestApp;
let number: number;

beforeEach(async () => {
  app = await startApp([environment]);
  const requested = await requestDeployment(app, buildRequest());
  if (!requested.ok) throw new Error('refused');
  ({ number } = requested.value);
  await startDeployment(app, number);
  await endAttempt(app, number, states);
});

const retry = async (choice: RetryChoice, { by = 'U0ANA', shownVersion = null as number | null } = {}) =>
  await retryDeployment(app, { by, number, choice, shownVersion });
const load = async () => {
  const loaded = await loadDeployment(app.store, number);
  if (!loaded.ok) throw new Error('no deployment');
  return loaded.value;
};
const count = async () => (await app.store.eventsAfter(number, 0)).length;
const lastLine = async () => {
  const fact = factsOf((await load()).plan, await app.store.eventsAfter(number, 0)).at(-1);
  return fact && threadLine((await load()).plan, fact, String);
};

describe('law 11: a part of what remains', () => {
  test.each<[RetryChoice, string[], string[], string]>([
    ['failed', ['web-2'], ['web-3', 'web-4'], '1 of the remaining 3: web-2.'],
    [{ servers: ['web-4', 'web-2'] }, ['web-2', 'web-4'], ['web-3'], '2 of the remaining 3: web-2, web-4.'],
    [
      { servers: ['web-2', 'web-3', 'web-4'] },
      ['web-2', 'web-3', 'web-4'],
      [],
      'the remaining 3: web-2, web-3, web-4.',
    ],
  ])('%j is deployed by name, with the same plan, and the thread says of how many', async (...row) => {
    const [choice, servers, left, line] = row;
    const { planHash } = (await load()).deployment;
    expect(await retry(choice)).toEqual({ ok: true, value: { number, servers, left, startsAt: null } });
    expect((await load()).deployment).toMatchObject({ state: 'queued', retryServers: servers, planHash });
    expect(await lastLine()).toBe(`<@U0ANA> deploys ${line}`);
    const lease = await app.store.claim({ deployment: number, holder: 'h', at: app.now(), staleBefore: 0 });
    expect(lease && (await admitDeployment(app, lease))).toBe(true);
  });

  test.each<RetryChoice>([{ servers: [] }, { servers: ['web-9'] }, { servers: ['web-1'] }])(
    '%j is refused, and nothing is written',
    async (choice) => {
      const before = await count();
      expect(await retry(choice)).toMatchObject({ ok: false, refusals: [{ rule: 'law-11' }] });
      expect(await count()).toBe(before);
    },
  );

  test('is refused to whoever may not deploy there, with who can, before anything is asked', async () => {
    for (const verdict of [
      await retry('failed', { by: 'U0EVE' }),
      await offerRetry(app, { by: 'U0EVE', number }),
    ])
      expect(verdict).toMatchObject({
        ok: false,
        refusals: [{ rule: 'D-19', wayOut: 'Ask <@U0BEN> to request it.' }],
      });
    expect(await offerRetry(app, { by: 'U0ANA', number })).toMatchObject({
      ok: true,
      value: { remaining: ['web-2', 'web-3', 'web-4'], failed: ['web-2'], startsAt: null },
    });
  });

  test('is refused where the plan would be another one than was approved', async () => {
    app.world.configuration = buildConfiguration([{ ...environment, onServerFailure: 'continue' }]);
    expect(await retry('failed')).toMatchObject({ ok: false, refusals: [{ rule: 'law-11' }] });
  });
});

describe('law 14: a choice from what was on the screen', () => {
  test('while the same is deployed by somebody else is told who and when, and changes nothing', async () => {
    const shownVersion = (await load()).deployment.version;
    expect((await retry('failed', { by: 'U0BEN', shownVersion })).ok).toBe(true);
    const before = await count();
    expect(await retry('remaining', { shownVersion })).toMatchObject({
      ok: false,
      refusals: [
        {
          message: `#${number} was already sent on to 1 of the remaining 3 servers by <@U0BEN> at 17 Nov 2026 09:00 Europe/Madrid.`,
        },
      ],
    });
    expect(await count()).toBe(before);
  });

  test('after somebody else has deployed a part of it is told who and when, and changes nothing', async () => {
    const shownVersion = (await load()).deployment.version;
    expect((await retry('failed', { by: 'U0BEN' })).ok).toBe(true);
    await endAttempt(app, number, { 'web-2': 'ok' });
    const before = await count();
    expect(await retry('remaining', { shownVersion })).toMatchObject({
      ok: false,
      refusals: [{ rule: 'law-14', message: expect.stringContaining('by <@U0BEN> at 17 Nov 2026 09:00') }],
    });
    expect(await count()).toBe(before);
  });

  test('is taken where others deployed a part before it was shown, and only something else was decided since', async () => {
    expect((await retry('failed', { by: 'U0BEN' })).ok).toBe(true);
    await endAttempt(app, number, { 'web-2': 'error' });
    const shownVersion = (await load()).deployment.version;
    await app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: app.now(),
      events: [{ type: 'kept_out', member: 'web-2', by: 'U0BEN' }],
    });
    expect((await retry('failed', { shownVersion })).ok).toBe(true);
  });
});
