import { afterEach, beforeEach, expect, test } from 'vitest';

import { foldDeployment } from '../../../src/domain/deployment/fold-deployment.ts';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import type { Executor } from '../../../src/executor/executor.ts';
import { databaseOf, findElement } from '../../../src/sandbox/denodo/model.ts';
import { startVdp, type Vdp } from '../../../src/sandbox/denodo/start-vdp.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually, requestPlan, statesOf } from '../../helpers/engine.ts';
import { openBench, primary, secondary } from './bench.ts';
import { openDenodoStore, startDenodoExecutor } from './executor.ts';

let vdp: Vdp;
let store: Store;
let executor: Executor | null = null;

beforeEach(async () => {
  vdp = await startVdp({ cacheUrl: primary });
  store = await openDenodoStore(':memory:', 'migrations');
});

afterEach(async () => {
  await executor?.stop();
  executor = null;
  await store.close();
  await vdp.stop();
});

async function deploy(plan: Plan) {
  const number = await requestPlan(store, plan);
  const load = async () => foldDeployment(await store.eventsAfter(number, 0));
  await eventually(async () => ['ok', 'error', 'partial', 'waiting'].includes((await load())?.state ?? ''));
  const deployment = await load();
  if (!deployment) throw new Error('no deployment');
  return { ...deployment, told: [...(deployment.run?.tasks.values() ?? [])].map(({ message }) => message) };
}

function changes(): string[] {
  return vdp.log
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ text }) => text)
    .filter((text) => /^(ALTER|CREATE)/.test(text));
}

test('a first server that fails gets its cache back, and then what the last good backup holds', async () => {
  const good = await openBench({
    port: vdp.port,
    vql: "CREATE OR REPLACE VIEW v AS SELECT 'good' x;",
    loadsCache: true,
  });
  executor = startDenodoExecutor(store, good.dataDirectory);
  expect(await deploy(good.plan)).toMatchObject({ state: 'ok' });
  expect(vdp.cacheUrl()).toBe(secondary);
  vdp.log.length = 0;

  const vql =
    "CREATE OR REPLACE VIEW v AS SELECT 'bad' x;\nCREATE OR REPLACE VIEW w AS SELECT * FROM nothing;";
  const failed = await deploy((await openBench({ port: vdp.port, vql, loadsCache: true })).plan);
  expect(statesOf(failed)).toEqual({ 'vdp-1': 'rolled_back', 'vdp-2': 'skipped' });
  expect(failed.state).toBe('error');
  expect(failed.told).toContain(
    "VQL command 2 of 2 (line 2) failed: View 'nothing' not found. Executed 1 of 2 VQL commands",
  );
  expect(changes()).toEqual([
    `ALTER DATASOURCE JDBC vdpcachedatasource DATABASEURI = '${primary}'`,
    "CREATE OR REPLACE VIEW v AS SELECT 'bad' x",
    `ALTER DATASOURCE JDBC vdpcachedatasource DATABASEURI = '${secondary}'`,
    expect.stringMatching(/^CREATE OR REPLACE DATASOURCE JDBC vdpcachedatasource/),
    "CREATE OR REPLACE VIEW v AS SELECT 'good' x",
  ]);
  expect(findElement(databaseOf(vdp.model, 'admin'), 'VIEW', 'v')?.definition).toContain('good');
  expect(vdp.cacheUrl()).toBe(secondary);
  expect(vdp.singleUser()).toBeNull();
});

test('nothing is sent to any server where one of them could not be deployed to', async () => {
  const bench = await openBench({ port: vdp.port, vql: "SET '${missing}';" });
  executor = startDenodoExecutor(store, bench.dataDirectory);
  const failed = await deploy(bench.plan);
  expect(failed.state).toBe('error');
  expect(statesOf(failed)).toEqual({ 'vdp-1': 'preflight_failed', 'vdp-2': 'skipped' });
  expect(changes()).toEqual([]);
});
