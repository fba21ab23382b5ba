import { type Revision, revisionName } from '../../domain/revision.ts';
import { type Conversation, converse, Declined, ended, type RestNeeds } from '../conversation.ts';
import type { System, TaskContext, TaskOutcome, TaskPerformer } from '../system.ts';
import { findToRun, tasksOf } from './jobs-to-run.ts';
import type { Verdict } from './judge-report.ts';
import { makeJobs } from './make-jobs.ts';
import { resumeJobs, runJobs, type Scheduler, stopJob, stopJobs } from './run-jobs.ts';
import { openSchedulerApi } from './scheduler-api.ts';

/** SCH: makes, runs and removes tasks on the first Scheduler of a cluster, and runs all that load its caches. */
export function createSchedulerTasks(needs: RestNeeds): TaskPerformer & Pick<System, 'end'> {
  const on = async (
    { context, mayHaveBegun }: { context: TaskContext; mayHaveBegun: boolean },
    signal: AbortSignal,
    work: (scheduler: Scheduler) => Promise<TaskOutcome>,
  ): Promise<TaskOutcome> => {
    const server = context.task.on;
    if (server === null)
      return ended('error', `cluster ${context.task.cluster} has no enabled Scheduler for this task (D-23)`);
    return await converse(needs, { context, server, mayHaveBegun }, signal, async (talk) =>
      work({ talk, api: openSchedulerApi(talk) }),
    );
  };
  return {
    perform: async (context, signal) => await on({ context, mayHaveBegun: false }, signal, perform),
    probe: async (context, onSeen, signal) =>
      await on({ context, mayHaveBegun: true }, signal, async (scheduler) => {
        const toRun = await findToRun(scheduler);
        const verdicts = await resumeJobs(scheduler, toRun.jobs, onSeen);
        // What was made or removed is made or removed once more, and is the same.
        return verdicts === null ? { state: 'never-started' } : outcomeOf('', verdicts, toRun.disabled);
      }),
    end: async (context, signal) =>
      await on({ context, mayHaveBegun: true }, signal, async (scheduler) => {
        const stopped = await stopJobs(scheduler, (await findToRun(scheduler)).jobs);
        return (
          stopped ??
          ended('error', `nothing runs on ${scheduler.talk.server}; what was written there may stand`)
        );
      }),
  };
}

async function perform(scheduler: Scheduler): Promise<TaskOutcome> {
  const { task } = scheduler.talk.context;
  switch (task.action) {
    case 'create+run': {
      const { said, jobs } = await makeJobs(scheduler, await signedRevision(scheduler.talk));
      return outcomeOf(said, await runJobs(scheduler, jobs));
    }
    case 'remove':
      return await removeAll(scheduler, await signedRevision(scheduler.talk));
    case 'run-cache': {
      const { jobs, disabled } = await findToRun(scheduler);
      if (jobs.length + disabled.length === 0)
        return ended(
          'warning',
          `${scheduler.talk.server} has no VDP Cache task: nothing loads the new cache`,
        );
      return outcomeOf('', await runJobs(scheduler, jobs), disabled);
    }
    case 'disable':
    case 'enable':
    case 'swap':
    case 'revert':
    case null:
      throw new Error(`task ${task.id} asks a Scheduler to ${String(task.action)}`);
  }
}

/** What is not there need not be removed. */
async function removeAll(scheduler: Scheduler, revision: Revision): Promise<TaskOutcome> {
  const { talk, api } = scheduler;
  const said: string[] = [];
  for (const task of tasksOf(revision)) {
    const project = await api.findProject(task.project);
    const job = project && (await api.findJob(project, task.name));
    if (job && (await api.stateOf(job)) === 'RUNNING') await stopJob(scheduler, job);
    if (job) await api.remove(job);
    said.push(
      `${task.name} ${job ? 'removed' : `was not there${project ? '' : `, nor its project ${task.project}`}`}`,
    );
  }
  return ended('ok', said.length === 0 ? `nothing is to be removed from ${talk.server}` : said.join(', '));
}

async function signedRevision({ context, needs }: Conversation): Promise<Revision> {
  const revision = context.plan.revisions.find((known) => revisionName(known) === context.task.revision);
  if (!revision) throw new Error(`task ${context.task.id} names a revision that its plan does not hold`);
  const changed = await needs.findRevisionChange(revision);
  if (changed !== null) throw new Declined(changed);
  return revision;
}

/** The worst of all decides; what nobody ran is said, for its cache is empty now. */
function outcomeOf(made: string, verdicts: Verdict[], disabled: string[] = []): TaskOutcome {
  const ends = verdicts.map(({ end }) => end);
  const left = disabled.length === 0 ? '' : `disabled, and so not run: ${disabled.join(', ')}`;
  const message = [made, ...verdicts.map((verdict) => verdict.message), left]
    .filter((part) => part !== '')
    .join('; ');
  const end = ends.includes('error') ? 'error' : ends.includes('warning') || left !== '' ? 'warning' : 'ok';
  return ended(
    end,
    message === '' ? 'there was nothing to run' : message,
    verdicts.flatMap(({ lines }) => lines),
  );
}
