import type { Plan } from '../../domain/plan/plan.ts';
import { cacheLoad, type Revision, revisionName, type SchedulerTask } from '../../domain/revision.ts';
import type { Scheduler } from './run-jobs.ts';
import type { Job } from './scheduler-api.ts';

/** What a task runs. */
interface ToRun {
  jobs: Job[];
  /** Names of those that somebody has switched off. */
  disabled: string[];
}

/** The jobs that the task runs, as far as they are there. */
export async function findToRun(scheduler: Scheduler): Promise<ToRun> {
  const { context } = scheduler.talk;
  if (context.task.action === 'run-cache') return await findCacheLoads(scheduler);
  const revision = context.plan.revisions.find((known) => revisionName(known) === context.task.revision);
  if (context.task.action !== 'create+run' || !revision) return { jobs: [], disabled: [] };
  const jobs: Job[] = [];
  for (const task of tasksOf(revision).filter((candidate) => isToRun(context.plan, revision, candidate))) {
    const project = await scheduler.api.findProject(task.project);
    const job = project && (await scheduler.api.findJob(project, task.name));
    // All are made before the first runs: where one is missing, none was begun by us.
    if (!job) return { jobs: [], disabled: [] };
    jobs.push({ ...job, type: task.type ?? job.type });
  }
  return { jobs, disabled: [] };
}

/** All that load a cache, whatever revision they came from (D-47c); a disabled one is left, and said. */
async function findCacheLoads({ api }: Scheduler): Promise<ToRun> {
  const found: ToRun = { jobs: [], disabled: [] };
  for (const project of await api.projects())
    for (const job of await api.jobsOfType(project, cacheLoad)) {
      if ((await api.stateOf(job)) === 'DISABLED') found.disabled.push(job.name);
      else found.jobs.push(job);
    }
  return found;
}

/** The tasks of a revision, in its order. */
export function tasksOf({ parts }: Revision): SchedulerTask[] {
  return Object.values(parts).flatMap(({ tasks }) => tasks);
}

/** D-05: always, or as later versions of Denodo have it, only those that are marked. */
export function isToRun({ environment }: Plan, { parts }: Revision, task: SchedulerTask): boolean {
  const [part] = Object.entries(parts).find(([, { tasks }]) => tasks.includes(task)) ?? [];
  const run = environment.payloads.find((payload) => payload.part === part)?.run ?? 'always';
  return run === 'always' || (run === 'marked' && task.isMarked);
}
