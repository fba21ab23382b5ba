import { afterEach, describe, expect, test } from 'vitest';

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
import {
  descendantsOf,
  isStepLeader,
  looksOn,
  processesAbout,
  stillAlive,
  type TableRow,
} from '../helpers/process-table.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage, type StageOptions } from '../helpers/stage.ts';

const clusters = [
  { name: 'north', servers: ['web-1'] },
  { name: 'south', servers: ['web-2'] },
];
const servers = ['web-1', 'web-2'];
let stage: Stage;

const set = async (options: Partial<StageOptions> = {}): Promise<void> => {
  stage = await setStage({
    clusters,
    onThisMachine: true,
    files: { 'install.sh': gatedInstall() },
    ...options,
  });
  await stage.startBot();
};

/** Sends a signal and waits for the end; what the bot had started meanwhile is in the answer. */
async function stop(signal: NodeJS.Signals): Promise<{ before: TableRow[] }> {
  const before = descendantsOf(stage.botPid());
  stage.signalBot(signal);
  expect(await stage.botEnd()).toEqual({ code: 0, signal: null });
  return { before };
}

/** When the bot heard that it is to stop, by its own log. */
async function heardAt(): Promise<number> {
  const line = /"time":(\d+)[^\n]*"msg":"stopping: nothing new begins/;
  return await stage.slack.until(() => Number(line.exec(stage.botLog())?.[1]), 60_000);
}

/** Everything ends well once the next process runs. */
async function expectGoodEnd(): Promise<void> {
  for (const server of servers) openGate(stage, server);
  await untilDone(stage);
  await expectEachInstalledOnce(stage);
  expectThreadOnceAndInOrder(stage);
  await stage.stopBot();
  await expectTrueRecord(stage);
}

afterEach(async () => {
  for (const server of servers) openGate(stage, server);
  await stage.close();
});

describe('told to stop in the middle of a step', { timeout: 240_000 }, () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: exit code 0, the step runs on, no helper stays, and the next start finds its end',
    async (signal) => {
      await set();
      await beginShop2(stage);
      await untilInstalling(stage, 'web-1');
      // The step may have begun before anybody looks on.
      await stage.slack.until(() => descendantsOf(stage.botPid()).some(looksOn), 60_000);
      const { before } = await stop(signal);

      const step = processesAbout(stage.directory).filter(isStepLeader);
      expect(step).toHaveLength(1);
      const sessions = step.map(({ session }) => session);
      const helpers = before.filter(({ session }) => !sessions.includes(session));
      expect(helpers.filter(looksOn)).not.toEqual([]);
      expect(stillAlive(helpers)).toEqual([]);
      expect(stage.botLog()).not.toContain('stopping took too long');

      openGate(stage, 'web-1');
      await stage.slack.until(
        () => processesAbout(stage.directory).filter(isStepLeader).length === 0,
        60_000,
      );
      await stage.startBot();
      await stage.slack.until(
        () => threadText(stage).includes('web-1: step install had ended with exit code 0: going on.'),
        60_000,
      );
      expect(threadText(stage)).toMatch(/Restarted .* during web-1: step install\./);
      await expectGoodEnd();
    },
  );

  test('no new task begins after the signal, also when the step ends at that very moment', async () => {
    await set();
    await beginShop2(stage);
    await untilInstalling(stage, 'web-1');
    openGate(stage, 'web-1');
    await stop('SIGTERM');
    const at = await heardAt();
    const begun = (await eventsOf(stage)).filter(
      (stored) => stored.event.type === 'task_intended' && stored.at > at,
    );
    expect(begun).toEqual([]);
    await stage.startBot();
    await expectGoodEnd();
  });

  test.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('%s and then %s: it ends, and what it wrote is whole', async (first, second) => {
    await set();
    await beginShop2(stage);
    await untilInstalling(stage, 'web-1');
    stage.signalBot(first);
    stage.signalBot(second);
    const end = await stage.botEnd();
    expect([
      { code: 0, signal: null },
      { code: null, signal: second },
    ]).toContainEqual(end);
    openGate(stage, 'web-1');
    await stage.startBot();
    await expectGoodEnd();
  });

  test.skipIf(!hasSshd())(
    'on a target reached over ssh, the follower ends with the step that it followed (needs openssh-server)',
    async () => {
      stage = await setStage({
        clusters,
        balancer: 'small',
        files: { 'install.sh': gatedInstall() },
      });
      await stage.startBot();
      await beginShop2(stage);
      await untilInstalling(stage, 'web-1');
      const work = stage.sshds.get('web-1')?.directory ?? '';
      const { before } = await stop('SIGTERM');
      expect(stillAlive(before)).toEqual([]);
      expect(processesAbout(work).filter(isStepLeader)).toHaveLength(1);

      openGate(stage, 'web-1');
      await stage.slack.until(() => processesAbout(work).filter(isStepLeader).length === 0, 60_000);
      await stage.slack.until(() => processesAbout(work).filter(looksOn).length === 0, 60_000);
      await stage.startBot();
      await expectGoodEnd();
    },
  );
});
