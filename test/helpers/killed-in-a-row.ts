import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { StoredEvent } from '../../src/domain/events/deployment-event.ts';
import {
  countedInstall,
  expectEachInstalledOnce,
  expectNothingTorn,
  expectThreadOnceAndInOrder,
  expectTrueRecordSoFar,
  requestShop,
  type Run,
  untilDone,
} from './facts-of-a-run.ts';
import { setStage, type Stage } from './stage.ts';
import { type Blow, type Trace, traceFromNow } from './strace.ts';

/** What became of one deployment. */
export interface Round {
  trace: Trace;
  /** The type of the newest event when the bot died; null when it lived on. */
  newest: string | null;
  events: StoredEvent[];
}

/** One database on which the bot deploys again and again, and is killed on the way each time. */
export interface KilledInARow {
  stage: Stage;
  /**
   * One deployment, whose bot is traced from right before its approval until all of it is told, and killed at the blow.
   * Looks at the facts when it is dead and again when another has brought the deployment to its end.
   */
  deploy(blow: Blow | null): Promise<Round>;
  close(): Promise<void>;
}

/** Sets the stage, with the bot running on it. */
export async function startKilledInARow(): Promise<KilledInARow> {
  const stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    configure: (yaml) => `${yaml}limits: { requestsPerHour: 100000 }\n`,
  });
  for (const version of ['2', '3'])
    writeFileSync(join(stage.directory, 'revisions', 'shop', version, 'install.sh'), countedInstall(0.3));
  await startOrClose(stage);
  let run: Run = { number: 0, version: '1', before: '1' };
  return {
    stage,
    deploy: async (blow) => {
      run = { number: run.number + 1, version: run.version === '2' ? '3' : '2', before: run.version };
      return await deployOnce(stage, run, blow);
    },
    close: async () => await stage.close(),
  };
}

/** Starts the bot of a stage that nobody else knows yet, and leaves nothing behind where that fails. */
export async function startOrClose(stage: Stage): Promise<void> {
  try {
    await stage.startBot();
  } catch (error) {
    await stage.close();
    throw error;
  }
}

async function deployOnce(stage: Stage, run: Run, blow: Blow | null): Promise<Round> {
  for (const { name } of stage.fleet.servers)
    rmSync(join(stage.fleet.directory, name, 'installs'), { force: true });
  await requestShop(stage, run);
  const tracer = await traceFromNow(stage.botPid(), join(stage.directory, 'calls'), blow);
  await approve(stage);
  const told = untilTold(stage);
  await Promise.race([stage.botEnd(), told]);
  const trace = await tracer.end();
  const diedAt = trace.wasKilled ? await goOnAfterDeath(stage, run) : null;
  await told;
  await expectEachInstalledOnce(stage, run);
  expectThreadOnceAndInOrder(stage, run);
  const events = expectTrueRecordSoFar(stage, run);
  const before = events.filter(({ at }) => diedAt !== null && at <= diedAt);
  return { trace, newest: before.at(-1)?.event.type ?? null, events };
}

/** The next process takes up what the dead one left; answers when it was dead. */
async function goOnAfterDeath(stage: Stage, run: Run): Promise<number> {
  expect(await stage.botEnd()).toEqual({ code: null, signal: 'SIGKILL' });
  const diedAt = Date.now();
  await expectNothingTorn(stage, run);
  await stage.startBot();
  await approve(stage);
  return diedAt;
}

/** As a person does it who sees the button; a press that a dying bot never heard is made again once another runs. */
export async function approve(stage: Stage): Promise<void> {
  const isAsked = (): boolean => stage.card().text.includes('waiting for approval');
  const ended = stage.botEnd().then(() => false);
  let isHeard: boolean | undefined = false;
  while (!isHeard && stage.isRunning() && isAsked()) {
    const pressed = stage.slack.person('U0BEN').press(stage.card(), 'Approve');
    isHeard = await Promise.race([pressed.then(({ acknowledged }) => acknowledged), ended]).catch(
      () => false,
    );
  }
}

/** Until the newest deployment is done, and the last of its messages stands in its thread. */
async function untilTold(stage: Stage): Promise<void> {
  await untilDone(stage);
  const isTold = (): boolean => stage.card().thread.some(({ text }) => text.includes('Timeline of #'));
  await stage.slack.until(isTold, 30_000);
}
