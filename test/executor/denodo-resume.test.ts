import { setImmediate as turn } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { linesOf } from '../../src/cli/simulation/lines.ts';
import type { FaultPoint } from '../../src/domain/fault-point.ts';
import type { Plan, PlannedTask } from '../../src/domain/plan/plan.ts';
import type { ExecutorNeeds } from '../../src/executor/needs.ts';
import { runDeployment } from '../../src/executor/run-deployment.ts';
import { createShares } from '../../src/executor/shares.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { TaskContext, TaskOutcome, TaskPerformer } from '../../src/systems/system.ts';
import { createTaskWorld, createWorldBalancer, createWorldSystem } from '../../src/world/task-world.ts';
import { buildPlan } from '../helpers/build.ts';
import {
  buildDenodo,
  buildDenodoCluster,
  buildDenodoRevision,
  buildSync,
  caches,
} from '../helpers/denodo-shapes.ts';
import { requestPlan } from '../helpers/engine.ts';
import { nameOf } from '../helpers/play-attempt.ts';

let store: Store;
beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
});
afterAll(async () => await store.close());

const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };
const revisions = [buildDenodoRevision('a', { tasks: ['VDPCache'] })];
let deployments = 0;

/** An environment of its own each time, so that no earlier one holds anything there. */
function planWith(shape: 'clusters' | 'cache'): Plan {
  deployments += 1;
  const name = `denodo-${deployments}`;
  const one = [buildDenodoCluster('main', ['vdp-1', 'vdp-2', 'sched', 'catalog'])];
  const several = [
    buildDenodoCluster('eu', ['vdp-e', 'sched-e', 'catalog-e']),
    buildDenodoCluster('us', ['vdp-u', 'sched-u', 'catalog-u']),
  ];
  const clusters = shape === 'cache' ? one : several;
  const base = { name, rollback, sync: [buildSync()], backupAfter: { onFailure: 'warn' } as const };
  const environment = buildDenodo({ ...base, clusters, sharedCache: shape === 'cache' ? caches : null });
  return buildPlan(environment, { revisions });
}

class Death extends Error {}

/** A world that knows afterwards what was done: what a probe finds there is what had happened. */
function remembering(performer: TaskPerformer, done: PlannedTask[]): TaskPerformer {
  const outcomes = new Map<string, TaskOutcome>();
  const keyOf = ({ task, run }: TaskContext): string => `${task.id}.${run}`;
  return {
    perform: async (context, signal) => {
      const outcome = await performer.perform(context, signal);
      outcomes.set(keyOf(context), outcome);
      done.push(context.task);
      return outcome;
    },
    probe: async (context) => outcomes.get(keyOf(context)) ?? { state: 'never-started' },
  };
}

/** Deploys with a process that dies at the n-th fault point, and another one that finds what it left. */
async function deploy(plan: Plan, failing: string[], diesAt: number) {
  const all = [...plan.tasks, ...plan.rollbackTasks];
  const strikes = failing.flatMap((name) => all.find((task) => nameOf(task) === name)?.id ?? []);
  const world = createTaskWorld(plan, strikes);
  const done: PlannedTask[] = [];
  const number = await requestPlan(store, plan);
  const points: FaultPoint[] = [];
  const needs: ExecutorNeeds = {
    store: { ...store, lastBackup: async () => '/backups/before' },
    system: { ...createWorldSystem(world), ...remembering(createWorldSystem(world), done) },
    balancer: { ...createWorldBalancer(world), ...remembering(createWorldBalancer(world), done) },
    now: Date.now,
    sleep: async () => await turn(),
    shares: createShares(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    reach: (point) => {
      if (points.push(point) === diesAt) throw new Death();
    },
    holder: 'test',
    admitIfQueued: async () => true,
    leaseMs: 60_000,
  };
  const run = async (): Promise<void> => {
    const lease = await store.claim({
      deployment: number,
      holder: 'test',
      at: Date.now(),
      staleBefore: Infinity,
    });
    if (!lease) throw new Error('nobody could take it up');
    await runDeployment(needs, lease, new AbortController().signal);
  };
  await run().catch(async (error: unknown) => {
    if (!(error instanceof Death)) throw error;
    await run();
  });
  const lines = linesOf(plan, await store.eventsAfter(number, 0));
  return { lines, done: done.map(nameOf), points: points.length };
}

describe('a process that dies at any moment of a Denodo deployment', () => {
  test.each([
    ['whose second cluster fails', 'clusters', ['VQL a@1 vdp-u']],
    ['whose sync fails', 'clusters', ['DATACATALOG_SYNC catalog catalog-e']],
    ['with a cache', 'cache', []],
    ['whose first server is swapped back and restored', 'cache', ['SCH run-cache sched']],
  ] as const)('%s leaves nothing out and does nothing twice', async (_claim, shape, failing) => {
    const whole = await deploy(planWith(shape), [...failing], Infinity);
    expect(whole.points).toBeGreaterThan(20);
    for (let diesAt = 1; diesAt <= whole.points; diesAt += 1) {
      const { lines, done } = await deploy(planWith(shape), [...failing], diesAt);
      expect({ diesAt, lines, done }).toEqual({ diesAt, lines: whole.lines, done: whole.done });
    }
  });
});
