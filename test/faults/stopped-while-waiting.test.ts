import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import {
  beginShop2,
  countedInstall,
  eventsOf,
  expectEachInstalledOnce,
  expectThreadOnceAndInOrder,
  expectTrueRecord,
  gatedInstall,
  installsOf,
  openGate,
  pressOnceThere,
  threadText,
  untilDone,
  untilInstalling,
} from '../helpers/facts-of-a-run.ts';
import { descendantsOf, isStepLeader, processesAbout, stillAlive } from '../helpers/process-table.ts';
import { setStage, type Stage, type StageOptions } from '../helpers/stage.ts';

const clusters = [
  { name: 'north', servers: ['web-1'] },
  { name: 'south', servers: ['web-2'] },
];
const servers = ['web-1', 'web-2'];
const fast = { 'install.sh': countedInstall(0.1) };
let stage: Stage;

const set = async (options: Partial<StageOptions> = {}): Promise<void> => {
  stage = await setStage({ clusters, onThisMachine: true, files: fast, ...options });
  await stage.startBot();
};

async function expectGoodEnd(): Promise<void> {
  await untilDone(stage);
  await expectEachInstalledOnce(stage);
  expectThreadOnceAndInOrder(stage);
  await stage.stopBot();
  await expectTrueRecord(stage);
}

/** SIGTERM: exit code 0, and of what the bot had started only detached steps and scripts may live on. */
async function expectToStop(): Promise<void> {
  const before = descendantsOf(stage.botPid());
  stage.signalBot('SIGTERM');
  expect(await stage.botEnd()).toEqual({ code: 0, signal: null });
  const detached = new Set(
    processesAbout(stage.directory)
      .filter(isStepLeader)
      .map(({ session }) => session),
  );
  expect(stillAlive(before).filter(({ session }) => !detached.has(session))).toEqual([]);
}

/** Ends the one step that runs, leader and all, so that nobody can say how it ended. */
function killStep(): void {
  const [leader] = processesAbout(stage.directory).filter(isStepLeader);
  if (!leader) throw new Error('no step runs');
  process.kill(-leader.session, 'SIGKILL');
}

/** A script that writes down each run and waits for the file `gate`. */
function hangingScript(directory: string): string {
  const file = join(directory, 'hang.sh');
  const lines = [
    '#!/bin/sh',
    'echo run >>"$0.runs"',
    'until [ -e "$0.gate" ] || [ ! -e "$0" ]; do sleep 0.05; done',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o755 });
  return file;
}

afterEach(async () => {
  for (const server of servers) openGate(stage, server);
  writeFileSync(join(stage.directory, 'hang.sh.gate'), '');
  await stage.close();
});

describe('told to stop', { timeout: 240_000 }, () => {
  test('while a person is waited for: exit code 0, and the next process asks no second time and hears the answer', async () => {
    await set({ files: { 'install.sh': gatedInstall() } });
    await beginShop2(stage);
    await untilInstalling(stage, 'web-1');
    killStep();
    const question = 'web-1: step install began and left no result';
    await stage.slack.until(() => threadText(stage).includes(question), 60_000);
    await expectToStop();
    await stage.startBot();
    await pressOnceThere(stage, 'Retry');
    await stage.slack.until(() => installsOf(stage.fleet.directory, 'web-1') === 'shop@2\nshop@2\n', 60_000);
    for (const server of servers) openGate(stage, server);
    await untilDone(stage);
    await stage.stopBot();
    const asked = (await eventsOf(stage)).filter(({ event }) => event.type === 'question_asked');
    expect(asked).toHaveLength(1);
    expect(threadText(stage).split(question)).toHaveLength(2);
  });

  test('while Slack answers nothing: exit code 0, and the next process says what was not said', async () => {
    await set({ files: { 'install.sh': gatedInstall() } });
    await beginShop2(stage);
    for (const method of ['chat.postMessage', 'chat.update'])
      stage.slack.fail({ method, times: 3, how: 'delay', delayMs: 20_000 });
    await untilInstalling(stage, 'web-1');
    openGate(stage, 'web-1');
    await stage.slack.until(() => installsOf(stage.fleet.directory, 'web-2') !== '', 60_000);
    await expectToStop();
    expect(threadText(stage)).not.toContain('*web-1* is done');
    openGate(stage, 'web-2');
    await stage.startBot();
    await expectGoodEnd();
  });

  test('while it starts and Slack answers nothing: it ends, and the next process starts', async () => {
    stage = await setStage({ clusters, onThisMachine: true, files: fast });
    stage.slack.fail({ method: 'auth.test', times: 1, how: 'delay', delayMs: 20_000 });
    const starting = stage.startBot().catch((error: unknown) => error);
    await stage.slack.until(() => stage.slack.calls().some(({ method }) => method === 'auth.test'), 60_000);
    stage.signalBot('SIGTERM');
    await stage.botEnd();
    expect(await starting).toBeInstanceOf(Error);
    await stage.startBot();
    await beginShop2(stage);
    await expectGoodEnd();
  });

  test('while a balancer script hangs: exit code 0, the script runs on, and its end is found by the next start', async () => {
    await set({
      configure: (yaml, { directory }) =>
        yaml.replace(
          /disableCluster: \{ run: "[^"]+"/,
          `disableCluster: { run: "${hangingScript(directory)}"`,
        ),
    });
    const runs = join(stage.directory, 'hang.sh.runs');
    await beginShop2(stage);
    while (!existsSync(runs)) await delay(50);
    await expectToStop();
    expect(processesAbout(stage.directory).filter(isStepLeader)).toHaveLength(1);
    writeFileSync(join(stage.directory, 'hang.sh.gate'), '');
    await stage.slack.until(() => processesAbout(stage.directory).filter(isStepLeader).length === 0, 60_000);
    await stage.startBot();
    await untilDone(stage);
    expect(threadText(stage)).toContain('north: disable had ended with exit code 0: going on.');
    expect(readFileSync(runs, 'utf8')).toBe('run\nrun\n');
    await expectGoodEnd();
  });

  test('while a read-back hangs: exit code 0, and what it had started to read ends with it', async () => {
    await set({
      configure: (yaml, { directory }) =>
        yaml
          .replace('readBack: { run: "', `readBack: { run: "sh '${hangingScript(directory)}'; `)
          .replace('timeoutSeconds: 10 }', 'timeoutSeconds: 300 }'),
    });
    await beginShop2(stage);
    while (!existsSync(join(stage.directory, 'hang.sh.runs'))) await delay(50);
    await expectToStop();
    expect((await eventsOf(stage)).map(({ event }) => event.type)).not.toContain('task_intended');
    writeFileSync(join(stage.directory, 'hang.sh.gate'), '');
    await stage.startBot();
    await expectGoodEnd();
  });
});
