import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { applyEvent, foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { indexPlan } from '../../src/domain/plan/plan-index.ts';
import { type Plan, plannedServers, type PlannedTask } from '../../src/domain/plan/plan.ts';
import type { Book } from '../../src/executor/book.ts';
import type { ExecutorNeeds } from '../../src/executor/needs.ts';
import { settleOutcome } from '../../src/executor/settle-outcome.ts';
import type { TaskOutcome } from '../../src/systems/system.ts';
import {
  buildDenodoRevision,
  buildSingleDenodo,
  buildTask,
  buildVql,
  planDenodo,
} from '../helpers/build-denodo.ts';
import { buildPlan, buildSingleCluster, buildStep } from '../helpers/build.ts';

const minute = 60_000;

/** A task that was begun at 0, with the log that leads there; what is written about it is what the settling comes to. */
function begin(plan: Plan, task: PlannedTask, more: DeploymentEvent[] = []) {
  const written: DeploymentEvent[] = [];
  let version = 0;
  const stored = (event: DeploymentEvent) => ({ deployment: 1, version: (version += 1), at: 0, event });
  const request = { by: 'U0ANA', reason: 'test', startsAt: null, expiresAt: null, typed: null, zone: 'UTC' };
  const deployment = foldDeployment(
    [
      { type: 'requested' as const, ...request, planHash: 'a', acceptedWarnings: 0 },
      { type: 'attempt_started' as const, attempt: 1, servers: plannedServers(plan), fence: 1 },
      { type: 'task_intended' as const, task: task.id, run: 1, fence: 1 },
      ...more,
    ].map(stored),
  );
  if (!deployment) throw new Error('no deployment');
  const add = async (events: DeploymentEvent[]): Promise<true> => {
    written.push(...events);
    for (const event of events) applyEvent(deployment, stored(event));
    return true;
  };
  const lease = { environment: 'shop', deployment: 1, holder: 'test', fence: 1, since: 0, heartbeatAt: 0 };
  const refresh = async (): Promise<void> => undefined;
  const note = async (events: DeploymentEvent[]): Promise<void> => void (await add(events));
  const book: Book = { deployment, plan, index: indexPlan(plan), lease, refresh, decide: add, note };
  const settle = async (outcome: TaskOutcome, now = 0): Promise<DeploymentEvent[]> => {
    const sleep = async (): Promise<void> => undefined;
    const needs = { now: () => now, sleep } as unknown as ExecutorNeeds;
    const pace = { broken: 0, fruitless: 0, reason: 'the way broke' };
    await settleOutcome(needs, book, { task, run: 1, outcome, pace }, new AbortController().signal);
    return written;
  };
  return { settle };
}

const find = (plan: Plan, is: Partial<PlannedTask>): PlannedTask => {
  const entries = Object.entries(is);
  const found = [...plan.tasks, ...plan.rollbackTasks].find((task) =>
    entries.every(([key, value]) => task[key as keyof PlannedTask] === value),
  );
  if (!found) throw new Error(`no ${JSON.stringify(is)}`);
  return found;
};

const caches = { primaryUrl: 'jdbc:a', secondaryUrl: 'jdbc:b' };
const denodo = (isRepeatable = true): Plan =>
  planDenodo(
    buildSingleDenodo({
      sharedCache: caches,
      backupAfter: { onFailure: 'warn' },
      rollback: { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false },
    }),
    [
      buildDenodoRevision({
        parts: { vql: buildVql({ isRepeatable }), scheduler: buildTask({ type: 'VDPCache' }) },
      }),
    ],
  );
const command = (idempotent: boolean): Plan => {
  const environment: Environment = buildSingleCluster(['web-1'], {
    readBack: { run: 'cat REVISION', timeoutSeconds: 5 },
    runbooks: { release: { steps: [buildStep('install', { idempotent })], needsNoBackup: true } },
  });
  const { disableServer, enableServer } = environment.scripts;
  const scripts = {
    ...environment.scripts,
    disableServer: disableServer && { ...disableServer, idempotent },
    enableServer: enableServer && { ...enableServer, idempotent },
  };
  return buildPlan({ ...environment, scripts });
};
const lost: TaskOutcome = { state: 'lost', reason: 'it was killed', lastLines: [] };

describe('law 2: what began and left no result', () => {
  test.each<[string, Plan, Partial<PlannedTask>]>([
    ['a step that says so', command(true), { type: 'STEP' }],
    ['a script that says so', command(true), { action: 'disable' }],
    ['a script that says so, on the way back', command(true), { action: 'enable' }],
    ['a read-back', command(false), { type: 'VERIFY' }],
    ['VQL that only replaces', denodo(), { type: 'VQL' }],
    ['the swap of a cache', denodo(), { type: 'CACHE', action: 'swap' }],
    ['a backup', denodo(), { type: 'BACKUP' }],
  ])('is done again unasked where that does no harm: %s', async (_, plan, is) => {
    const written = await begin(plan, find(plan, is)).settle(lost);
    expect(written).toEqual([expect.objectContaining({ type: 'task_found', seen: 'lost', again: true })]);
  });

  test.each<[string, Plan, Partial<PlannedTask>]>([
    ['a step', command(false), { type: 'STEP' }],
    ['a script that takes a member out', command(false), { action: 'disable' }],
    ['a script that puts a member back', command(false), { action: 'enable' }],
    ['VQL that does anything else', denodo(false), { type: 'VQL' }],
    ['tasks of a Scheduler', denodo(), { type: 'SCH', action: 'create+run' }],
    ['a cache load', denodo(), { type: 'SCH', action: 'run-cache' }],
    ['a rollback', denodo(), { type: 'ROLLBACK' }],
  ])('is asked about where it might: %s', async (_, plan, is) => {
    const task = find(plan, is);
    const written = await begin(plan, task).settle(lost);
    expect(written).toEqual([
      {
        type: 'question_asked',
        question: expect.objectContaining({ kind: 'unknown-task', task: task.id, defaultChoice: 'stop' }),
      },
    ]);
  });
});

test.each([
  ['retry', 'retry'],
  ['skip', 'stop'],
] as const)('is by default what the environment says, %s, where that is offered: %s', async (said, is) => {
  const plan = command(false);
  const questions = { deadlineMinutes: 30, defaultAnswer: said };
  const asking = { ...plan, environment: { ...plan.environment, questions } };
  const [asked] = await begin(asking, find(asking, { type: 'STEP' })).settle(lost);
  expect(asked).toMatchObject({ question: { choices: ['retry', 'stop'], defaultChoice: is } });
});

describe('law 2: a server that cannot be reached any more', () => {
  const broken: TaskOutcome = { state: 'interrupted', reason: 'no route to host' };

  test.each<[string, Plan, Partial<PlannedTask>, number]>([
    ['a step of 60 s', command(false), { type: 'STEP' }, 1],
    ['a script of 10 s', command(false), { action: 'disable' }, 1 / 6],
    ['VQL of 15 min', denodo(false), { type: 'VQL' }, 15],
  ])('is asked for two minutes longer than %s may take, and then a person is', async (_, plan, is, takes) => {
    const { settle } = begin(plan, find(plan, is));
    const last = (takes + 2) * minute;
    expect(await settle(broken, last)).toEqual([]);
    expect(await settle(broken, last + 1)).toEqual([
      {
        type: 'question_asked',
        question: expect.objectContaining({
          text: expect.stringMatching(/: its end is not known \(no route to host\)\.$/),
        }),
      },
    ]);
  });

  test('law 10: is tried for a minute after Stop now, and is unknown then without a question', async () => {
    const stop: DeploymentEvent = { type: 'stop_now_requested', by: 'U0ANA', reason: 'wrong' };
    const plan = command(false);
    const { settle } = begin(plan, find(plan, { type: 'STEP' }), [stop]);
    expect(await settle(broken, minute)).toEqual([]);
    expect(await settle(broken, minute + 1)).toEqual([
      expect.objectContaining({
        type: 'task_ended',
        state: 'unknown',
        message: expect.stringMatching(/could not be ended \(no route to host\)$/),
      }),
    ]);
  });
});
