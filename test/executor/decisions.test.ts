import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Runbook } from '../../src/domain/configured/runbook.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { buildCluster, buildServer, buildSingleCluster, buildStep } from '../helpers/build.ts';
import { type Engine, eventually, openEngine, statesOf } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;

beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

const release = (...steps: Runbook['steps']): Runbook => ({ steps, needsNoBackup: true });
const asking = buildStep('install', {
  onError: 'ask',
  question: { deadlineMinutes: 7, defaultAnswer: 'skip' },
});
const undo = release(buildStep('restore', { kind: 'rollback' }));

function environmentWith(runbook: Runbook, more: Partial<Environment> = {}): Environment {
  return buildSingleCluster(['web-1', 'web-2'], {
    runbooks: { release: runbook, rollback: undo },
    rollback: { runbook: 'rollback', onFirstServerFailure: false, countdownSeconds: null, lockAfter: false },
    ...more,
  });
}

const eventsOf = async (number: number, type: DeploymentEvent['type']): Promise<DeploymentEvent[]> =>
  (await engine.events(number)).filter((event) => event.type === type);

const services = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await engine.store.members('shop')).map(({ member, inService }) => [member, inService]),
  );

describe('a failed step with onError: ask', () => {
  const failing = async (): Promise<number> => {
    engine.world.when('web-1 install', () => ended('error', 'step install ended with exit code 3'));
    engine.start();
    const number = await engine.request(environmentWith(release(asking, buildStep('check'))));
    await engine.until(number, ['waiting']);
    return number;
  };

  test('asks, with its own deadline and default, and leaves the server where it is meanwhile', async () => {
    const number = await failing();
    const { question, run } = await engine.load(number);
    expect(question).toMatchObject({
      kind: 'failed-step',
      text: 'web-1: step install ended with exit code 3.',
      choices: ['retry', 'skip', 'roll-back', 'stop'],
      defaultChoice: 'skip',
    });
    expect((question?.deadlineAt ?? 0) - Date.now()).toBeGreaterThan(6 * 60_000);
    expect(run?.servers.get('web-1')?.state).toBe('deploying');
    expect(engine.world.done).toEqual(['disable web-1', 'web-1 install']);
  });

  test('Retry runs the step once more, and the server ends well', async () => {
    const number = await failing();
    await engine.answer(number, 'retry');
    expect(statesOf(await engine.until(number, ['ok']))).toEqual({ 'web-1': 'ok', 'web-2': 'ok' });
    expect(engine.world.done.filter((entry) => entry === 'web-1 install')).toHaveLength(2);
  });

  test('Retry asks again where it fails again', async () => {
    const number = await failing();
    engine.world.when('web-1 install', () => ended('error', 'step install ended with exit code 4'));
    await engine.answer(number, 'retry');
    await eventually(async () => (await eventsOf(number, 'question_asked')).length === 2);
    expect((await engine.until(number, ['waiting'])).question?.text).toContain('exit code 4');
  });

  test('Skip goes on with the next step, and the end says that something was left out', async () => {
    const number = await failing();
    await engine.answer(number, 'skip');
    const deployment = await engine.until(number, ['ok_with_warnings']);
    expect(deployment.run?.tasks.get(2)).toMatchObject({
      end: 'warning',
      message: 'left out by <@U0ANA>: step install ended with exit code 3',
    });
    expect(engine.world.done).toContain('web-1 check');
  });

  test('law 12: Roll this server back restores it, and it stays held and counts as failed', async () => {
    const number = await failing();
    await engine.answer(number, 'roll-back');
    const deployment = await engine.until(number, ['error']);
    expect(engine.world.done).toEqual(['disable web-1', 'web-1 install', 'web-1 restore']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'rolled_back', 'web-2': 'skipped' });
    expect(deployment.run?.servers.get('web-1')?.message).toBe('step install ended with exit code 3');
    expect(await services()).toEqual({ 'web-1': 'held' });
  });

  test('a rollback that fails is said, and the server stays held', async () => {
    const number = await failing();
    engine.world.when('web-1 restore', () => ended('error', 'rollback step restore ended with exit code 1'));
    await engine.answer(number, 'roll-back');
    const deployment = await engine.until(number, ['error']);
    expect(deployment.run?.servers.get('web-1')).toMatchObject({
      state: 'error',
      message: expect.stringContaining(
        'could not be rolled back: rollback step restore ended with exit code 1',
      ),
    });
  });

  test('Stop here ends the server as failed and begins no other', async () => {
    const number = await failing();
    await engine.answer(number, 'stop');
    const deployment = await engine.until(number, ['error']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'error', 'web-2': 'skipped' });
    expect(deployment.endedBy).toBe('<@U0ANA>');
  });

  test('is asked about by the next process where the one that saw it fail has died', async () => {
    engine.world.when('web-1 install', () => ended('error', 'step install ended with exit code 3'));
    const number = await engine.request(environmentWith(release(asking)));
    const first = engine.start(100);
    await engine.until(number, ['waiting']);
    await first.stop();
    await new Promise((resolve) => setTimeout(resolve, 150));
    engine.start(100);
    await engine.answer(number, 'retry');
    expect(statesOf(await engine.until(number, ['ok']))).toEqual({ 'web-1': 'ok', 'web-2': 'ok' });
    expect(await eventsOf(number, 'question_asked')).toHaveLength(1);
  });
});

