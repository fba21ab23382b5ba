import type { IndexedPlan } from '../plan/plan-index.ts';
import type { PlannedTask } from '../plan/plan.ts';
import { type Run, taskRun } from './run.ts';
import { leftOut } from './standing.ts';

/** How it stands with what follows the servers of a cluster. */
export type AfterCluster =
  /** Some of its servers have not ended. */
  | { is: 'waiting' }
  | { is: 'going-on'; next: PlannedTask }
  | { is: 'failed'; end: 'error' | 'unknown'; message: string }
  /** All is done, or nothing follows: it does only where every server of the cluster succeeded. */
  | { is: 'over' };

/** Says what is next once all servers of a cluster in this attempt have succeeded (D-06). */
export function afterCluster(index: IndexedPlan, run: Run, cluster: string): AfterCluster {
  const tasks = index.clusterTasks.get(cluster) ?? [];
  if (tasks.length === 0) return { is: 'over' };
  const open = tasks.find((task) => taskRun(run, task.id).intended);
  if (open) return { is: 'going-on', next: open };
  const states = [...run.servers]
    .filter(([name]) => clusterOf(index, name) === cluster)
    .map(([, { state }]) => state);
  if (states.some((state) => state === 'pending' || state === 'deploying')) return { is: 'waiting' };
  if (run.stopNow || states.some((state) => state !== 'ok')) return { is: 'over' };
  const planned = [...index.serverTasks.keys()].filter((name) => clusterOf(index, name) === cluster);
  if (leftOut(run, planned).length > 0) return { is: 'over' };
  for (const { end, message } of tasks.map((task) => taskRun(run, task.id)))
    if (end === 'error' || end === 'unknown') return { is: 'failed', end, message };
  const next = tasks.find((task) => taskRun(run, task.id).end === null);
  return next ? { is: 'going-on', next } : { is: 'over' };
}

/** The clusters whose last server of this attempt is among these. */
export function clustersEndingWith(index: IndexedPlan, run: Run, servers: string[]): string[] {
  const last = new Map([...run.servers.keys()].map((name) => [clusterOf(index, name), name]));
  return [...last].filter(([, name]) => servers.includes(name)).map(([cluster]) => cluster);
}

/** The cluster of a server that is deployed to. */
export function clusterOf(index: IndexedPlan, server: string): string {
  return index.serverTasks.get(server)?.[0]?.cluster ?? '';
}

/** What follows all groups, however they ended, where any server was begun; null when nothing is left of it. */
export function nextAtEnd(index: IndexedPlan, run: Run): PlannedTask | null {
  const open = index.endTasks.find((task) => taskRun(run, task.id).intended);
  if (open) return open;
  const hasBegun = [...run.servers.values()].some(({ startedAt }) => startedAt !== null);
  if (!hasBegun || run.stopNow) return null;
  return index.endTasks.find((task) => taskRun(run, task.id).end === null) ?? null;
}
