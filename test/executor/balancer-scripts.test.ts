import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createBalancer } from '../../src/balancer/balancer.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import type { TaskOutcome } from '../../src/systems/system.ts';
import { buildEnvironment, buildPlan, quiet } from '../helpers/build.ts';
import { processTable } from '../helpers/process-table.ts';

const never = new AbortController().signal;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-balancer-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Calls a script of these lines to take a cluster out. */
async function disableBy(lines: string, timeoutSeconds: number): Promise<TaskOutcome> {
  const run = join(directory, 'disable_cluster.sh');
  writeFileSync(run, `#!/bin/sh\n${lines}\n`);
  chmodSync(run, 0o755);
  const base = buildEnvironment();
  const disableCluster = { run, args: [], timeoutSeconds, idempotent: false };
  const plan = buildPlan({ ...base, scripts: { ...base.scripts, disableCluster } });
  const [task] = plan.tasks;
  if (!task) throw new Error('the plan is empty');
  const local = createLocalDriver({ variables: { PATH: process.env['PATH'] } });
  const balancer = createBalancer({
    openLocalSession: async (signal) =>
      await local.connect('this machine', { driver: 'local', workDirectory: directory }, signal),
    readSecret: () => '',
    directory,
    variables: {},
  });
  const fence = { installation: 'i', environment: 'shop', token: 1 };
  const numbers = { deployment: 1, attempt: 1, run: 1, startedAt: 0 };
  const context = { plan, task, fence, ...numbers, backupPath: null, undoing: null, ...quiet };
  return await balancer.perform(context, never);
}

describe('a script of the load balancer', () => {
  test('D-58: that does not finish in time is ended with everything it began, and is a failure', async () => {
    const outcome = await disableBy('(trap "" TERM; sleep 100) & echo $! > child; wait', 1);
    expect(outcome).toMatchObject({
      state: 'ended',
      end: 'error',
      message: 'disable_cluster.sh did not finish in 1 s and was ended',
    });
    const child = Number(readFileSync(join(directory, 'child'), 'utf8'));
    expect(processTable().map(({ pid }) => pid)).not.toContain(child);
  });

  test.each([
    ['D-58: that ends with 0 has done it', 'exit 0', 'ok', 'disable_cluster.sh is done'],
    [
      'D-58: that ends with anything else has failed',
      'exit 3',
      'error',
      'disable_cluster.sh ended with exit code 3',
    ],
  ])('%s', async (_claim, lines, end, message) => {
    expect(await disableBy(lines, 30)).toMatchObject({ state: 'ended', end, message });
  });
});