describe('law 12: the first server', () => {
  const byItself = {
    rollback: { runbook: 'rollback', onFirstServerFailure: true, countdownSeconds: null, lockAfter: false },
  };

  test('is restored by itself when it fails', async () => {
    engine.world.when('web-1 install', () => ended('error'));
    engine.start();
    const number = await engine.request(environmentWith(release(buildStep('install')), byItself));
    const deployment = await engine.until(number, ['error']);
    expect(await eventsOf(number, 'rollback_decided')).toEqual([
      { type: 'rollback_decided', server: 'web-1' },
    ]);
    expect(engine.world.done).toEqual(['disable web-1', 'web-1 install', 'web-1 restore']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'rolled_back', 'web-2': 'skipped' });
  });

  test('is the only one: a later server stays as it failed', async () => {
    engine.world.when('web-2 install', () => ended('error'));
    engine.start();
    const number = await engine.request(environmentWith(release(buildStep('install')), byItself));
    expect(statesOf(await engine.until(number, ['partial']))).toEqual({ 'web-1': 'ok', 'web-2': 'error' });
    expect(engine.world.done).not.toContain('web-2 restore');
  });

  test('is not restored where nothing was changed yet', async () => {
    engine.world.when('web-1 look', () => ended('error'));
    engine.start();
    const runbook = release(buildStep('look', { kind: 'verify' }), buildStep('install'));
    const number = await engine.request(environmentWith(runbook, byItself));
    expect(statesOf(await engine.until(number, ['error']))).toEqual({ 'web-1': 'error', 'web-2': 'skipped' });
    expect(engine.world.done).not.toContain('web-1 restore');
  });

  test('of each wave is restored: the first one there to finish', async () => {
    engine.world.when('web-1 install', () => ended('error'));
    engine.world.when('web-3 install', () => ended('error'));
    engine.start();
    const number = await engine.request(
      environmentWith(release(buildStep('install')), {
        ...byItself,
        topology: 'several-clusters',
        serverStrategy: null,
        parallel: { perCluster: 1, clustersInFlight: 1, pauseBetweenClusters: false },
        maxFailures: { count: 5 },
        minInService: 0,
        clusters: [buildCluster('north', ['web-1', 'web-2']), buildCluster('south', ['web-3', 'web-4'])],
      }),
    );
    expect(statesOf(await engine.until(number, ['partial']))).toEqual({
      'web-1': 'rolled_back',
      'web-2': 'ok',
      'web-3': 'rolled_back',
      'web-4': 'ok',
    });
  });
});

