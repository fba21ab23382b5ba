import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Deployment } from '../../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../../src/domain/deployment/fold-deployment.ts';
import { passBy } from '../../../src/domain/fault-point.ts';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import { type Executor, startExecutor } from '../../../src/executor/executor.ts';
import { createShares } from '../../../src/executor/shares.ts';
import { type ManagerWorld, startManagerServer } from '../../../src/sandbox/denodo/manager-server.ts';
import type { StandIn } from '../../../src/sandbox/denodo/recorded-table.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createManagerSystem } from '../../../src/systems/denodo-solution-manager/manager-system.ts';
import { buildRevision } from '../../helpers/build.ts';
import { requestPlan } from '../../helpers/engine.ts';
import { buildManagerPlan, vqlPart } from '../../helpers/manager-plan.ts';
import { expectOnlyKnown, openRestStage, password } from '../../helpers/rest-stage.ts';
import { createWorld } from '../../helpers/world.ts';

const directory = mkdtempSync(join(tmpdir(), 'lamplighter-executed-'));
const task = (state: string) => ({
  id: 1,
  state,
  startDate: '2017-11-13T11:18:40.999+0000',
  deploymentExecutionType: 'VQL',
  output: '',
  cluster: { name: 'eu' },
  server: { name: 'vdp-eu-1' },
});
const running = { state: 'IN_PROGRESS', tasks: [task('IN_PROGRESS')] };
const done = { state: 'OK', tasks: [task('OK')] };

let world: ManagerWorld;
let manager: StandIn;
let store: Store;
let executor: Executor | null;

beforeEach(async () => {
  writeFileSync(join(directory, 'shop.vql'), 'SELECT 1;');
  world = {
    environments: [{ id: 3, name: 'Production' }],
    revisions: [],
    deployments: [],
    next: [running, running, done],
    missing: {},
    pageSize: 100,
  };
  manager = await startManagerServer({ user: 'deploy', password, now: Date.now }, world);
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  executor = null;
});
afterEach(async () => {
  await executor?.stop();
  await store.close();
  await manager.close();
  expectOnlyKnown(manager);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const plan = (): Plan =>
  buildManagerPlan(manager.url, [buildRevision({ directory, parts: { vql: vqlPart('shop.vql') } })]);

/** One life of the bot; it holds the environment until it is stopped. */
function start(holder: string): Executor {
  const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> =>
    await delay(Math.min(milliseconds, 5), undefined, { signal }).catch(() => undefined);
  return startExecutor({
    store,
    system: createManagerSystem({ ...openRestStage().needs, now: Date.now, sleep }),
    balancer: createWorld().balancer,
    now: Date.now,
    sleep,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    reach: passBy,
    shares: createShares(),
    holder,
    admitIfQueued: async () => true,
    leaseMs: 500,
  });
}

async function load(number: number): Promise<Deployment> {
  const deployment = foldDeployment(await store.eventsAfter(number, 0));
  if (!deployment) throw new Error(`no #${number}`);
  return deployment;
}

async function until(number: number, holds: (deployment: Deployment) => boolean): Promise<Deployment> {
  for (let tries = 0; tries < 4_000; tries += 1) {
    const deployment = await load(number);
    if (holds(deployment)) return deployment;
    await delay(5);
  }
  throw new Error(`#${number} is ${(await load(number)).state}`);
}

const told = async (number: number): Promise<string[]> =>
  (await store.eventsAfter(number, 0)).flatMap(({ event }) =>
    event.type === 'task_told' ? [event.message] : [],
  );

describe('a deployment through the Solution Manager, from request to end', () => {
  test('ends ok, and its thread has told each task there once per state', async () => {
    const number = await requestPlan(store, plan());
    executor = start('first');
    expect(await until(number, ({ state }) => state === 'ok')).toMatchObject({ state: 'ok' });
    expect(await told(number)).toEqual([
      'solution-manager: shop@2 was loaded as revision 200.',
      'eu / vdp-eu-1: VQL in progress',
      'eu / vdp-eu-1: VQL ok',
    ]);
  });

  test('is found again by the next life of the bot, and made once', async () => {
    world.next = [running];
    const number = await requestPlan(store, plan());
    executor = start('first');
    await until(number, () => world.deployments.length === 1);
    await executor.stop();
    world.deployments[0]!.stages = [running, done];
    executor = start('second');
    await until(number, ({ state }) => state === 'ok');
    expect(world.deployments).toHaveLength(1);
    const events = (await store.eventsAfter(number, 0)).map(({ event }) => event);
    expect(events).toContainEqual(expect.objectContaining({ type: 'task_found', seen: 'running' }));
  });

  test('whose answer was lost on the way is found again by the same life', async () => {
    manager.upset('POST /deployments', 'drop');
    const number = await requestPlan(store, plan());
    executor = start('first');
    await until(number, ({ state }) => state === 'ok');
    expect(world.deployments).toHaveLength(1);
  });

  test('is not begun while another one is in progress there', async () => {
    world.deployments = [
      { id: 5, description: 'by hand', environmentId: 3, revisionIds: [], stages: [running] },
    ];
    const number = await requestPlan(store, plan());
    executor = start('first');
    const deployment = await until(
      number,
      ({ state, question }) => !['queued', 'running'].includes(state) || question !== null,
    );
    expect(deployment.state).not.toBe('ok');
    expect(world.deployments).toHaveLength(1);
    expect(JSON.stringify(await store.eventsAfter(number, 0))).toContain(
      'its deployment 5 of deploy is still in progress',
    );
  });
});
