import type { Balancer } from '../balancer/balancer.ts';
import { findStep, isScript, type Plan, type PlannedTask, taskName } from '../domain/plan/plan.ts';
import type { System, TaskContext, TaskOutcome, TaskPerformer } from '../systems/system.ts';
import { afterTask, goodBackup, healthyServers, type SimulatedServers } from './simulated-servers.ts';

/** Servers behind a balancer on which tasks succeed at once, whatever system they are of: nothing is run anywhere. */
export interface TaskWorld {
  plan: Plan;
  /** As they stand now. */
  servers: SimulatedServers;
  /** Tasks that fail, by their number in the plan, with how many times each still does. */
  strikes: Map<number, number>;
}

/** A world in which all is well, but for the tasks that are struck: each of these numbers fails its task once. */
export function createTaskWorld(plan: Plan, strikes: number[] = []): TaskWorld {
  const world: TaskWorld = { plan, servers: healthyServers(plan), strikes: new Map() };
  for (const task of strikes) world.strikes.set(task, (world.strikes.get(task) ?? 0) + 1);
  return world;
}

/** A system of any kind over such a world. */
export function createWorldSystem(world: TaskWorld): System {
  return {
    ...performerOf(world),
    end: async () => neverStarted,
    inspect: async (_plan, server) => {
      const found = world.servers.servers.get(server);
      if (!found) return { problem: `there is no server ${server}`, readBack: null };
      return { problem: null, readBack: readBackOf(world, server), cache: found.cache };
    },
    check: async () => ({ state: 'passed' }),
    prepare: () => undefined,
    release: async () => undefined,
  };
}

/** The load balancer of such a world; without a status script it says nothing, as any other. */
export function createWorldBalancer(world: TaskWorld): Balancer {
  return {
    ...performerOf(world),
    status: async ({ environment: { scripts }, level }, member) => {
      const script = level === 'cluster' ? scripts.statusCluster : scripts.statusServer;
      return script === null ? 'unknown' : (world.servers.members.get(member) ?? 'up');
    },
  };
}

const neverStarted: TaskOutcome = { state: 'never-started' };

/** Everything ends in the moment in which it begins: whatever a probe finds open was never begun. */
function performerOf(world: TaskWorld): TaskPerformer {
  return {
    perform: async (context) => perform(world, context),
    probe: async () => neverStarted,
  };
}

function perform(world: TaskWorld, context: TaskContext): TaskOutcome {
  const { task } = context;
  const left = world.strikes.get(task.id) ?? 0;
  if (left > 0) {
    world.strikes.set(task.id, left - 1);
    return ended(failureOf(world.plan, task), `${taskName(task)} failed, because --fail says so`);
  }
  world.servers = afterTask(world.servers, context);
  return { ...ended('ok', ''), lastLines: linesOf(world, task), readBack: answerOf(world, task) };
}

/** What a failure counts for is configured where the deployment itself does not hang on the task. */
function failureOf({ environment }: Plan, { type, step }: PlannedTask): 'warning' | 'error' {
  const rule =
    type === 'DATACATALOG_SYNC'
      ? environment.sync.find(({ name }) => name === step)
      : type === 'BACKUP'
        ? environment.backupAfter
        : null;
  return rule?.onFailure === 'warn' ? 'warning' : 'error';
}

/** A backup says where it lies. */
function linesOf({ plan, servers }: TaskWorld, task: PlannedTask): string[] {
  if (task.type === 'BACKUP') return servers.backups.slice(-1);
  const isBackup = task.type === 'STEP' && findStep(plan, task)?.step.kind === 'backup';
  return isBackup ? [goodBackup] : [];
}

function answerOf(world: TaskWorld, task: PlannedTask): string | null {
  return task.type === 'VERIFY' && !isScript(task) ? readBackOf(world, task.server ?? '') : null;
}

function readBackOf({ plan, servers }: TaskWorld, server: string): string | null {
  if (plan.environment.readBack === null) return null;
  return servers.servers.get(server)?.revisions.at(-1) ?? null;
}

function ended(end: 'ok' | 'warning' | 'error', message: string): Extract<TaskOutcome, { state: 'ended' }> {
  return { state: 'ended', end, exitCode: null, message, lastLines: [], readBack: null };
}
