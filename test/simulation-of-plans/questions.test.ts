import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Step } from '../../src/domain/configured/runbook.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import {
  buildCluster,
  buildEnvironment,
  buildRevision,
  buildSingleCluster,
  buildStep,
} from '../helpers/build.ts';
import { inWords, simulated } from './simulated.ts';

let store: Store;
beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
});
afterAll(async () => await store.close());

/** One server with these steps. */
function withSteps(steps: Step[], more: Partial<Environment> = {}): Environment {
  return buildSingleCluster(['web-1'], {
    paradigm: 'simple',
    runbooks: { release: { steps, needsNoBackup: true } },
    ...more,
  });
}

async function wordsOf(environment: Environment, fails: string[] = []): Promise<string[]> {
  return (await simulated(store, environment, [buildRevision()], fails)).map(inWords);
}

const minutes = (defaultAnswer: 'stop' | 'skip' | 'retry'): Step['question'] => ({
  deadlineMinutes: 30,
  defaultAnswer,
});

describe('a question of a simulation gets its default at once', () => {
  test('a step that failed is tried again', async () => {
    const install = buildStep('install', { onError: 'ask', question: minutes('retry') });
    expect(await wordsOf(withSteps([install]), ['web-1:STEP'])).toEqual([
      'STEP web-1 shop@2 install → error',
      'STEP web-1 shop@2 install → ok',
      'RESULT → ok',
    ]);
  });

  test('it is left out, which is a warning of its own', async () => {
    const install = buildStep('install', { onError: 'ask', question: minutes('skip') });
    const lines = await simulated(
      store,
      withSteps([install, buildStep('start')]),
      [buildRevision()],
      ['web-1:STEP'],
    );
    expect(lines.map(inWords)).toEqual([
      'STEP web-1 shop@2 install → error',
      'STEP web-1 shop@2 install → warning',
      'STEP web-1 shop@2 start → ok',
      'RESULT → ok_with_warnings',
    ]);
    expect(lines[1]?.note).toContain('left out by the default answer');
  });

  test('or everything stops, and the failure has one line', async () => {
    const install = buildStep('install', { onError: 'ask', question: minutes('stop') });
    expect(await wordsOf(withSteps([install, buildStep('start')]), ['web-1:STEP'])).toEqual([
      'STEP web-1 shop@2 install → error',
      'STEP web-1 shop@2 start → skipped',
      'RESULT → error',
    ]);
  });

  test('what a person does is done by nobody, and what is told is told', async () => {
    const steps = [
      buildStep('tell', { notify: 'owner' }),
      buildStep('look', { manual: 'Look at {server}', question: minutes('skip') }),
      buildStep('confirm', { manual: 'Confirm {version}', question: minutes('stop') }),
    ];
    expect(await wordsOf(withSteps(steps))).toEqual([
      'NOTIFY web-1 shop@2 tell → ok',
      'MANUAL web-1 shop@2 look → warning',
      'MANUAL web-1 shop@2 confirm → error',
      'RESULT → error',
    ]);
  });

  test('between waves nobody says that the next one may begin', async () => {
    const environment = buildEnvironment({
      paradigm: 'simple',
      parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: true },
      runbooks: { release: { steps: [buildStep('install')], needsNoBackup: true } },
      clusters: [buildCluster('north', ['web-1']), buildCluster('south', ['web-2', 'web-3'])],
    });
    expect(await wordsOf(environment)).toEqual([
      'STEP web-1 shop@2 install → ok',
      'CLUSTER_DEPLOYMENT south → skipped',
      'SERVER_DEPLOYMENT web-2 → skipped',
      'SERVER_DEPLOYMENT web-3 → skipped',
      'RESULT → partial',
    ]);
  });
});

test('a rollback that fails leaves the rest of it out', async () => {
  const restore = {
    steps: [buildStep('stop'), buildStep('restore', { kind: 'rollback' })],
    needsNoBackup: true,
  };
  const environment = withSteps([], {
    runbooks: { release: { steps: [buildStep('install')], needsNoBackup: true }, restore },
    rollback: { runbook: 'restore', onFirstServerFailure: true, countdownSeconds: null, lockAfter: false },
  });
  expect(await wordsOf(environment, ['web-1:STEP', 'web-1:ROLLBACK'])).toEqual([
    'STEP web-1 shop@2 install → error',
    'ROLLBACK web-1 shop@2 stop → error',
    'ROLLBACK web-1 shop@2 restore → skipped',
    'RESULT → error',
  ]);
});
