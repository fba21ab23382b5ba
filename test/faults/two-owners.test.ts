import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import { startExecutor } from '../../src/executor/executor.ts';
import { createShares } from '../../src/executor/shares.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { StoreRefused } from '../../src/store/sqlite/refused.ts';
import type { Store } from '../../src/store/store.ts';
import { createCommandSystem } from '../../src/systems/command/command-system.ts';
import type { System, TaskOutcome } from '../../src/systems/system.ts';
import {
  buildCluster,
  buildPlan,
  buildRevision,
  buildServer,
  buildSingleCluster,
  buildStep,
} from '../helpers/build.ts';
import { requestPlan } from '../helpers/engine.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { createWorld } from '../helpers/world.ts';

let directory: string;
let file: string;
let closers: (() => Promise<void>)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-owners-'));
  file = join(directory, 'lamplighter.db');
  mkdirSync(join(directory, 'catalog'));
  closers = [];
});

afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  removeLater(directory);
});

interface Owner {
  store: Store;
  /** What the real system answered to each start, before the owner heard it. */
  answers: TaskOutcome[];
  warned: Mock<(...words: unknown[]) => void>;
}

/** Opens the one file, and runs what is to be run, on real targets; `around` stands between owner and targets. */
async function startOwner(
  around: (perform: () => Promise<TaskOutcome>) => Promise<TaskOutcome>,
): Promise<Owner> {
  const store = await openSqliteStore({ file, migrationsFolder: 'migrations' });
  const answers: TaskOutcome[] = [];
  const warned = vi.fn<(...words: unknown[]) => void>();
  const driver = createLocalDriver({ variables: process.env });
  const real = createCommandSystem({
    drivers: { ssh: driver, local: driver },
    readSecret: () => '',
    findRevisionChange: async () => null,
    maxOutputBytes: () => 1_000_000,
  });
  const system: System = {
    ...real,
    // A paused process hears no signal either.
    perform: async (context) =>
      await around(async () => {
        const answer = await real.perform(context, new AbortController().signal);
        answers.push(answer);
        return answer;
      }),
  };
  const executor = startExecutor({
    store,
    system,
    balancer: createWorld().balancer,
    now: Date.now,
    sleep: async (milliseconds, signal) =>
      await delay(Math.min(milliseconds, 20), undefined, { signal }).catch(() => undefined),
    log: { info: () => undefined, warn: warned, error: () => undefined },
    shares: createShares(),
    holder: `holder-${Math.random()}`,
    admitIfQueued: async () => true,
    reach: passBy,
    leaseMs: 60_000,
  });
  closers.push(async () => {
    await executor.stop();
    await store.close();
  });
  return { store, answers, warned };
}

/** Only the operating system's lock keeps a second owner out: without it there is the fence. */
function takeLockOutOfTheWay(): void {
  rmSync(`${file}.lock`);
}

/** Two servers on this machine, one by one; each install writes down that it ran, and may not be repeated. */
function planHere(): Plan {
  const connection = { driver: 'local' as const, workDirectory: join(directory, 'work') };
  const servers = ['web-1', 'web-2'].map((name) => buildServer(name, { connection }));
  const install = buildStep('install', { run: `echo ran >>'${directory}/runs-'"$LAMPLIGHTER_SERVER"` });
  const environment = buildSingleCluster([], {
    clusters: [buildCluster('main', servers)],
    runbooks: { release: { steps: [install], needsNoBackup: true } },
    minInService: 1,
  });
  return buildPlan(environment, { revisions: [buildRevision({ directory: join(directory, 'catalog') })] });
}

const runsOf = (server: string): string => {
  const runs = join(directory, `runs-${server}`);
  return existsSync(runs) ? readFileSync(runs, 'utf8') : '';
};

async function untilState(store: Store, number: number, state: string): Promise<void> {
  while (foldDeployment(await store.eventsAfter(number, 0))?.state !== state) await delay(20);
}

/** Something that a paused process does not get past until it is woken. */
function createPause(): { reached: Promise<void>; here: () => Promise<void>; wake: () => void } {
  let tellReached = (): void => undefined;
  let wake = (): void => undefined;
  const reached = new Promise<void>((resolve) => (tellReached = resolve));
  const woken = new Promise<void>((resolve) => (wake = resolve));
  return {
    reached,
    wake: () => wake(),
    here: async () => {
      tellReached();
      await woken;
    },
  };
}

const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await work();
  };
};

describe('two owners of one database', { timeout: 120_000 }, () => {
  test('cannot be, while the operating system holds the lock', async () => {
    await startOwner(async (perform) => await perform());
    await expect(openSqliteStore({ file, migrationsFolder: 'migrations' })).rejects.toThrow(StoreRefused);
  });

  test('the target refuses the start of an old owner that slept between its intent and its act', async () => {
    const pause = createPause();
    const sleep = once(pause.here);
    const old = await startOwner(async (perform) => {
      await sleep();
      return await perform();
    });
    const number = await requestPlan(old.store, planHere());
    await pause.reached;
    expect(runsOf('web-1')).toBe('');
    takeLockOutOfTheWay();
    const young = await startOwner(async (perform) => await perform());
    await untilState(young.store, number, 'ok');

    pause.wake();
    while (old.answers.length === 0) await delay(20);
    expect(old.answers).toEqual([{ state: 'fenced' }]);
    expect([runsOf('web-1'), runsOf('web-2')]).toEqual(['ran\n', 'ran\n']);
  });

  test('the database refuses what an old owner writes that slept between the act and its outcome', async () => {
    const pause = createPause();
    const sleep = once(pause.here);
    const old = await startOwner(async (perform) => {
      const outcome = await perform();
      await sleep();
      return outcome;
    });
    const number = await requestPlan(old.store, planHere());
    await pause.reached;
    takeLockOutOfTheWay();
    const young = await startOwner(async (perform) => await perform());
    await untilState(young.store, number, 'ok');
    const before = await young.store.eventsAfter(number, 0);

    pause.wake();
    while (old.warned.mock.calls.length === 0) await delay(20);
    expect(old.warned.mock.calls).toEqual([[{ deployment: number }, `#${number} is run by another process`]]);
    expect(await young.store.eventsAfter(number, 0)).toEqual(before);
    expect([runsOf('web-1'), runsOf('web-2')]).toEqual(['ran\n', 'ran\n']);
    const ends = before.flatMap(({ event }) => (event.type === 'task_ended' ? [event.task] : []));
    expect(ends).toEqual([...new Set(ends)]);
  });
});
