import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import type { AppNeeds } from '../../src/app/needs.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import { rollBackDeployment, rollBackWhenDue } from '../../src/app/roll-back-deployment.ts';
import { keepAsItIs, snoozeRollback } from '../../src/app/rollback-countdown.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { RollbackRule, Step } from '../../src/domain/configured/runbook.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { buildRequest, startApp } from '../helpers/app.ts';
import { buildCluster, buildConfiguration, buildSingleCluster, buildStep } from '../helpers/build.ts';
import { type Engine, eventually, openEngine, statesOf } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;
let app: AppNeeds;
let later = 0;
const by = 'U0ANA';
const minute = 60_000;

function environmentWith(rule: Partial<RollbackRule> = {}, more: Partial<Environment> = {}): Environment {
  const restore: Step = buildStep('restore', { kind: 'rollback' });
  return buildSingleCluster(['web-1', 'web-2', 'web-3'], {
    runbooks: {
      release: { steps: [buildStep('install')], needsNoBackup: true },
      rollback: { steps: [restore], needsNoBackup: true },
    },
    rollback: {
      runbook: 'rollback',
      onFirstServerFailure: false,
      countdownSeconds: null,
      lockAfter: false,
      ...rule,
    },
    readBack: { run: 'cat REVISION', timeoutSeconds: 5 },
    ...more,
  });
}

/** The use-cases over the engine's store, for an environment; the clock can be moved ahead. */
async function open(environment: Environment): Promise<void> {
  const other = await startApp([environment]);
  await other.store.close();
  const { store } = engine;
  app = {
    ...other,
    store,
    now: () => Date.now() + later,
    pinRevision: async (_name, digest) => digest,
    lockOf: async (name) => await store.lock(name),
  };
  engine.start(60_000, async (lease) => await admitDeployment(app, lease));
}

beforeEach(async () => {
  later = 0;
  engine = await openEngine();
});
afterEach(async () => await engine.close());

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}
const sentence = (verdict: Verdict<unknown>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message }) => message).join(' ');

const request = async (servers: string[] | null = null): Promise<number> =>
  value(await requestDeployment(app, buildRequest({ servers, acceptedWarnings: 'all' }))).number;

/** From now on a deployment needs an approval. */
function needApproval(): void {
  const approval = {
    rules: [{ roles: ['promotion_admin'], required: 1 }],
    excludeRequester: true,
    expiresHours: 1,
    remindMinutes: [],
  };
  const configuration = app.configuration();
  const environments = configuration.environments.map((environment) => ({ ...environment, approval }));
  app = { ...app, configuration: () => ({ ...configuration, environments }) };
}

async function approve(number: number): Promise<void> {
  const { planHash } = await engine.load(number);
  value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
}

/** web-1 is changed, web-2 fails, web-3 is never begun. */
async function partial(environment: Environment, isApproved = false): Promise<number> {
  await open(environment);
  if (isApproved) needApproval();
  engine.world.when('web-2 install', () => ended('error'));
  const number = await request();
  if (isApproved) await approve(number);
  await engine.until(number, ['partial']);
  engine.world.done.length = 0;
  return number;
}

