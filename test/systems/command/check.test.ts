import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Step } from '../../../src/domain/configured/runbook.ts';
import { openingChecks } from '../../../src/domain/deployment/opening-checks.ts';
import { createLocalDriver } from '../../../src/drivers/local/local-driver.ts';
import { createSshDriver } from '../../../src/drivers/ssh/ssh-driver.ts';
import { createCommandSystem } from '../../../src/systems/command/command-system.ts';
import {
  buildCluster,
  buildPlan,
  buildRevision,
  buildServer,
  buildSingleCluster,
  buildStep,
} from '../../helpers/build.ts';

let folder: string;
/** What says that something ran. */
const ran = () => join(folder, 'ran');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'll-check-'));
  writeFileSync(join(folder, 'beside'), 'here\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function check(
  more: Partial<Step>,
  { change = null, secret = () => 'x' }: { change?: string | null; secret?: () => string } = {},
) {
  const connection = { driver: 'local' as const, workDirectory: join(folder, 'work') };
  const environment = buildSingleCluster([], {
    clusters: [buildCluster('main', [buildServer('web-1', { connection })])],
    properties: { password: { file: '/the/password' } },
    runbooks: {
      release: {
        steps: [
          buildStep('preflight', { kind: 'verify', timeoutSeconds: 20, ...more }),
          buildStep('install'),
        ],
        needsNoBackup: true,
      },
    },
  });
  const directory = mkdtempSync(join(folder, 'revision-'));
  writeFileSync(join(directory, 'beside'), 'here\n');
  const plan = buildPlan(environment, { revisions: [buildRevision({ directory })] });
  const [found] = openingChecks(plan, 'web-1');
  if (!found) throw new Error('no check');
  const system = createCommandSystem({
    drivers: {
      ssh: createSshDriver({ readSecret: () => '' }),
      local: createLocalDriver({ variables: process.env }),
    },
    readSecret: secret,
    findRevisionChange: async () => change,
    maxOutputBytes: () => 1_000,
  });
  const startsAt = Date.parse('2026-11-20T23:30:00Z');
  return await system.check(
    { plan, task: found.task, deployment: 7, startsAt },
    new AbortController().signal,
  );
}

describe('a check before the hour', () => {
  test('runs beside the files of the revision, filled in as it will be at the hour', async () => {
    const run = `cat beside && [ {server}-{deployment}-{date} = web-1-7-2026_11_21 ]`;
    expect(await check({ run })).toEqual({ state: 'passed' });
  });

  test('that fails in silence says with which exit code', async () => {
    expect(await check({ run: 'exit 3' })).toEqual({
      state: 'failed',
      reason: 'it ended with exit code 3 and said nothing',
    });
  });

  test('that is right already is not run', async () => {
    expect(await check({ run: `touch ${ran()}; exit 1`, unless: 'true' })).toEqual({ state: 'passed' });
    expect(existsSync(ran())).toBe(false);
    expect(await check({ run: `touch ${ran()}; exit 1`, unless: 'false' })).toMatchObject({
      state: 'failed',
    });
    expect(existsSync(ran())).toBe(true);
  });

  test.each([
    [
      'files that are not those that were signed',
      {},
      { change: 'the files are others' },
      'the files are others',
    ],
    [
      'a secret that cannot be read',
      {},
      {
        secret: () => {
          throw new Error('no such secret');
        },
      },
      'no such secret',
    ],
    ['its own timeout', { run: 'sleep 60', timeoutSeconds: 1 }, {}, 'it did not finish in 1 s'],
  ])('is not claimed to have failed or passed because of %s', async (_, step, more, reason) => {
    expect(await check({ run: `touch ${ran()}`, ...step }, more)).toEqual({ state: 'not-run', reason });
    expect(existsSync(ran())).toBe(false);
  });
});
