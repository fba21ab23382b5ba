import { beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { batchToJoin } from '../../src/app/batch.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { judgeOrder, orderBatch, type OrderBatch } from '../../src/app/order-batch.ts';
import { planDeployment } from '../../src/app/plan-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import { sayTime } from '../../src/domain/calendar/calendar.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { handleWhatIsDue } from '../../src/scheduler/scheduler.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment, buildRevision } from '../helpers/build.ts';

const hour = 3_600_000;
const tonight = tuesdayMorning + 12 * hour;
const otherScripts = { ...buildEnvironment().scripts, disableCluster: null, enableCluster: null };
const bank = buildEnvironment({
  name: 'bank',
  channel: 'C0BANK',
  paradigm: 'simple',
  scripts: otherScripts,
});
let app: TestApp;

beforeEach(async () => {
  app = await startApp([buildEnvironment(), bank]);
  app.world.revisions.push(buildRevision({ name: 'news', version: '1', digest: 'a'.repeat(64) }));
});

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}

function refused(verdict: Verdict<unknown>): string[] {
  return verdict.ok ? [] : verdict.refusals.map(({ rule }) => rule);
}

const request = async (more = {}) =>
  await requestDeployment(app, buildRequest({ acceptedWarnings: 'all', ...more }));
const first = async (more = {}) => value(await request({ startsAt: tonight, ...more })).number;
const join = async (joins: number, more = {}) => await request({ joins, ...more });
const joined = async (joins: number, more = {}) => value(await join(joins, more)).number;

async function batchOf(number: number) {
  const batch = await app.store.batchOf(number);
  if (!batch) throw new Error('no batch');
  return batch;
}

const numbersOf = async (number: number) => (await batchOf(number)).deployments.map((row) => row.number);
const typesOf = async (number: number) =>
  (await app.store.eventsAfter(number, 0)).map(({ event }) => event.type);

async function order(number: number, numbers: number[], more: Partial<OrderBatch> = {}) {
  const { version, onFailure } = await batchOf(number);
  return await orderBatch(app, { by: 'U0ANA', number, version, order: numbers, onFailure, ...more });
}

async function end(number: number, state: 'ok' | 'error') {
  const started: DeploymentEvent = { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 };
  const ended: DeploymentEvent = { type: 'attempt_ended', attempt: 1, state, endedBy: 'completion' };
  await app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence: null,
    at: app.now(),
    events: [started, ended],
    releaseLease: true,
  });
}

async function admitted(number: number): Promise<boolean> {
  const lease = await app.store.claim({ deployment: number, holder: 'p', at: app.now(), staleBefore: 0 });
  if (!lease) throw new Error('no lease');
  return await admitDeployment(app, lease);
}

