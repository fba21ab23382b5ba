import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Plan, PlannedTask } from '../../src/domain/plan/plan.ts';
import type { Revision } from '../../src/domain/revision.ts';
import type { TaskContext, TaskOutcome } from '../../src/systems/system.ts';
import { afterTask, healthyServers, type SimulatedServers } from '../../src/world/simulated-servers.ts';
import { createTaskWorld, createWorldBalancer, createWorldSystem } from '../../src/world/task-world.ts';
import { buildEnvironment, buildPart, buildPlan, buildRevision, buildStep, quiet } from '../helpers/build.ts';
import {
  buildDenodo,
  buildDenodoCluster,
  buildDenodoRevision,
  buildSync,
  caches,
} from '../helpers/denodo-shapes.ts';
import { nameOf } from '../helpers/play-attempt.ts';

const cache = { before: caches.primaryUrl, next: caches.secondaryUrl };
const signal = new AbortController().signal;

function planOf(more: Partial<Environment> = {}, revisions?: Revision[]): Plan {
  const environment = buildDenodo({
    sharedCache: caches,
    clusters: [buildDenodoCluster('main', ['vdp-1', 'vdp-2', 'sched', 'catalog'])],
    sync: [buildSync()],
    backupAfter: { onFailure: 'stop' },
    rollback: { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false },
    ...more,
  });
  return buildPlan(environment, {
    revisions: revisions ?? [buildDenodoRevision('a', { tasks: ['VDPCache'] })],
  });
}

function taskNamed(plan: Plan, name: string): PlannedTask {
  const task = [...plan.tasks, ...plan.rollbackTasks].find((candidate) => nameOf(candidate) === name);
  if (!task) throw new Error(`the plan has no ${name}`);
  return task;
}

/** The servers after these tasks have succeeded. */
function after(plan: Plan, names: string[]): SimulatedServers {
  return names.reduce(
    (servers, name) =>
      afterTask(servers, { plan, cache, task: taskNamed(plan, name), undoing: { before: null } }),
    healthyServers(plan),
  );
}

function contextOf(plan: Plan, name: string): TaskContext {
  const fence = { installation: 'i', environment: plan.environment.name, token: 1 };
  const base = { ...quiet, deployment: 1, attempt: 1, run: 1, startedAt: 0, backupPath: null, undoing: null };
  return { ...base, plan, fence, cache, task: taskNamed(plan, name) };
}

describe('simulated servers', () => {
  test('hold what was deployed to them, and nothing that was dropped', () => {
    const held = after(planOf(), ['VQL a@1 vdp-1']);
    expect(held.servers.get('vdp-1')?.revisions).toEqual(['a@1']);
    expect(held.servers.get('vdp-2')?.revisions).toEqual([]);
    const dropping = planOf({}, [buildDenodoRevision('a', {}, { operation: 'drop' })]);
    const task = taskNamed(dropping, 'VQL a@1 vdp-1');
    const left = afterTask(held, { plan: dropping, task, cache: null, undoing: null });
    expect(left.servers.get('vdp-1')?.revisions).toEqual([]);
  });

  test('use the other cache once they are swapped, and the first one once that is taken back', () => {
    const plan = planOf();
    expect(healthyServers(plan).servers.get('vdp-1')?.cache).toBe('jdbc:a');
    expect(after(plan, ['CACHE swap vdp-1']).servers.get('vdp-1')?.cache).toBe('jdbc:b');
    expect(after(plan, ['CACHE swap vdp-1']).servers.get('vdp-2')?.cache).toBe('jdbc:a');
    const reverted = after(plan, ['CACHE swap vdp-1', 'CACHE revert vdp-1']);
    expect(reverted.servers.get('vdp-1')?.cache).toBe('jdbc:a');
  });

  test('keep tasks, syncs and backups where they belong', () => {
    const plan = planOf();
    const done = after(plan, [
      'SCH create+run a@1 sched',
      'DATACATALOG_SYNC catalog catalog',
      'BACKUP vdp-1',
    ]);
    expect(done.servers.get('sched')?.schedulerTasks).toEqual(['crm/task-0']);
    expect(done.servers.get('catalog')?.syncs).toEqual(['catalog']);
    expect(done.backups).toEqual(['/backups/before', '/backups/1']);
    const removing = planOf({}, [buildDenodoRevision('a', { tasks: ['VDPCache'] }, { operation: 'drop' })]);
    const task = taskNamed(removing, 'SCH remove a@1 sched');
    const removed = afterTask(done, { plan: removing, task, cache: null, undoing: null });
    expect(removed.servers.get('sched')?.schedulerTasks).toEqual([]);
  });

  test('stand as before once they are restored', () => {
    const done = after(planOf(), ['VQL a@1 vdp-1', 'ROLLBACK vdp-1']);
    expect(done.servers.get('vdp-1')?.revisions).toEqual([]);
  });

  test('leave the balancer and come back', () => {
    const plan = planOf();
    expect(after(plan, ['disable vdp-1']).members.get('vdp-1')).toBe('drain');
    expect(after(plan, ['disable vdp-1', 'enable vdp-1']).members.get('vdp-1')).toBe('up');
  });

  test('are changed by the steps that apply something, and by no other', () => {
    const plan = buildPlan(buildEnvironment());
    const install = plan.tasks.find(({ step, server }) => step === 'install' && server === 'web-1');
    const verify = plan.tasks.find(({ step, server }) => step === 'verify' && server === 'web-1');
    const revisionsAfter = (task: PlannedTask | undefined) =>
      task &&
      afterTask(healthyServers(plan), { plan, task, cache: null, undoing: null }).servers.get('web-1')
        ?.revisions;
    expect([revisionsAfter(install), revisionsAfter(verify)]).toEqual([['shop@2'], []]);
  });
});

