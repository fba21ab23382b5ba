import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Window } from '../../src/domain/configured/hours.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { ServerState } from '../../src/domain/events/states.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import type { Lease } from '../../src/store/leases.ts';
import { sayCancelled } from '../../src/wording/outcome.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildSingleCluster } from '../helpers/build.ts';

const hour = 3_600_000;
const opening = tuesdayMorning + 11 * hour;
const nextOpening = opening + 7 * 24 * hour;
const evening: Window = { days: ['tue'], from: '20:00', to: '23:30', name: null, atEnd: 'no-new-server' };
let app: TestApp;
let number: number;

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}

const load = async () => value(await loadDeployment(app.store, number));
const retry = async () =>
  await retryDeployment(app, { by: 'U0ANA', number, choice: 'remaining', shownVersion: null });

async function claim(): Promise<Lease> {
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return lease;
}

/** A deployment of which the window's end left two servers as they were; it is the morning after. */
async function startWithRest(more: Partial<Environment> = {}): Promise<void> {
  app = await startApp([buildSingleCluster(['web-1', 'web-2', 'web-3'], { windows: [evening], ...more })]);
  number = value(await requestDeployment(app, buildRequest({ startsAt: opening }))).number;
  app.clock.now = opening;
  await startDeployment(app, number);
  const { fence } = await claim();
  const end = (server: string, state: ServerState): DeploymentEvent => ({
    type: 'server_ended',
    server,
    state,
    message: null,
    to: null,
  });
  await app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence,
    at: app.now(),
    events: [
      { type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2', 'web-3'], fence },
      end('web-1', 'ok'),
      { type: 'window_ended', window: 'tue 20:00–23:30' },
      end('web-2', 'skipped'),
      end('web-3', 'skipped'),
      { type: 'attempt_ended', attempt: 1, state: 'partial', endedBy: 'the end of the window' },
    ],
    releaseLease: true,
  });
  app.clock.now = opening + 12 * hour;
}

beforeEach(async () => await startWithRest());

describe('Deploy the remaining N, outside of the windows', () => {
  test('waits for the next window, says when it opens, and begins then with the rest alone', async () => {
    expect(value(await retry())).toEqual({
      number,
      servers: ['web-2', 'web-3'],
      left: [],
      startsAt: nextOpening,
    });
    const { deployment, plan } = await load();
    expect(deployment).toMatchObject({ state: 'scheduled', startsAt: nextOpening });
    expect(await app.store.summary(number)).toMatchObject({ state: 'scheduled', startsAt: nextOpening });
    const fact = factsOf(plan, await app.store.eventsAfter(number, 0)).at(-1);
    expect(fact && threadLine(plan, fact, (at) => new Date(at).toISOString())).toBe(
      '<@U0ANA> deploys the remaining 2: web-2, web-3. It starts 2026-11-24T19:00:00.000Z, when the next window opens.',
    );
    expect(await app.store.dueBefore(nextOpening, 10)).toContainEqual({
      kind: 'start',
      deployment: number,
      at: nextOpening,
    });
    app.clock.now = nextOpening;
    await startDeployment(app, number);
    expect(await admitDeployment(app, await claim())).toBe(true);
    expect((await load()).deployment).toMatchObject({ state: 'queued', retryServers: ['web-2', 'web-3'] });
  });

  test('pressed twice waits once', async () => {
    value(await retry());
    expect((await retry()).ok).toBe(false);
  });

  test('may be cancelled while it waits, and pressed again', async () => {
    value(await retry());
    const waiting = await load();
    const card = JSON.stringify(deploymentCard(waiting.deployment, waiting.plan, []));
    expect(card).toContain('What remains of it is not deployed.');
    const cancelled = value(await cancelDeployment(app, { by: 'U0ANA', number }));
    expect(sayCancelled(cancelled)).toBe(`#${number} is cancelled: what remained of it is not deployed.`);
    const fact = factsOf(waiting.plan, await app.store.eventsAfter(number, 0)).at(-1);
    expect(fact && threadLine(waiting.plan, fact, String)).toBe(
      'Cancelled by <@U0ANA>: what remained is not deployed.',
    );
    expect(await app.store.dueBefore(nextOpening, 10)).toEqual([]);
    value(await retry());
    expect((await load()).deployment.state).toBe('scheduled');
  });

  test('whose hour is missed is not started late: it stands as missed, once, and is offered again', async () => {
    await startWithRest({ schedule: { graceMinutes: 15, onMissed: 'ask', remindMinutes: [] } });
    value(await retry());
    app.clock.now = nextOpening + hour;
    await startDeployment(app, number);
    await startDeployment(app, number);
    const { deployment, plan } = await load();
    expect(deployment).toMatchObject({ state: 'missed', question: null });
    expect(await app.store.claimable(app.now())).toEqual([]);
    const types = (await app.store.eventsAfter(number, 0)).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'missed')).toHaveLength(1);
    expect(JSON.stringify(deploymentCard(deployment, plan, []))).toContain('Deploy the remaining 2');
  });

  test('is refused where no window opens any more', async () => {
    const once: Window = { from: '2026-11-17T20:00', to: '2026-11-17T23:30', name: 'shutdown' };
    await startWithRest({ windows: [once] });
    const verdict = await retry();
    expect(verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule)).toEqual(['windows']);
  });
});

describe('Deploy the remaining N, inside a window', () => {
  test('begins at once', async () => {
    app.clock.now = opening + hour;
    expect(value(await retry())).toMatchObject({ startsAt: null });
    expect((await load()).deployment.state).toBe('queued');
  });
});
