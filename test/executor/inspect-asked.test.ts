import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { startInspecting } from '../../src/executor/inspect-asked.ts';
import type { LookRound } from '../../src/executor/look-round.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Inspection } from '../../src/systems/system.ts';
import { createQueued } from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';

const servers = ['web-1', 'web-2', 'web-3', 'web-4'];

describe('servers that people ask about before a deployment', () => {
  let store: Store;
  let inspecting: LookRound | null;
  let underWay: number;
  let most: number;
  let released: number;
  let gate: Promise<void>;
  let open: () => void;
  let answerOf: (server: string) => Inspection;
  let now: number;

  beforeEach(async () => {
    store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
    [underWay, most, released, now] = [0, 0, 0, 5_000];
    gate = Promise.resolve();
    answerOf = (server) => ({ problem: null, readBack: `${server} runs shop@1` });
    inspecting = null;
  });
  afterEach(async () => {
    await inspecting?.stop();
    await store.close();
  });

  function start(more: Partial<Environment> = {}): void {
    inspecting = startInspecting({
      store,
      now: () => now,
      log: { error: () => undefined },
      planToInspect: (name) =>
        name === 'mars' ? null : buildPlan(buildEnvironment({ name, ...more }), { revisions: [] }),
      balancer: { status: async (_plan, member) => (member === 'south' ? 'down' : 'up') },
      system: {
        inspect: async (_plan, server) => {
          underWay += 1;
          most = Math.max(most, underWay);
          await gate;
          underWay -= 1;
          return answerOf(server);
        },
        release: async () => {
          released += 1;
        },
      },
    });
  }

  const closeGate = (): void => {
    gate = new Promise((resolve) => {
      open = resolve;
    });
  };
  const answers = async (environment = 'shop') =>
    (await store.askedServers(environment)).flatMap(({ server, answered }) =>
      answered ? [{ server, ...answered }] : [],
    );
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> =>
    await expect.poll(holds, { timeout: 20_000, interval: 20 }).toBe(true);

  test('answer with the time at which they were looked at, and their ways are let go of', async () => {
    start();
    await store.askServers('shop', ['web-1'], 4_000);
    await until(async () => (await answers()).length === 1);
    const answer = { problem: null, readBack: 'web-1 runs shop@1' };
    expect(await answers()).toEqual([{ server: 'web-1', at: 5_000, answer, saidSince: 5_000 }]);
    await until(() => released === 1);
  });

  test('are answered for by the load balancer too, where a script says what it does with them', async () => {
    const { scripts } = buildEnvironment();
    start({ scripts: { ...scripts, statusCluster: scripts.enableCluster } });
    await store.askServers('shop', ['web-1', 'web-3'], 4_000);
    await until(async () => (await answers()).length === 2);
    expect((await answers()).map(({ server, answer }) => [server, answer.balancer])).toEqual([
      ['web-1', 'up'],
      ['web-3', 'down'],
    ]);
  });

  test('are asked at most four at once', async () => {
    closeGate();
    await store.askServers('bank', servers, 4_000);
    await store.askServers('shop', servers, 4_000);
    start();
    await until(() => underWay >= 4);
    open();
    await until(async () => (await answers()).length + (await answers('bank')).length === 8);
    expect(most).toBe(4);
  });

  test('are left to the attempt where one is deployed to, and asked once it has ended', async () => {
    const deployment = await createQueued(store, 'shop');
    const claim = { deployment, holder: 'p1', at: 1_000, staleBefore: 0 };
    const lease = await store.claim(claim);
    start();
    await store.askServers('shop', ['web-1'], 4_000);
    await store.askServers('bank', ['web-1'], 4_000);
    await until(async () => (await answers('bank')).length === 1);
    expect(await answers()).toEqual([]);
    const events = [{ type: 'missed' as const, reason: 'x' }] as const;
    await store.commit({
      deployment,
      expectedVersion: null,
      fence: lease?.fence ?? null,
      at: 2_000,
      events: [...events],
      releaseLease: true,
    });
    await until(async () => (await answers()).length === 1);
  });

  test('that are not configured any more, or cannot be looked at, are answered for in a sentence', async () => {
    answerOf = () => {
      throw new Error('no way');
    };
    start();
    await store.askServers('shop', ['web-1', 'web-9'], 4_000);
    await store.askServers('mars', ['web-1'], 4_000);
    await until(async () => (await answers()).length + (await answers('mars')).length === 3);
    expect((await answers()).map(({ answer }) => answer.problem)).toEqual([
      'web-1 could not be looked at: no way',
      'web-9 is not configured any more',
    ]);
    expect((await answers('mars'))[0]?.answer.problem).toBe('web-1 is not configured any more');
  });

  test('that were asked again while they were looked at are looked at again', async () => {
    closeGate();
    start();
    await store.askServers('shop', ['web-1'], 4_000);
    await until(() => underWay === 1);
    await store.askServers('shop', ['web-1'], 6_000);
    now = 7_000;
    open();
    await until(async () => (await answers())[0]?.at === 7_000);
    expect(await store.unanswered(10)).toEqual([]);
  });
});
