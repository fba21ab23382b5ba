import { setTimeout as delay } from 'node:timers/promises';

import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Choice } from '../../src/domain/events/question.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { type Plan, planTitle } from '../../src/domain/plan/plan.ts';
import { type Executor, startExecutor } from '../../src/executor/executor.ts';
import { createShares } from '../../src/executor/shares.ts';
import type { Lease } from '../../src/store/leases.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { buildPlan } from './build.ts';
import { createWorld, type World } from './world.ts';

/** The executor over a real store in memory and a world that does as it is told. */
export interface Engine {
  store: Store;
  world: World;
  /** What the executor writes into; quiet unless a test listens. */
  log: Record<'info' | 'warn' | 'error', () => void>;
  /** What the executor takes for now; the time of the machine unless a test sets it. */
  clock: { now: () => number };
  /** Starts an executor; one that runs already is left to itself, as a process that hangs. */
  start(leaseMs?: number, admit?: (lease: Lease) => Promise<boolean>): Executor;
  /** A deployment whose hour has come. */
  request(environment: Environment, servers?: string[]): Promise<number>;
  load(number: number): Promise<Deployment>;
  events(number: number): Promise<DeploymentEvent[]>;
  until(number: number, states: string[]): Promise<Deployment>;
  /** Writes what a person decided. */
  decide(number: number, event: DeploymentEvent): Promise<void>;
  /** Answers the open question. */
  answer(number: number, choice: Choice): Promise<void>;
  close(): Promise<void>;
}

/** Opens an engine; nothing runs before `start`. */
export async function openEngine(): Promise<Engine> {
  const store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  const world = createWorld();
  const clock = { now: Date.now };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  let executor: Executor | null = null;
  const load = async (number: number): Promise<Deployment> => {
    const deployment = foldDeployment(await store.eventsAfter(number, 0));
    if (!deployment) throw new Error(`no #${number}`);
    return deployment;
  };
  const decide = async (deployment: number, event: DeploymentEvent): Promise<void> =>
    void (await store.commit({
      deployment,
      expectedVersion: null,
      fence: null,
      at: Date.now(),
      events: [event],
    }));
  return {
    store,
    world,
    log,
    clock,
    load,
    start: (leaseMs = 60_000, admit: (lease: Lease) => Promise<boolean> = async () => true) => {
      executor = startExecutor({
        store,
        system: world.system,
        balancer: world.balancer,
        now: () => clock.now(),
        sleep: async (milliseconds, signal) =>
          await delay(Math.min(milliseconds, 5), undefined, { signal }).catch(() => undefined),
        log,
        reach: passBy,
        shares: createShares(),
        holder: `holder-${Math.random()}`,
        admitIfQueued: admit,
        leaseMs,
      });
      return executor;
    },
    request: async (environment, servers) =>
      await requestPlan(store, buildPlan(environment, servers ? { servers } : {})),
    events: async (number) => (await store.eventsAfter(number, 0)).map(({ event }) => event),
    until: async (number, states) => {
      for (let tries = 0; tries < 2_000; tries += 1) {
        const deployment = await load(number);
        if (states.includes(deployment.state)) return deployment;
        await delay(5);
      }
      throw new Error(`#${number} is ${(await load(number)).state}, expected ${states.join(' or ')}`);
    },
    decide,
    answer: async (number, choice) => {
      const question = (await load(number)).question?.id ?? '';
      await decide(number, { type: 'question_answered', question, choice, by: 'U0ANA' });
    },
    close: async () => {
      await executor?.stop();
      await store.close();
    },
  };
}

/** A deployment whose hour has come, in any store; answers its number. */
export async function requestPlan(store: Store, plan: Plan): Promise<number> {
  const hash = planHash(plan);
  const at = Date.now();
  const created = await store.createDeployment({
    environment: plan.environment.name,
    title: planTitle(plan),
    channel: 'C0SHOP',
    plan,
    planHash: hash,
    requestKey: `test-${Math.random()}`,
    requestedBy: 'U0ANA',
    startsAt: null,
    zone: 'UTC',
    typed: null,
    at,
    events: [
      {
        type: 'requested',
        by: 'U0ANA',
        reason: 'test',
        startsAt: null,
        expiresAt: null,
        typed: null,
        zone: 'UTC',
        planHash: hash,
        acceptedWarnings: 0,
      },
      { type: 'queued', behind: null },
    ],
    due: [],
    quota: null,
  });
  if (!('number' in created)) throw new Error('too many');
  return created.number;
}

/** Waits until it is so, for ten seconds at most. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    if (await isSo()) return;
    await delay(5);
  }
  throw new Error('it did not come to be so within ten seconds');
}

/** How every server of the attempt stands. */
export function statesOf({ run }: Deployment): Record<string, string> {
  return Object.fromEntries([...(run?.servers ?? [])].map(([name, { state }]) => [name, state]));
}
