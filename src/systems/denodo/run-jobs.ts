import { type Conversation, Declined, ended, Unknowable } from '../conversation.ts';
import type { OnSeen, TaskOutcome } from '../system.ts';
import { judgeReport, type Verdict } from './judge-report.ts';
import type { Job, Report, SchedulerApi } from './scheduler-api.ts';

/** A conversation with a Scheduler. */
export interface Scheduler {
  talk: Conversation;
  api: SchedulerApi;
}

/** What there is to see of a job after a restart. */
type Sight =
  | { job: Job; state: 'running'; before: string | null }
  | { job: Job; state: 'ended'; report: Report }
  | { job: Job; state: 'untouched' };

/** A start that was accepted shows within so many looks, or it never was. */
const looks = 3;
/** Times are compared over a second's precision. */
const clockMarginMs = 2_000;
const stoppingMs = 30_000;

/** Starts jobs one after another and waits for each; the first that fails ends it. */
export async function runJobs(scheduler: Scheduler, jobs: Job[]): Promise<Verdict[]> {
  return await goOn(
    scheduler,
    jobs.map((job) => ({ job, state: 'untouched' })),
  );
}

/**
 * Looks whether any of the jobs was begun since the task was intended, and if so goes on from there; null where none was.
 * Only the clocks tell our run from one that a trigger began; the Scheduler's is read from its answers.
 */
export async function resumeJobs(
  scheduler: Scheduler,
  jobs: Job[],
  onSeen: OnSeen,
): Promise<Verdict[] | null> {
  for (let look = 1; look <= looks && jobs.length > 0; look += 1) {
    const sights: Sight[] = [];
    for (const job of jobs) sights.push(await lookAt(scheduler, job));
    const begun = sights.findLast(({ state }) => state !== 'untouched');
    if (begun) {
      const isRunning = begun.state === 'running';
      await onSeen(isRunning ? 'running' : 'ended', `${begun.job.name} ${isRunning ? 'runs' : 'has ended'}`);
      return await goOn(scheduler, sights);
    }
    if (look < looks) await scheduler.talk.pause();
  }
  return null;
}

/** Stops what runs of the jobs; null where nothing of them was begun since the task was intended. */
export async function stopJobs(scheduler: Scheduler, jobs: Job[]): Promise<TaskOutcome | null> {
  const sights: Sight[] = [];
  for (const job of jobs) sights.push(await lookAt(scheduler, job));
  const running = sights.filter(({ state }) => state === 'running').map(({ job }) => job);
  for (const job of running) await stopJob(scheduler, job);
  const begun = sights.filter(({ state }) => state !== 'untouched');
  if (begun.length === 0) return null;
  const left = sights.length - begun.length;
  const names = running.map(({ name }) => name).join(', ');
  const rest = left === 0 ? '' : `; ${left} more did not begin`;
  return ended('error', running.length > 0 ? `${names} was stopped${rest}` : `nothing runs any more${rest}`);
}

async function goOn(scheduler: Scheduler, sights: Sight[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const sight of sights) {
    const verdict = await verdictOf(scheduler, sight);
    verdicts.push(verdict);
    if (verdict.end === 'error') break;
  }
  return verdicts;
}

async function verdictOf(scheduler: Scheduler, sight: Sight): Promise<Verdict> {
  switch (sight.state) {
    case 'ended':
      return judgeReport(sight.job, sight.report);
    case 'running':
      return judgeReport(sight.job, await follow(scheduler, sight.job, sight.before));
    case 'untouched':
      return judgeReport(sight.job, await runJob(scheduler, sight.job));
  }
}

async function lookAt({ talk, api }: Scheduler, job: Job): Promise<Sight> {
  const report = await api.newestReport(job);
  if ((await api.stateOf(job)) === 'RUNNING')
    return { job, state: 'running', before: report?.startTime ?? null };
  if (report === null) return { job, state: 'untouched' };
  const began = Date.parse(report.startTime);
  if (Number.isNaN(began))
    throw new Unknowable(
      `${talk.server} says no time for the newest run of ${job.name}, so nobody can tell whose it is`,
    );
  const isOurs = began >= talk.context.intendedAt + api.aheadMs() - clockMarginMs;
  return isOurs ? { job, state: 'ended', report } : { job, state: 'untouched' };
}

async function runJob(scheduler: Scheduler, job: Job): Promise<Report> {
  const { talk, api } = scheduler;
  if ((await api.stateOf(job)) === 'RUNNING') await waitForOthers(scheduler, job);
  const before = await api.newestReport(job);
  const answer = await api.start(job);
  if (!answer.started)
    throw new Declined(
      (await api.stateOf(job)) === 'DISABLED' ? sayDisabled(talk.server, job) : answer.words,
    );
  return await follow(scheduler, job, before?.startTime ?? null);
}

/** Somebody else's run has read what stood there before. */
async function waitForOthers({ talk, api }: Scheduler, job: Job): Promise<void> {
  await talk.tell(`waits-${job.id}`, `${talk.server}: ${job.name} runs already; it is run again after that.`);
  while ((await api.stateOf(job)) === 'RUNNING') {
    if (talk.leftMs() <= 0) throw new Declined(`${job.name} ran already and did not come to an end in time`);
    await talk.pause();
  }
}

/** The report of a run appears when the run has ended. */
async function follow(scheduler: Scheduler, job: Job, before: string | null): Promise<Report> {
  const { talk, api } = scheduler;
  for (;;) {
    const report = await api.newestReport(job);
    if (report !== null && report.startTime !== before) return report;
    const state = await api.stateOf(job);
    if (state === 'DISABLED') throw new Declined(sayDisabled(talk.server, job));
    if (talk.leftMs() <= 0) return await giveUp(scheduler, job, state);
    await talk.pause();
  }
}

async function giveUp(scheduler: Scheduler, job: Job, state: string): Promise<never> {
  const { talk } = scheduler;
  await stopJob(scheduler, job);
  const seconds = talk.context.plan.environment.stepTimeoutSeconds;
  throw new Declined(`${job.name} did not finish in ${seconds} s (${state}) and was stopped`);
}

/** Stops a job and waits until it runs no more. */
export async function stopJob({ talk, api }: Scheduler, job: Job): Promise<void> {
  await api.stop(job);
  const until = talk.needs.now() + stoppingMs;
  while ((await api.stateOf(job)) === 'RUNNING') {
    if (talk.needs.now() > until)
      throw new Error(`${job.name} was told to stop on ${talk.server}, and still runs`);
    await talk.pause();
  }
}

function sayDisabled(server: string, job: Job): string {
  return `${job.name} of project ${job.project.name} is disabled on ${server} and cannot be run: enable it there`;
}
