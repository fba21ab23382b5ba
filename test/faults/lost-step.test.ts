import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import {
  beginShop2,
  eventsOf,
  expectEachInstalledOnce,
  expectNothingTorn,
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
import { descendantsOf, isStepLeader, processesAbout, type TableRow } from '../helpers/process-table.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage, type StageOptions } from '../helpers/stage.ts';

const clusters = [
  { name: 'north', servers: ['web-1'] },
  { name: 'south', servers: ['web-2'] },
];
const servers = ['web-1', 'web-2'];
const idempotentInstall = (yaml: string): string =>
  yaml.replace('./install.sh", kind: apply }', './install.sh", kind: apply, idempotent: true }');
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

/** The leader of the session of the one step that runs. */
function stepLeader(): TableRow {
  const leaders = processesAbout(stage.directory).filter(isStepLeader);
  const [leader] = leaders;
  if (!leader || leaders.length > 1) throw new Error(`${leaders.length} steps run`);
  return leader;
}

/** The step as the machine would leave it that lost its power: gone at once, and begun in another boot. */
async function loseWithTheMachine(): Promise<void> {
  await stage.stopBot();
  process.kill(-stepLeader().session, 'SIGKILL');
  const runs = join(stage.directory, 'work', 'runs');
  const boot = readdirSync(runs, { recursive: true, encoding: 'utf8' }).find((path) =>
    /install\.\d+\/boot$/.test(path),
  );
  if (boot === undefined) throw new Error(`no marker below ${runs}`);
  writeFileSync(join(runs, boot), '00000000-0000-4000-8000-000000000000\n');
  await stage.startBot();
}

const says = async (words: string): Promise<boolean> =>
  await stage.slack.until(() => threadText(stage).includes(words), 60_000);

const openGates = (): void => servers.forEach((server) => openGate(stage, server));

afterEach(async () => {
  openGates();
  await stage.close();
});

/** Asked, and nothing done meanwhile: then "Retry" repeats it, and nothing else does. */
async function expectToAskAPerson(): Promise<void> {
  expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\n');
  await expectNothingTorn(stage);
  openGates();
  await pressOnceThere(stage, 'Retry');
  await untilDone(stage);
  expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\nshop@2\n');
  await stage.stopBot();
  const asked = (await eventsOf(stage)).filter(({ event }) => event.type === 'question_asked');
  expect(asked).toHaveLength(1);
}

async function expectGoodEnd(): Promise<void> {
  openGates();
  await untilDone(stage);
  await expectEachInstalledOnce(stage);
  expectThreadOnceAndInOrder(stage);
  await stage.stopBot();
  await expectTrueRecord(stage);
}

describe('a step that is killed from outside', { timeout: 240_000 }, () => {
  test('with its whole session: the thread says that it left no result, and a person is asked', async () => {
    await begin();
    process.kill(-stepLeader().session, 'SIGKILL');
    await says('web-1: step install began and left no result (its process is gone and left no exit code).');
    expect(threadText(stage)).not.toContain('once more');
    await expectToAskAPerson();
  });

  test('with its whole session, where it may be repeated: once more, unasked, and the thread says so', async () => {
    await begin({ configure: idempotentInstall });
    process.kill(-stepLeader().session, 'SIGKILL');
    await says('left no result (its process is gone and left no exit code) and may be repeated: once more.');
    openGates();
    await untilDone(stage);
    expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\nshop@2\n');
    await stage.stopBot();
    expect((await eventsOf(stage)).some(({ event }) => event.type === 'question_asked')).toBe(false);
  });

  test('without what the runner put around it: it fails with the exit code of its death, as it should', async () => {
    await begin();
    const { pid } = stepLeader();
    const [step] = descendantsOf(pid);
    if (step) process.kill(step.pid, 'SIGKILL');
    await says('*web-1* failed');
    expect(threadText(stage)).toContain('step install ended with exit code 137');
    expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\n');
  });

  test.each([
    ['asks a person', undefined],
    ['repeats it', idempotentInstall],
  ])(
    'but not what the runner put around it: nobody calls it gone while it works on; then it %s',
    async (_, configure) => {
      await begin({ ...(configure && { configure }) });
      const { pid, session } = stepLeader();
      process.kill(pid, 'SIGKILL');
      await stage.stopBot();
      await stage.startBot();
      await says('web-1: step install is still running: following it.');
      expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\n');
      expect(threadText(stage)).not.toContain('left no result');
      openGate(stage, 'web-1');
      await says('left no result (its process is gone and left no exit code)');
      expect(processesAbout(stage.fleet.directory).filter((row) => row.session === session)).toEqual([]);
      if (configure === undefined) return await expectToAskAPerson();
      openGates();
      await untilDone(stage);
    },
  );

  test('with its machine: the thread says that the machine was restarted, and a person is asked', async () => {
    await begin();
    await loseWithTheMachine();
    await says('web-1: step install began and left no result (the machine was restarted meanwhile).');
    expect(threadText(stage)).not.toContain('once more');
    await expectToAskAPerson();
  });

  test('with its machine, where it may be repeated: once more, unasked', async () => {
    await begin({ configure: idempotentInstall });
    await loseWithTheMachine();
    await says('left no result (the machine was restarted meanwhile) and may be repeated: once more.');
    openGates();
    await untilDone(stage);
    expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\nshop@2\n');
  });

  test.skipIf(!hasSshd())(
    'sshd is killed and the step is not: it is followed again, and runs once (needs openssh-server)',
    async () => {
      await begin({ onThisMachine: false, balancer: 'small' });
      const sshd = stage.sshds.get('web-1');
      const connections = processesAbout('sshd:').filter(({ parent }) => parent === sshd?.pid);
      expect(connections).not.toEqual([]);
      for (const { pid } of connections) process.kill(pid, 'SIGKILL');
      await says('web-1: step install is still running: following it.');
      expect(installsOf(stage.fleet.directory, 'web-1')).toBe('shop@2\n');
      await expectGoodEnd();
    },
  );
});
