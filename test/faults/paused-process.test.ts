import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { botEnvironment } from '../helpers/bot-process.ts';
import {
  beginShop2,
  eventsOf,
  expectEachInstalledOnce,
  expectThreadOnceAndInOrder,
  expectTrueRecord,
  gatedInstall,
  openGate,
  threadText,
  untilDone,
  untilInstalling,
} from '../helpers/facts-of-a-run.ts';
import { isStepLeader, processesAbout } from '../helpers/process-table.ts';
import { runCli } from '../helpers/run-cli.ts';
import { setStage, type Stage, type StageOptions } from '../helpers/stage.ts';

const clusters = [
  { name: 'north', servers: ['web-1'] },
  { name: 'south', servers: ['web-2'] },
];
const servers = ['web-1', 'web-2'];
const leaseMs = 15_000;
/** A lease is gone after one; three leave no doubt. */
const pauseMs = process.env['FAULTS'] === 'all' ? 3 * leaseMs : leaseMs + 2_000;
let stage: Stage;

/** Up to the middle of the first install. */
const begin = async (options: Partial<StageOptions> = {}): Promise<void> => {
  stage = await setStage({
    clusters,
    onThisMachine: true,
    files: { 'install.sh': gatedInstall() },
    ...options,
  });
  await stage.startBot();
  await beginShop2(stage);
  await untilInstalling(stage, 'web-1');
};

async function expectGoodEnd(): Promise<void> {
  for (const server of servers) openGate(stage, server);
  await untilDone(stage);
  await expectEachInstalledOnce(stage);
  expectThreadOnceAndInOrder(stage);
  await stage.stopBot();
  await expectTrueRecord(stage);
}

/** How often somebody else took the deployment up. */
async function takeOvers(): Promise<number> {
  return (await eventsOf(stage)).filter(({ event }) => event.type === 'attempt_resumed').length;
}

async function untilNoStepRuns(): Promise<void> {
  await stage.slack.until(() => processesAbout(stage.directory).filter(isStepLeader).length === 0, 60_000);
}

afterEach(async () => {
  stage.signalBot('SIGCONT');
  for (const server of servers) openGate(stage, server);
  await stage.close();
});

describe('the real process, stopped by SIGSTOP for longer than its lease', { timeout: 300_000 }, () => {
  test('comes back as the owner that it still is, and finds the end of the step', async () => {
    await begin();
    stage.signalBot('SIGSTOP');
    openGate(stage, 'web-1');
    await untilNoStepRuns();
    await delay(pauseMs);
    stage.signalBot('SIGCONT');
    await expectGoodEnd();
    // Nobody else can have had the database: so it is no restart, and the thread does not claim one.
    expect(await takeOvers()).toBe(0);
  });

  test('a step that failed within its time is not called too late, however late that is read', async () => {
    await begin({
      files: { 'install.sh': `${gatedInstall()}exit 3\n` },
      configure: (yaml) => yaml.replace('kind: apply }', 'kind: apply, timeoutMinutes: 0.2 }'),
    });
    stage.signalBot('SIGSTOP');
    openGate(stage, 'web-1');
    await untilNoStepRuns();
    await delay(14_000);
    stage.signalBot('SIGCONT');
    await stage.slack.until(() => threadText(stage).includes('*web-1* failed'), 60_000);
    expect(threadText(stage)).toContain('step install ended with exit code 3');
  });

  test('keeps others out meanwhile, with one sentence and exit code 1, and goes on afterwards', async () => {
    await begin();
    stage.signalBot('SIGSTOP');
    const env = botEnvironment({ ...stage, apiUrl: stage.slack.apiUrl, by: 'socket' });
    const other = await runCli(['start'], { cwd: stage.directory, env });
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(
      new RegExp(
        `^another Lamplighter \\(process ${stage.botPid()}, since [^)]+\\) runs on \\S+; stop it first\\n$`,
      ),
    );
    stage.signalBot('SIGCONT');
    await expectGoodEnd();
    expect(await takeOvers()).toBe(0);
  });

  test('once it is killed, another takes over at once and waits for no lease', async () => {
    await begin();
    stage.signalBot('SIGSTOP');
    await stage.killBot();
    const diedAt = Date.now();
    await stage.startBot();
    await stage.slack.until(() => threadText(stage).includes('Restarted'), 60_000);
    await expectGoodEnd();
    const [taken] = (await eventsOf(stage)).filter(({ event }) => event.type === 'attempt_resumed');
    expect(await takeOvers()).toBe(1);
    expect(taken?.event).toMatchObject({ during: 'web-1: step install' });
    expect(taken?.at).toBeGreaterThanOrEqual(diedAt);
  });
});
