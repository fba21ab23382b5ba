import type { Revision } from '../../domain/revision.ts';
import { type Fields, textOf } from '../answers.ts';
import { Declined } from '../conversation.ts';
import { isToRun, tasksOf } from './jobs-to-run.ts';
import type { Scheduler } from './run-jobs.ts';
import type { Job, Project } from './scheduler-api.ts';
import { type Definition, readDefinition, readProperties } from './scheduler-definition.ts';

/** What was made of a revision, and which of it is run. */
interface Made {
  said: string;
  jobs: Job[];
}

/** Makes the tasks of a revision. Whatever can be found out without changing anything is found out first. */
export async function makeJobs(scheduler: Scheduler, revision: Revision): Promise<Made> {
  const { talk } = scheduler;
  const { clusters } = talk.context.plan.environment;
  const cluster = clusters.find(({ name }) => name === talk.context.task.cluster);
  const { values, secrets } = readProperties(cluster?.properties ?? {}, talk.needs.readSecret);
  talk.hide(secrets);
  const orders: { definition: Definition; project: Project }[] = [];
  for (const task of tasksOf(revision))
    orders.push({
      definition: await readDefinition(revision, task, values),
      project: await findOrDecline(scheduler, task.project),
    });
  const said: string[] = [];
  const jobs: Job[] = [];
  for (const { definition, project } of orders) {
    const { job, isNew } = await make(scheduler, project, definition);
    said.push(`${job.name} ${isNew ? 'created' : 'replaced'}`);
    if (isToRun(talk.context.plan, revision, definition.task)) jobs.push(job);
  }
  return { said: said.join(', '), jobs };
}

async function findOrDecline({ talk, api }: Scheduler, name: string): Promise<Project> {
  const project = await api.findProject(name);
  if (project === null)
    throw new Declined(`${talk.server} has no project "${name}": make it there, with its data source`);
  return project;
}

async function make(
  { api }: Scheduler,
  project: Project,
  { task, body }: Definition,
): Promise<{ job: Job; isNew: boolean }> {
  const there = await api.findJob(project, task.name);
  const { job, isNew } = there ? { job: there, isNew: false } : await api.create(project, body);
  if (!isNew) {
    const missing = sectionsOf(body).filter((section) => !(section in body));
    if (missing.length > 0)
      throw new Declined(
        `the definition of ${task.name} has no ${missing.join(' and no ')}, without which no task is replaced; {} will do`,
      );
    await api.replace(job, body);
  }
  return { job: { ...job, type: textOf(body['type']) || job.type }, isNew };
}

/** What a Scheduler does not replace a task without. */
function sectionsOf(body: Fields): string[] {
  return ['handlerSection', ...(body['type'] === 'VDP' ? ['exportationSection'] : [])];
}