describe('joining a batch', () => {
  test('O-23: takes its hour whatever else is asked for, and the last place', async () => {
    const one = await first();
    const verdict = value(await join(one, { environment: 'bank', startsAt: null }));
    expect(verdict).toMatchObject({ startsAt: tonight, environment: 'bank', channel: 'C0BANK' });
    expect(await numbersOf(one)).toEqual([one, verdict.number]);
    expect(await typesOf(verdict.number)).toEqual(['requested', 'batch_joined', 'scheduled']);
    const three = await joined(verdict.number, { selection: ['news@1'] });
    const events = await app.store.eventsAfter(three, 0);
    expect(events[1]?.event).toEqual({ type: 'batch_joined', behind: [one, verdict.number] });
    app.clock.now = tonight;
    await startDeployment(app, verdict.number);
    expect(await typesOf(verdict.number)).toContain('queued');
  });

  test('those before it are thought to take what servers took there before', async () => {
    const minute = 60_000;
    const earlier = value(await request()).number;
    const tell = async (at: number, ...events: [DeploymentEvent, ...DeploymentEvent[]]) =>
      await app.store.commit({ deployment: earlier, expectedVersion: null, fence: null, at, events });
    const begin = app.now();
    const attempt: DeploymentEvent = { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 };
    await tell(begin, attempt, { type: 'server_started', server: 'web-1' });
    expect(value(await batchToJoin(app, await first())).entries[0]?.forecastMs).toBeNull();
    const { length: servers } = buildEnvironment().clusters.flatMap((cluster) => cluster.servers);
    await tell(
      begin + 4 * minute,
      { type: 'server_ended', server: 'web-1', state: 'ok', message: null, to: null },
      { type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' },
    );
    const { entries } = value(await batchToJoin(app, await first()));
    expect(entries.map(({ forecastMs }) => forecastMs)).toEqual([servers * 4 * minute]);
  });

  test('is refused with the reason when it has begun, is over, has no hour or is not there', async () => {
    const one = await first();
    const now = value(await request()).number;
    expect(refused(await join(now, { environment: 'bank' }))).toEqual(['batch-begun']);
    expect(refused(await join(77))).toEqual(['unknown-deployment']);
    app.clock.now = tonight;
    const late = await join(one, { selection: ['news@1'] });
    expect(late).toMatchObject({
      refusals: [
        {
          rule: 'batch-begun',
          message: `The batch of #${one} has begun: it began at ${sayTime(tonight, 'Europe/Madrid')}.`,
        },
      ],
    });
    await startDeployment(app, one);
    await end(one, 'ok');
    const over = await join(one, { selection: ['news@1'] });
    expect(refused(over)).toEqual(['batch-over']);
    expect((await app.store.list({ limit: 9 })).length).toBe(2);
  });

  test('is refused when all of it was called off', async () => {
    const one = await first();
    value(await cancelDeployment(app, { by: 'U0ANA', number: one }));
    expect(refused(await join(one, { selection: ['news@1'] }))).toEqual(['batch-over']);
  });

  test('is refused to whoever may not deploy there, with whom to ask', async () => {
    const one = await first();
    const verdict = await join(one, { by: 'U0CAT', environment: 'bank' });
    expect(refused(verdict)).toContain('D-19');
    expect(await numbersOf(one)).toEqual([one]);
  });

  test('says in the form and when it is sent what stands between it and those before it', async () => {
    const one = await first();
    const verdict = await join(one, { acceptedWarnings: 0 });
    expect(verdict).toMatchObject({
      refusals: [
        {
          rule: 'warnings',
          message: expect.stringContaining(`#${one} deploys \`shop@2\` to web-1`) as string,
        },
      ],
    });
    const two = await joined(one, { selection: ['shop@3'] });
    const older = await join(two, { selection: ['shop@2'] });
    expect(older).toMatchObject({
      refusals: [{ rule: 'batch-revision', liftedBy: `whoever may cancel #${two}` }],
    });
    const { batch, entries } = { batch: await batchOf(one), entries: [] };
    const planned = value(
      await planDeployment(app, {
        environment: 'shop',
        selection: ['shop@2'],
        servers: null,
        person: null,
        startsAt: tonight,
        batch: { batch, startsAt: tonight, entries },
      }),
    );
    expect(planned.warnings).toEqual([]);
  });

  test('of two that join at the same moment each sees the other, and one of them is the last', async () => {
    const one = await first();
    const both = await Promise.all([
      join(one, { environment: 'bank' }),
      join(one, { environment: 'bank', selection: ['news@1'] }),
    ]);
    expect(both.map(({ ok }) => ok)).toEqual([true, true]);
    const batch = await batchOf(one);
    expect(batch.version).toBe(3);
    const [, second, third] = batch.deployments.map(({ number }) => number);
    const events = await app.store.eventsAfter(third ?? 0, 0);
    expect(events[1]?.event).toEqual({ type: 'batch_joined', behind: [one, second] });
  });

  test('twice with one key is one deployment', async () => {
    const one = await first();
    const again = { environment: 'bank', key: 'form-1' };
    expect(await joined(one, again)).toBe(await joined(one, again));
    expect((await numbersOf(one)).length).toBe(2);
  });
});

describe('ordering a batch', () => {
  test('moves what was wanted, writes it into the logs of those that moved, and voids nothing', async () => {
    const one = await first();
    const two = await joined(one, { selection: ['news@1'] });
    const three = await joined(one, { environment: 'bank' });
    const hash = (await app.store.summary(one))?.planHash;
    value(await order(one, [two, one, three]));
    expect(await numbersOf(three)).toEqual([two, one, three]);
    expect(await typesOf(two)).toContain('batch_ordered');
    expect(await typesOf(three)).not.toContain('batch_ordered');
    expect(await app.store.summary(one)).toMatchObject({ state: 'scheduled', planHash: hash });
    const before = (await app.store.summary(two))?.version;
    value(await order(one, [two, one, three]));
    expect((await app.store.summary(two))?.version).toBe(before);
  });

  test('takes somebody who may decide about each that is moved', async () => {
    const one = await first();
    const two = await joined(one, { selection: ['news@1'] });
    const verdict = await order(one, [two, one], { by: 'U0EVE' });
    expect(refused(verdict)).toEqual(['D-01', 'D-01']);
    expect(refused(await order(one, [one, two], { by: 'U0EVE', onFailure: 'stop' }))).toEqual([
      'D-01',
      'D-01',
    ]);
    expect(await numbersOf(one)).toEqual([one, two]);
    value(await order(one, [two, one], { by: 'U0BEN' }));
  });

  test('that would put an older version after a newer one is refused, and changes nothing', async () => {
    const one = await first();
    const two = await joined(one, { selection: ['shop@3'] });
    expect(refused(await order(one, [two, one]))).toEqual(['batch-revision']);
    const judged = value(
      await judgeOrder(app, {
        by: 'U0ANA',
        number: one,
        version: 2,
        order: [one, two],
        onFailure: 'continue',
      }),
    );
    expect(judged.warnings).toMatchObject([{ rule: 'batch-revision' }]);
    expect(await numbersOf(one)).toEqual([one, two]);
  });

  test('over a list that somebody changed since is told who and when, and changes nothing (law 14)', async () => {
    const one = await first();
    const two = await joined(one, { selection: ['news@1'] });
    const { version } = await batchOf(one);
    value(await order(one, [two, one], { by: 'U0BEN' }));
    const stale = await order(one, [one, two], { version });
    expect(stale).toMatchObject({
      refusals: [
        {
          rule: 'law-14',
          message: expect.stringMatching(/ordered by <@U0BEN> at 17 Nov 2026 09:00/) as string,
        },
      ],
    });
    expect(await numbersOf(one)).toEqual([two, one]);
    const three = await joined(one, { environment: 'bank' });
    const unseen = await order(one, [one, two], { version: version + 1 });
    expect(unseen).toMatchObject({
      refusals: [{ rule: 'law-14', message: expect.stringMatching(/added to by <@U0ANA>/) as string }],
    });
    value(await cancelDeployment(app, { by: 'U0ANA', number: three }));
    expect(refused(await order(one, [one, two, three]))).toEqual(['law-14']);
    value(await order(one, [one, two]));
    expect(await numbersOf(one)).toEqual([one, two, three]);
  });

  test('is over once the hour has come', async () => {
    const one = await first();
    const two = await joined(one, { selection: ['news@1'] });
    app.clock.now = tonight;
    expect(refused(await order(one, [two, one]))).toEqual(['batch-begun']);
  });
});

test('a batch waits for its own in an environment that refuses when it is busy, and for nobody else there', async () => {
  app.world.configuration.environments = [buildEnvironment({ whenBusy: 'refuse' }), bank];
  const one = await first();
  const two = await joined(one, { selection: ['news@1'] });
  const other = await first({ selection: ['news@1'] });
  app.clock.now = tonight;
  await startDeployment(app, one);
  expect(await admitted(one)).toBe(true);
  await startDeployment(app, two);
  await startDeployment(app, other);
  expect(await app.store.summary(two)).toMatchObject({ state: 'queued' });
  expect(await app.store.summary(other)).toMatchObject({ state: 'missed' });
});

describe('when one of a batch failed', () => {
  const shared = async (onFailure: 'continue' | 'stop') => {
    const one = await first();
    const two = await joined(one, { selection: ['news@1'] });
    value(await order(one, [one, two], { onFailure }));
    app.clock.now = tonight;
    await startDeployment(app, one);
    await startDeployment(app, two);
    expect(await admitted(one)).toBe(true);
    await end(one, 'error');
    return { one, two };
  };

  test('the others go on', async () => {
    const { two } = await shared('continue');
    expect(await admitted(two)).toBe(true);
  });

  test('the rest does not begin where that was chosen, says why, and frees the environment', async () => {
    const { one, two } = await shared('stop');
    expect(await admitted(two)).toBe(false);
    const last = (await app.store.eventsAfter(two, 0)).at(-1)?.event;
    expect(last).toMatchObject({
      type: 'missed',
      reason: expect.stringContaining(`#${one} failed, and the rest of the batch was to stop then`) as string,
    });
    expect(await app.store.lease('shop')).toBeNull();
  });
});

describe('the morning after', () => {
  const due = async () =>
    await handleWhatIsDue({
      store: app.store,
      now: app.now,
      handle: async (row) => await dueHandlers(app)[row.kind](row),
      log: { error: (about: unknown) => expect.unreachable(JSON.stringify(about)) },
    });
  const morning = Date.parse('2026-11-18T07:00:00Z');

  test('what waits is noted once for the whole batch, at 8:00 of the environment', async () => {
    const one = await first();
    const two = await joined(one, { environment: 'bank' });
    await joined(one, { environment: 'bank', selection: ['news@1'] });
    app.clock.now = tonight;
    await due();
    await end(one, 'ok');
    app.clock.now = morning - 1;
    await due();
    expect(await typesOf(two)).not.toContain('batch_waits');
    app.clock.now = morning;
    await due();
    await due();
    const all = await Promise.all((await numbersOf(one)).map(typesOf));
    expect(all.flat().filter((type) => type === 'batch_waits')).toHaveLength(1);
    expect(await typesOf(two)).toContain('batch_waits');
  });

  test('nothing is noted where all of it has ended', async () => {
    const one = await first();
    const two = await joined(one, { environment: 'bank' });
    app.clock.now = tonight;
    await due();
    await end(one, 'ok');
    await end(two, 'ok');
    app.clock.now = morning;
    await due();
    expect(await typesOf(two)).not.toContain('batch_waits');
  });
});

test('an environment that may not start at the hour of the batch is refused for that', async () => {
  const closed: Environment = {
    ...bank,
    freezes: [{ from: '2026-11-17T20:00', to: '2026-11-18T06:00', reason: 'audit' }],
  };
  app.world.configuration.environments = [buildEnvironment(), closed];
  expect(refused(await join(await first(), { environment: 'bank' }))).toEqual(['freezes']);
});