describe('a world of tasks', () => {
  const endOf = (outcome: TaskOutcome) => outcome.state === 'ended' && outcome.end;

  test('fails a struck task once for each strike, and changes nothing by it', async () => {
    const plan = planOf();
    const { id } = taskNamed(plan, 'VQL a@1 vdp-1');
    const world = createTaskWorld(plan, [id, id]);
    const system = createWorldSystem(world);
    const context = contextOf(plan, 'VQL a@1 vdp-1');
    const ends = [];
    for (let run = 1; run <= 3; run += 1) {
      ends.push(endOf(await system.perform({ ...context, run }, signal)));
      ends.push(world.servers.servers.get('vdp-1')?.revisions.length);
    }
    expect(ends).toEqual(['error', 0, 'error', 0, 'ok', 1]);
  });

  test('warns where a failure is configured as a warning', async () => {
    const plan = planOf({ backupAfter: { onFailure: 'warn' }, sync: [buildSync({ onFailure: 'stop' })] });
    const names = ['BACKUP vdp-1', 'DATACATALOG_SYNC catalog catalog'];
    const system = createWorldSystem(
      createTaskWorld(
        plan,
        names.map((name) => taskNamed(plan, name).id),
      ),
    );
    const ends = await Promise.all(
      names.map(async (name) => await system.perform(contextOf(plan, name), signal)),
    );
    expect(ends.map(endOf)).toEqual(['warning', 'error']);
  });

  test('says where a backup lies, of the end and of a step', async () => {
    const plan = planOf();
    const system = createWorldSystem(createTaskWorld(plan));
    expect(await system.perform(contextOf(plan, 'BACKUP vdp-1'), signal)).toMatchObject({
      lastLines: ['/backups/1'],
    });
    const steps = { steps: [buildStep('save', { kind: 'backup' })], needsNoBackup: false };
    const environment = buildEnvironment({ runbooks: { release: steps } });
    const saving = buildPlan(environment, {
      revisions: [buildRevision({ parts: { release: buildPart('release') } })],
    });
    const saved = await createWorldSystem(createTaskWorld(saving)).perform(
      contextOf(saving, 'STEP shop@2 save web-1'),
      signal,
    );
    expect(saved).toMatchObject({ lastLines: ['/backups/before'] });
  });

  test('answers the cache in use, and what runs there only where a read-back is configured', async () => {
    const plan = planOf();
    const system = createWorldSystem(createTaskWorld(plan));
    await system.perform(contextOf(plan, 'VQL a@1 vdp-1'), signal);
    expect(await system.inspect(plan, 'vdp-1', signal)).toEqual({
      problem: null,
      readBack: null,
      cache: 'jdbc:a',
    });
    expect((await system.inspect(plan, 'vdp-9', signal)).problem).toBe('there is no server vdp-9');
    const reading = buildPlan(buildEnvironment({ readBack: { run: 'cat', timeoutSeconds: 5 } }));
    const world = createTaskWorld(reading);
    const other = createWorldSystem(world);
    await other.perform(contextOf(reading, 'STEP shop@2 install web-1'), signal);
    expect((await other.inspect(reading, 'web-1', signal)).readBack).toBe('shop@2');
    expect(await other.perform(contextOf(reading, 'VERIFY web-1'), signal)).toMatchObject({
      readBack: 'shop@2',
    });
  });

  test('has a balancer that says nothing without a status script, as any other', async () => {
    const plan = planOf();
    const world = createTaskWorld(plan);
    const balancer = createWorldBalancer(world);
    await balancer.perform(contextOf(plan, 'disable vdp-1'), signal);
    expect(await balancer.status(plan, 'vdp-1', signal)).toBe('unknown');
    const { environment } = plan;
    const scripts = { ...environment.scripts, statusServer: environment.scripts.enableServer };
    const asked = { ...plan, environment: { ...environment, scripts } };
    expect(await balancer.status(asked, 'vdp-1', signal)).toBe('drain');
    expect(await balancer.status(asked, 'vdp-2', signal)).toBe('up');
  });

  test('never began what a probe finds open', async () => {
    const plan = planOf();
    const probed = await createWorldSystem(createTaskWorld(plan)).probe(
      contextOf(plan, 'VQL a@1 vdp-1'),
      async () => undefined,
      signal,
    );
    expect(probed).toEqual({ state: 'never-started' });
  });
});