describe('law 12: Roll back', () => {
  test('restores what was changed, and only that, in reverse order, with the same drain and look', async () => {
    const number = await partial(environmentWith());
    const { number: undoing, servers } = value(await rollBackDeployment(app, { by, number }));
    expect(servers).toEqual(['web-1', 'web-2']);
    const deployment = await engine.until(undoing, ['ok']);
    expect(engine.world.done).toEqual([
      'disable web-2',
      'web-2 restore',
      'web-2 read-back',
      'enable web-2',
      'disable web-1',
      'web-1 restore',
      'web-1 read-back',
      'enable web-1',
    ]);
    expect(statesOf(deployment)).toEqual({ 'web-2': 'ok', 'web-1': 'ok' });
    expect((await engine.store.members('shop')).map(({ inService }) => inService)).toEqual(['yes', 'yes']);
    expect(await engine.store.summary(undoing)).toMatchObject({ title: `rollback of #${number}` });
    expect((await engine.load(number)).undoneBy).toBe(undoing);
  });

  test('takes the servers of a cluster in reverse order too', async () => {
    const clusters = [buildCluster('north', ['web-1', 'web-2']), buildCluster('south', ['web-3'])];
    const more = { clusters, topology: 'several-clusters', clusterStrategy: 'one-by-one' } as const;
    await open(environmentWith({}, more));
    engine.world.when('web-3 install', () => ended('error'));
    const number = await request();
    await engine.until(number, ['partial']);
    engine.world.done.length = 0;
    const { number: undoing } = value(await rollBackDeployment(app, { by, number }));
    await engine.until(undoing, ['ok']);
    const restored = engine.world.done.filter((entry) => entry.endsWith(' restore'));
    expect(restored).toEqual(['web-3 restore', 'web-2 restore', 'web-1 restore']);
  });

  test('restores what each server had before', async () => {
    const number = await partial(environmentWith());
    const { number: undoing } = value(await rollBackDeployment(app, { by, number }));
    await engine.until(undoing, ['ok']);
    const plan = await engine.store.plan((await engine.load(undoing)).planHash);
    expect(plan?.undoes).toEqual({
      deployment: number,
      servers: {
        'web-1': { before: 'shop@1', backupPath: null },
        'web-2': { before: 'shop@1', backupPath: null },
      },
    });
  });

  test('is one deployment, however many press at once, and is not done twice', async () => {
    const number = await partial(environmentWith());
    const verdicts = await Promise.all([
      rollBackDeployment(app, { by, number }),
      rollBackDeployment(app, { by: 'U0BEN', number }),
    ]);
    const numbers = new Set(verdicts.flatMap((verdict) => (verdict.ok ? [verdict.value.number] : [])));
    expect(numbers.size).toBe(1);
    await engine.until([...numbers][0] ?? 0, ['ok']);
    expect(sentence(await rollBackDeployment(app, { by, number }))).toContain('back already');
  });

  test('and a retry at the same moment: one of them comes first, and the other is refused', async () => {
    const number = await partial(environmentWith(), true);
    const [undone, retried] = await Promise.all([
      rollBackDeployment(app, { by, number }),
      retryDeployment(app, { by, number, choice: 'remaining', shownVersion: null }),
    ]);
    expect(undone.ok).toBe(!retried.ok);
    const words = sentence(undone.ok ? retried : undone);
    expect(words).toMatch(undone.ok ? /#2 rolls #1 back/ : /has not ended/);
    expect(await engine.store.list({ limit: 10 })).toHaveLength(undone.ok ? 2 : 1);
  });

  test('that waits for its approval keeps the rest from being deployed, until it is cancelled', async () => {
    const number = await partial(environmentWith(), true);
    const { number: undoing } = value(await rollBackDeployment(app, { by, number }));
    const retry = async () =>
      await retryDeployment(app, { by, number, choice: 'remaining', shownVersion: null });
    expect(sentence(await retry())).toBe(
      `#${undoing} rolls #${number} back, so the rest of it cannot be deployed.`,
    );
    value(await cancelDeployment(app, { by, number: undoing }));
    expect(value(await retry()).servers).toEqual(['web-2', 'web-3']);
  });

  test('that failed may be tried again', async () => {
    const number = await partial(environmentWith());
    engine.world.when('web-2 restore', () => ended('error'));
    const first = value(await rollBackDeployment(app, { by, number })).number;
    await engine.until(first, ['error']);
    const second = value(await rollBackDeployment(app, { by, number })).number;
    expect(second).not.toBe(first);
    await engine.until(second, ['ok']);
  });

  test('needs the approval of the environment when a person asks for it', async () => {
    const number = await partial(environmentWith());
    needApproval();
    const { number: undoing, needsApproval } = value(await rollBackDeployment(app, { by, number }));
    expect(needsApproval).toBe(true);
    expect((await engine.load(undoing)).state).toBe('awaiting_approval');
    await approve(undoing);
    await engine.until(undoing, ['ok']);
  });

  test('that waited for its approval restores nothing where something else was deployed there meanwhile', async () => {
    const number = await partial(environmentWith());
    needApproval();
    const { number: undoing } = value(await rollBackDeployment(app, { by, number }));
    const other = await request(['web-1']);
    await approve(other);
    await engine.until(other, ['ok']);
    engine.world.done.length = 0;
    await approve(undoing);
    const { endedBy } = await engine.until(undoing, ['missed']);
    expect(endedBy).toBe(`law-12: #${other} was deployed to web-1 after #${number}.`);
    expect(engine.world.done).toEqual([]);
  });

  test('that waited while the rest was deployed does not restore a part of it', async () => {
    const environment = environmentWith();
    const number = await partial(environment);
    needApproval();
    const { number: undoing } = value(await rollBackDeployment(app, { by, number }));
    await engine.decide(number, { type: 'retry_requested', servers: ['web-2', 'web-3'], by });
    app = { ...app, configuration: () => buildConfiguration([environment]) };
    await engine.until(number, ['ok']);
    needApproval();
    engine.world.done.length = 0;
    await approve(undoing);
    const { endedBy } = await engine.until(undoing, ['missed']);
    expect(endedBy).toContain(`#${number} changed other servers since`);
    expect(engine.world.done).toEqual([]);
  });

  test('is refused where an older deployment had its hour after it', async () => {
    await open(environmentWith());
    const startsAt = Date.now() + 60 * minute;
    const early = buildRequest({ startsAt, typed: 'later', acceptedWarnings: 'all' });
    const older = value(await requestDeployment(app, early)).number;
    const number = await request();
    await engine.until(number, ['ok']);
    await engine.decide(older, { type: 'queued', behind: null });
    await engine.until(older, ['ok']);
    expect(sentence(await rollBackDeployment(app, { by, number }))).toBe(
      `#${older} was deployed to web-1 after #${number}.`,
    );
  });

  test('is refused where it would undo what came after, and where nothing restores or was changed', async () => {
    const environment = environmentWith();
    const number = await partial(environment);
    const other = await request(['web-3']);
    await engine.until(other, ['ok']);
    expect(sentence(await rollBackDeployment(app, { by, number }))).toBe(
      `#${other} was deployed to \`shop\` after #${number}.`,
    );
    const undoing = value(await rollBackDeployment(app, { by, number: other })).number;
    await engine.until(undoing, ['ok']);
    expect(sentence(await rollBackDeployment(app, { by, number: undoing }))).toBe(
      `#${undoing} is a rollback itself.`,
    );
  });

  test('leaves out, and names, servers of which no backup is known', async () => {
    const environment = environmentWith(
      {},
      {
        runbooks: {
          release: {
            steps: [buildStep('save', { kind: 'backup' }), buildStep('install')],
            needsNoBackup: false,
          },
          rollback: {
            steps: [buildStep('restore', { kind: 'rollback', run: './restore.sh {backupPath}' })],
            needsNoBackup: true,
          },
        },
      },
    );
    await open(environment);
    engine.world.when('web-1 save', () => ({ ...ended('ok'), lastLines: ['/old/web-1'] }));
    const number = await request();
    await engine.until(number, ['ok']);
    const undone = value(await rollBackDeployment(app, { by, number }));
    expect([undone.servers, undone.withoutBackup]).toEqual([['web-1'], ['web-2', 'web-3']]);
    await engine.until(undone.number, ['ok']);
    expect(engine.world.backupPaths.get('web-1 restore')).toBe('/old/web-1');
  });

  test('undoes waves from the last cluster to the first', async () => {
    const environment = environmentWith(
      {},
      {
        topology: 'several-clusters',
        serverStrategy: null,
        parallel: { perCluster: 1, clustersInFlight: 1, pauseBetweenClusters: false },
        minInService: 0,
        clusters: [buildCluster('north', ['web-1', 'web-2']), buildCluster('south', ['web-3'])],
      },
    );
    await open(environment);
    const number = await request();
    await engine.until(number, ['ok']);
    engine.world.done.length = 0;
    await engine.until(value(await rollBackDeployment(app, { by, number })).number, ['ok']);
    expect(engine.world.done.filter((entry) => entry.endsWith('restore'))).toEqual([
      'web-3 restore',
      'web-2 restore',
      'web-1 restore',
    ]);
  });
});

describe('a rollback that counts down', () => {
  const counting = environmentWith({ countdownSeconds: 60, lockAfter: true });

  test('begins by itself when nobody keeps it as it is, without another approval, and locks the environment', async () => {
    const number = await partial(counting);
    const { countdown } = await engine.load(number);
    expect(countdown?.servers).toEqual(['web-2', 'web-1']);
    expect(await engine.store.dueBefore(Date.now() + 2 * minute, 10)).toMatchObject([{ kind: 'rollback' }]);
    await rollBackWhenDue(app, number);
    expect((await engine.load(number)).undoneBy).toBeNull();
    later = 2 * minute;
    await rollBackWhenDue(app, number);
    await rollBackWhenDue(app, number);
    const { undoneBy } = await engine.load(number);
    const deployment = await engine.until(undoneBy ?? 0, ['ok']);
    expect(deployment.requestedBy).toBe('system');
    expect(await engine.store.lock('shop')).toMatchObject({
      by: 'system',
      reason: `#${undoneBy} rolled back #${number}`,
    });
    expect(await engine.store.dueBefore(Date.now() + 60 * minute, 10)).toEqual([]);
  });

  test('Keep ends it', async () => {
    const number = await partial(counting);
    expect(sentence(await keepAsItIs(app, { by: 'U0EVE', number }))).toContain('You may not decide');
    value(await keepAsItIs(app, { by, number }));
    later = 2 * minute;
    await rollBackWhenDue(app, number);
    expect((await engine.load(number)).undoneBy).toBeNull();
    expect(await engine.store.dueBefore(Date.now() + 60 * minute, 10)).toEqual([]);
    expect(sentence(await keepAsItIs(app, { by, number }))).toBe(
      `No rollback of #${number} is counting down.`,
    );
  });

  test('Snooze puts it off by ten minutes at least', async () => {
    const number = await partial(counting);
    const { at } = value(await snoozeRollback(app, { by, number }));
    expect(at - Date.now()).toBeGreaterThan(9 * minute);
    later = 5 * minute;
    await rollBackWhenDue(app, number);
    expect((await engine.load(number)).undoneBy).toBeNull();
    later = 11 * minute;
    await rollBackWhenDue(app, number);
    expect((await engine.load(number)).undoneBy).not.toBeNull();
  });

  test('that cannot be done says so once, and counts down no more', async () => {
    const number = await partial(counting);
    const other = await request(['web-3']);
    await engine.until(other, ['ok']);
    later = 2 * minute;
    await rollBackWhenDue(app, number);
    const failures = (await engine.events(number)).filter(({ type }) => type === 'rollback_failed');
    expect(failures).toEqual([
      { type: 'rollback_failed', reason: `#${other} was deployed to \`shop\` after #${number}.` },
    ]);
    expect((await engine.load(number)).countdown).toBeNull();
  });

  test('does not follow a deployment that ended well or was stopped by a person', async () => {
    await open(counting);
    const well = await request();
    await engine.until(well, ['ok']);
    expect((await engine.load(well)).countdown).toBeNull();
    engine.world.hangs('web-1 install');
    const stopped = await request();
    await eventually(() => engine.world.done.filter((entry) => entry === 'web-1 install').length === 2);
    await engine.decide(stopped, { type: 'stop_now_requested', by, reason: 'no' });
    await engine.until(stopped, ['cancelled']);
    expect((await engine.load(stopped)).countdown).toBeNull();
  });

  test('of the first server inside the attempt locks the environment too', async () => {
    const environment = environmentWith({ onFirstServerFailure: true, lockAfter: true });
    await open(environment);
    engine.world.when('web-1 install', () => ended('error'));
    const number = await request();
    await engine.until(number, ['error']);
    expect(await engine.store.lock('shop')).toMatchObject({
      reason: `#${number} failed and was rolled back`,
    });
  });
});
