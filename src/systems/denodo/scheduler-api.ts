import { findServer } from '../../domain/plan/plan.ts';
import type { HttpAnswer, HttpCall } from '../../drivers/http/http.ts';
import { type Fields, fieldsOf, idOf, listOf, textOf } from '../answers.ts';
import { type Conversation, Declined, sayAnswer } from '../conversation.ts';

/** A project on a Scheduler. */
export interface Project {
  id: number;
  name: string;
}

/** A task on a Scheduler, which calls it a job. */
export interface Job {
  project: Project;
  id: number;
  name: string;
  type: string;
}

/** One run of a job; it is there only once the run has ended. */
export interface Report {
  /** As the Scheduler writes it; it tells one run from another. */
  startTime: string;
  fields: Fields;
}

/** The calls of a Scheduler that are used here; all of them end the task where the Scheduler says no. */
export interface SchedulerApi {
  findProject(name: string): Promise<Project | null>;
  projects(): Promise<Project[]>;
  findJob(project: Project, name: string): Promise<Job | null>;
  jobsOfType(project: Project, type: string): Promise<Job[]>;
  /** Makes a job; answers the one that has its name already, where somebody was faster. */
  create(project: Project, definition: Fields): Promise<{ job: Job; isNew: boolean }>;
  /** Replaces all of a job. */
  replace(job: Job, definition: Fields): Promise<void>;
  /** Removes a job with its reports; it may be gone already. */
  remove(job: Job): Promise<void>;
  /** `RUNNING`, `NOT_RUNNING`, `DISABLED`, `WAITING`, …. */
  stateOf(job: Job): Promise<string>;
  /** Says in the Scheduler's words why it does not start it. */
  start(job: Job): Promise<{ started: true } | { started: false; words: string }>;
  stop(job: Job): Promise<void>;
  newestReport(job: Job): Promise<Report | null>;
  /** How far the Scheduler's clock is ahead of ours, in milliseconds, as its last answer showed. */
  aheadMs(): number;
}

const base = '/public/api';

/** The Scheduler's REST API as its web container serves it, `/public/api`. */
export function openSchedulerApi(talk: Conversation): SchedulerApi {
  const uri = schedulerBehind(talk);
  let aheadMs = 0;
  const call: Call = async (made, statuses) => {
    const query = { ...made.query, ...uri };
    const answer = await talk.expect({ ...made, path: base + made.path, query }, statuses);
    if (answer.serverTime !== null) aheadMs = answer.serverTime - talk.needs.now();
    return answer;
  };
  const looking = lookingCalls(call);
  return {
    ...looking,
    ...changingCalls(call, looking.findJob, talk.server),
    ...runningCalls(call, talk.server),
    aheadMs: () => aheadMs,
  };
}

type Call = (made: HttpCall, statuses: number[]) => Promise<HttpAnswer>;

function lookingCalls(call: Call): Pick<SchedulerApi, 'findProject' | 'projects' | 'findJob' | 'jobsOfType'> {
  const jobs = async (project: Project, query: Record<string, string> = {}): Promise<Job[]> => {
    const path = `/projects/${project.id}/jobs`;
    return readJobs(project, (await call({ method: 'GET', path, query }, [200])).body);
  };
  return {
    findProject: async (name) => {
      const { status, body } = await call({ method: 'GET', path: '/projects', query: { name } }, [200, 404]);
      const found = status === 404 ? [] : readProjects([body].flat());
      return found.find((project) => project.name === name) ?? null;
    },
    projects: async () => readProjects((await call({ method: 'GET', path: '/projects' }, [200])).body),
    findJob: async (project, name) => (await jobs(project)).find((job) => job.name === name) ?? null,
    jobsOfType: async (project, type) =>
      (await jobs(project, { type }))
        .filter((job) => job.type === '' || job.type === type)
        .map((job) => ({ ...job, type })),
  };
}

function changingCalls(
  call: Call,
  findJob: SchedulerApi['findJob'],
  server: string,
): Pick<SchedulerApi, 'create' | 'replace' | 'remove'> {
  return {
    create: async (project, definition) => {
      const made: HttpCall = { method: 'POST', path: `/projects/${project.id}/jobs`, body: definition };
      const answer = await call(made, [200, 201, 422]);
      const job = await findJob(project, textOf(definition['name']));
      if (job !== null) return { job, isNew: answer.status !== 422 };
      throw new Declined(sayAnswer(server, made, answer));
    },
    replace: async (job, definition) => {
      const body = { ...definition, id: job.id };
      await call({ method: 'PUT', path: pathOf(job), body }, [200, 204]);
    },
    remove: async (job) => void (await call({ method: 'DELETE', path: pathOf(job) }, [200, 204, 404])),
  };
}

function runningCalls(
  call: Call,
  server: string,
): Pick<SchedulerApi, 'stateOf' | 'start' | 'stop' | 'newestReport'> {
  const change = (job: Job, action: string): HttpCall => ({
    method: 'PUT',
    path: `${pathOf(job)}/status`,
    body: { action },
  });
  return {
    stateOf: async (job) => {
      const { body } = await call({ method: 'GET', path: `${pathOf(job)}/status` }, [200]);
      return textOf(fieldsOf(body)['state']);
    },
    start: async (job) => {
      const answer = await call(change(job, 'start'), [200, 204, 409, 422, 500]);
      if (answer.status < 300) return { started: true };
      return { started: false, words: sayAnswer(server, change(job, 'start'), answer) };
    },
    stop: async (job) => void (await call(change(job, 'stop'), [200, 204])),
    newestReport: async (job) => {
      const query = { start: '0', count: '1' };
      return readReport((await call({ method: 'GET', path: `${pathOf(job)}/reports`, query }, [200])).body);
    },
  };
}

/** The Scheduler server as its web container reaches it. */
function schedulerBehind({ context, server }: Conversation): Record<string, string> {
  const connection = findServer(context.plan.environment, server)?.server.connection;
  const uri = connection?.driver === 'http' ? connection.options['uri'] : undefined;
  return uri === undefined ? {} : { uri: String(uri) };
}

function pathOf({ project, id }: Job): string {
  return `/projects/${project.id}/jobs/${id}`;
}

function readProjects(body: unknown): Project[] {
  return listOf(body).flatMap((fields) => {
    const id = idOf(fields['id']);
    return id === null ? [] : [{ id, name: textOf(fields['name']) }];
  });
}

function readJobs(project: Project, body: unknown): Job[] {
  return listOf(body).flatMap((fields) => {
    const id = idOf(fields['id']);
    return id === null ? [] : [{ project, id, name: textOf(fields['name']), type: textOf(fields['type']) }];
  });
}

function readReport(body: unknown): Report | null {
  const [fields] = listOf(body, 'list');
  return fields === undefined ? null : { startTime: textOf(fields['startTime']), fields };
}