describe('{backupPath}', () => {
  const saved = (path: string) => ({ ...ended('ok'), lastLines: ['backing up', path] });
  const runbook = release(buildStep('save', { kind: 'backup' }), asking);
  const restoring = {
    runbooks: {
      release: runbook,
      rollback: release(buildStep('restore', { kind: 'rollback', run: './restore.sh {backupPath}' })),
    },
  };

  test('is what the backup step printed last, and rolling back needs it', async () => {
    engine.world.when('web-1 save', () => saved('/srv/old/backup_2026_11_20'));
    engine.world.when('web-1 install', () => ended('error'));
    engine.start();
    const number = await engine.request(environmentWith(runbook, restoring));
    const { question } = await engine.until(number, ['waiting']);
    expect(question?.choices).toContain('roll-back');
    await engine.answer(number, 'roll-back');
    await engine.until(number, ['error']);
    expect(engine.world.backupPaths.get('web-1 restore')).toBe('/srv/old/backup_2026_11_20');
  });

  test.each(['', '$(reboot)', 'no such path here'])(
    '%j is none: rolling back is not offered',
    async (line) => {
      engine.world.when('web-1 save', () => saved(line));
      engine.world.when('web-1 install', () => ended('error'));
      engine.start();
      const number = await engine.request(environmentWith(runbook, restoring));
      const { question } = await engine.until(number, ['waiting']);
      expect(question?.choices).toEqual(['retry', 'skip', 'stop']);
    },
  );
});

describe('a manual step', () => {
  const confirm = buildStep('confirm', {
    run: '',
    manual: 'client of {server} shows {version}',
    question: { deadlineMinutes: 60, defaultAnswer: 'stop' },
  });
  const waiting = async (): Promise<number> => {
    engine.start();
    const number = await engine.request(environmentWith(release(buildStep('install'), confirm)));
    await engine.until(number, ['waiting']);
    return number;
  };

  test('is asked of a person, in the words of the runbook', async () => {
    const { question } = await engine.load(await waiting());
    expect(question).toMatchObject({
      kind: 'manual-step',
      text: 'web-1: client of web-1 shows 2',
      choices: ['done', 'skip', 'stop'],
      defaultChoice: 'stop',
    });
  });

  test('Done goes on, server by server', async () => {
    const number = await waiting();
    await engine.answer(number, 'done');
    await eventually(async () => (await eventsOf(number, 'question_asked')).length === 2);
    await engine.until(number, ['waiting']);
    await engine.answer(number, 'done');
    const deployment = await engine.until(number, ['ok']);
    expect(deployment.run?.tasks.get(3)?.message).toBe('done, says <@U0ANA>');
  });

  test('that nobody did is a failure', async () => {
    const number = await waiting();
    await engine.answer(number, 'stop');
    const deployment = await engine.until(number, ['error']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'error', 'web-2': 'skipped' });
    expect(deployment.run?.servers.get('web-1')?.message).toBe('it was not done: stopped by <@U0ANA>');
  });

  test('may be the first thing that happens to a server', async () => {
    engine.start();
    const number = await engine.request(environmentWith(release(confirm)));
    await engine.until(number, ['waiting']);
    expect((await engine.load(number)).run?.servers.get('web-1')?.state).toBe('deploying');
  });
});

test('a notify step tells the owner, and runs nothing', async () => {
  engine.start();
  const environment = environmentWith(
    release(buildStep('tell', { run: '', notify: 'owner' }), buildStep('install')),
    {
      clusters: [buildCluster('main', [buildServer('web-1', { owner: 'U0SCI' })])],
      minInService: 0,
    },
  );
  const deployment = await engine.until(await engine.request(environment), ['ok']);
  expect(engine.world.done).toEqual(['disable web-1', 'web-1 install', 'enable web-1']);
  expect(deployment.run?.tasks.get(2)).toMatchObject({ end: 'ok', message: 'told' });
});
