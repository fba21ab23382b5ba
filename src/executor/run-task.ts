import { backupPathOf } from '../domain/attempt/backup-path.ts';
import { serverRun, taskRun } from '../domain/attempt/run.ts';
import { isScript, type PlannedTask } from '../domain/plan/plan.ts';
import type { OnSeen, TaskContext, TaskPerformer } from '../systems/system.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';
import { type Pace, type Settling, settleOutcome } from './settle-outcome.ts';

/** Performs and probes the tasks of one attempt and writes what came of them. */
export interface TaskRunner {
  perform(task: PlannedTask, run: number, signal: AbortSignal): Promise<void>;
  probe(task: PlannedTask, run: number, signal: AbortSignal): Promise<void>;
  /** Law 10: ends what still runs of it. */
  end(task: PlannedTask, run: number, signal: AbortSignal): Promise<void>;
}

/** Makes the runner of one attempt. What it counts only paces it; every decision stands in the log. */
export function createTaskRunner(needs: ExecutorNeeds, book: Book): TaskRunner {
  const paces = new Map<number, Pace>();
  const paceOf = (task: PlannedTask): Pace => {
    const pace = paces.get(task.id) ?? { broken: 0, fruitless: 0, reason: '' };
    paces.set(task.id, pace);
    return pace;
  };
  const settle = async (settling: Settling, signal: AbortSignal): Promise<void> => {
    await needs.reach('after:effect');
    await needs.reach('before:result-commit');
    await settleOutcome(needs, book, settling, signal);
    await needs.reach('after:result-commit');
  };
  return {
    perform: async (task, run, signal) => {
      prepareNext(needs, book, task);
      const context = await contextOf(needs, book, task, run);
      await needs.reach('before:effect');
      const outcome = await performerOf(needs, task).perform(context, signal);
      await settle({ task, run, outcome, pace: paceOf(task) }, signal);
    },
    probe: async (task, run, signal) => {
      const context = await contextOf(needs, book, task, run);
      const onSeen: OnSeen = async (seen, message) => {
        if (seen === 'running' || seen === 'ended')
          await book.note([{ type: 'task_found', task: task.id, run, seen, again: false, message }]);
      };
      await needs.reach('before:effect');
      const outcome = await performerOf(needs, task).probe(context, onSeen, signal);
      await settle({ task, run, outcome, pace: paceOf(task) }, signal);
    },
    end: async (task, run, signal) => {
      const outcome = await needs.system.end(await contextOf(needs, book, task, run), signal);
      await settleOutcome(needs, book, { task, run, outcome, pace: paceOf(task) }, signal);
    },
  };
}

function performerOf(needs: ExecutorNeeds, task: PlannedTask): TaskPerformer {
  return isScript(task) ? needs.balancer : needs.system;
}

async function contextOf(
  needs: ExecutorNeeds,
  book: Book,
  task: PlannedTask,
  run: number,
): Promise<TaskContext> {
  const { plan, deployment, lease } = book;
  const installation = await needs.store.installation();
  return {
    plan,
    task,
    run,
    deployment: deployment.number,
    attempt: deployment.attempt,
    fence: { installation, environment: plan.environment.name, token: lease.fence },
    startedAt: deployment.startedAt ?? deployment.requestedAt,
    intendedAt: (deployment.run && taskRun(deployment.run, task.id).intendedAt) ?? needs.now(),
    cache: deployment.run?.cache ?? null,
    tell: async (key, message) => await tellOnce(book, task, key, message),
    isStillOurs: async () => (await needs.store.lease(plan.environment.name))?.fence === lease.fence,
    ...ofServer(book, task),
  };
}

async function tellOnce(book: Book, task: PlannedTask, key: string, message: string): Promise<void> {
  if (book.deployment.run?.told.has(`${task.id}:${key}`)) return;
  await book.note([{ type: 'task_told', task: task.id, key, message }]);
}

/** What this attempt has learnt of the task's server. */
function ofServer(
  { index, plan, deployment }: Book,
  { id, server }: PlannedTask,
): Pick<TaskContext, 'backupPath' | 'undoing'> {
  const attempt = deployment.run;
  if (!attempt || server === null) return { backupPath: null, undoing: null };
  const known = plan.undoes?.servers[server];
  if (known) return { backupPath: known.backupPath, undoing: { before: known.before } };
  const undoes = plan.rollbackTasks.some((task) => task.id === id);
  return {
    backupPath: backupPathOf(index, attempt, server),
    undoing: undoes ? { before: serverRun(attempt, server).from } : null,
  };
}

/** While servers are deployed to, the ways to as many next ones are opened. */
function prepareNext(needs: ExecutorNeeds, { plan, deployment }: Book, task: PlannedTask): void {
  const { run } = deployment;
  const { parallel } = plan.environment;
  const atOnce = parallel ? parallel.perCluster * parallel.clustersInFlight : 1;
  const pending = [...(run?.servers ?? [])].filter(
    ([name, { state }]) => state === 'pending' && name !== task.server,
  );
  for (const [name] of pending.slice(0, atOnce)) needs.system.prepare(plan, name);
}
