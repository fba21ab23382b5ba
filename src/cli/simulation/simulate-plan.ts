import { setImmediate as turn } from 'node:timers/promises';

import { answerByDefault } from '../../app/answer-question.ts';
import type { DeploymentEvent, StoredEvent } from '../../domain/events/deployment-event.ts';
import { planHash } from '../../domain/plan/plan-hash.ts';
import { type Plan, planTitle } from '../../domain/plan/plan.ts';
import type { ExecutorNeeds } from '../../executor/needs.ts';
import { runDeployment } from '../../executor/run-deployment.ts';
import { createShares } from '../../executor/shares.ts';
import type { Store } from '../../store/store.ts';
import { goodBackup } from '../../world/simulated-servers.ts';
import {
  createTaskWorld,
  createWorldBalancer,
  createWorldSystem,
  type TaskWorld,
} from '../../world/task-world.ts';

/** What a simulation is run with. */
export interface Simulation {
  /** An empty memory of its own, or one in which no other deployment of this environment is unfinished. */
  store: Store;
  /** When it starts, epoch milliseconds; from there its clock goes on by itself. */
  startsAt: number;
  /** Each number in the plan fails its task once. */
  strikes: number[];
}

/** What came of it: the log, and the servers as they stand afterwards. */
export interface Simulated {
  events: StoredEvent[];
  world: TaskWorld;
}

/** How long each task takes, by the clock of the simulation. */
const taskMs = 1_000;

/** Deploys a plan with the real executor to servers that only exist in memory, to its end, in no time. */
export async function simulatePlan(plan: Plan, simulation: Simulation): Promise<Simulated> {
  const { strikes, startsAt } = simulation;
  // The database is new, and so is the world: what it keeps of earlier deployments is its good backup.
  const store = { ...simulation.store, lastBackup: async () => goodBackup };
  const world = createTaskWorld(plan, strikes);
  const clock = { now: startsAt };
  const number = await request(store, plan, startsAt);
  const needs: ExecutorNeeds = {
    store,
    system: createWorldSystem(world),
    balancer: createWorldBalancer(world),
    now: () => clock.now,
    sleep: async (milliseconds, signal) => {
      // Whatever can go on does so first: only where nothing does, time passes.
      await turn();
      if (!signal.aborted) await passTime(store, { number, clock, milliseconds });
    },
    shares: createShares(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    reach: (point) => {
      if (point === 'after:effect') clock.now += taskMs;
    },
    holder: 'simulation',
    admitIfQueued: async () => true,
    leaseMs: 60_000,
  };
  await run(needs, number);
  return { events: await store.eventsAfter(number, 0), world };
}

async function run(needs: ExecutorNeeds, number: number): Promise<void> {
  const at = needs.now();
  const lease = await needs.store.claim({ deployment: number, holder: needs.holder, at, staleBefore: 0 });
  if (!lease) throw new Error(`#${number} of the simulation could not be begun`);
  await runDeployment(needs, lease, new AbortController().signal);
}

/** The clock goes on, at once to the deadline of an open question: it gets its default. */
async function passTime(
  store: Store,
  { number, clock, milliseconds }: { number: number; clock: { now: number }; milliseconds: number },
): Promise<void> {
  const due = await store.dueBefore(Number.MAX_SAFE_INTEGER, 1_000);
  const question = due.find(({ kind, deployment }) => kind === 'question' && deployment === number);
  clock.now = Math.max(clock.now + milliseconds, question?.at ?? 0);
  if (question) await answerByDefault({ store, now: () => clock.now }, number);
}

async function request(store: Store, plan: Plan, at: number): Promise<number> {
  const { name, channel, timezone: zone } = plan.environment;
  const hash = planHash(plan);
  const times = { startsAt: null, typed: null, zone };
  const requested: DeploymentEvent = {
    type: 'requested',
    by: 'system',
    reason: 'simulation',
    expiresAt: null,
    planHash: hash,
    acceptedWarnings: 0,
    ...times,
  };
  const created = await store.createDeployment({
    environment: name,
    title: planTitle(plan),
    channel,
    plan,
    planHash: hash,
    requestKey: `simulation:${hash}:${at}`,
    requestedBy: 'system',
    ...times,
    at,
    events: [requested, { type: 'queued', behind: null }],
    due: [],
    quota: null,
  });
  if (!('number' in created)) throw new Error('a simulation has no quota');
  return created.number;
}
