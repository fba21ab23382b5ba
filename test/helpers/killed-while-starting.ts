import { join } from 'node:path';

import { expect } from 'vitest';

import {
  expectEachInstalledOnce,
  expectNothingTorn,
  expectThreadOnceAndInOrder,
  expectTrueRecord,
  gatedInstall,
  installsOf,
  openGate,
  requestShop2,
  threadText,
  untilDone,
  untilInstalling,
} from './facts-of-a-run.ts';
import { approve, startOrClose } from './killed-in-a-row.ts';
import { setStage, type Stage } from './stage.ts';
import { type Blow, type Trace, tracedFromStart, untilTraced } from './strace.ts';

/** A deployment whose bot is killed while it starts, again and again. */
export interface KilledWhileStarting {
  /** From here on a deployment waits for its approval, and the bot is dead. */
  request(): Promise<void>;
  /** One start, killed at the blow, or once it has come as far as it can; looks at the servers then. */
  start(blow: Blow): Promise<Trace>;
  /** From here on the bot starts in the middle of the first install, which goes on meanwhile. */
  goOnToInstall(): Promise<void>;
  /** Starts it once more, unharmed, and looks at the facts. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Sets the stage, with the bot running on it. */
export async function startKilledWhileStarting(): Promise<KilledWhileStarting> {
  const stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    files: { 'install.sh': gatedInstall() },
  });
  await startOrClose(stage);
  let installs = '';
  return {
    request: async () => {
      await requestShop2(stage);
      await stage.killBot();
    },
    start: async (blow) => {
      const trace = await startOnce(stage, blow, installs !== '');
      await expectNothingTorn(stage);
      expect(installsOf(stage.fleet.directory, 'web-1')).toBe(installs);
      return trace;
    },
    goOnToInstall: async () => {
      await stage.startBot();
      await approve(stage);
      await untilInstalling(stage, 'web-1');
      await stage.killBot();
      installs = 'shop@2\n';
    },
    finish: async () => await finish(stage),
    close: async () => {
      openGates(stage);
      await stage.close();
    },
  };
}

async function startOnce(stage: Stage, blow: Blow, isInstalling: boolean): Promise<Trace> {
  const file = join(stage.directory, 'calls');
  const refusal = await stage.startBot({ under: tracedFromStart(file, blow) }).then(() => '', String);
  const isTold = (): boolean => threadText(stage).includes('following it');
  if (refusal === '' && isInstalling) await Promise.race([stage.slack.until(isTold, 60_000), stage.botEnd()]);
  const isSpared = stage.isRunning();
  await stage.killBot();
  const { signal } = await stage.botEnd();
  expect({ signal, refusal: signal === null ? refusal : '' }).toEqual({ signal: 'SIGKILL', refusal: '' });
  return { ...(await untilTraced(file)), wasKilled: !isSpared };
}

async function finish(stage: Stage): Promise<void> {
  openGates(stage);
  await stage.startBot();
  await untilDone(stage);
  await expectEachInstalledOnce(stage);
  expectThreadOnceAndInOrder(stage);
  expect(await stage.stopBot()).toBe(0);
  await expectTrueRecord(stage);
}

function openGates(stage: Stage): void {
  for (const { name } of stage.fleet.servers) openGate(stage, name);
}
