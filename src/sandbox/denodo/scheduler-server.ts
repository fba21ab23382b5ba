import {
  type Asked,
  type Entry,
  type Said,
  type StandIn,
  startStandIn,
  type StandInOptions,
} from './recorded-table.ts';

/** A task as the stand-in keeps it. */
export interface KeptJob {
  id: number;
  projectId: number;
  definition: Record<string, unknown>;
  /** The run under way, and after how many more looks it ends. */
  run: { startTime: string; looks: number } | null;
  /** Newest first. */
  reports: Record<string, unknown>[];
}

/** How a run ends, and after how many looks at it. */
export interface RunPlan {
  report: Record<string, unknown>;
  looks: number;
}

/** What stands on the stand-in, to be looked at and changed by whoever drives it. */
export interface SchedulerWorld {
  projects: { id: number; name: string }[];
  jobs: KeptJob[];
  /** How runs of a job of this name end; COMPLETE at the second look where nothing is said. */
  runs: Record<string, RunPlan>;
  /** How often each job was started, by name. */
  starts: Record<string, number>;
  /** The Scheduler's clock. */
  now: () => number;
}

const measured = 'Denodo Scheduler REST API, measured on 9.5.1';

/** A stand-in for a Scheduler behind its web container, below `/webadmin/denodo-scheduler-admin`. */
export async function startSchedulerServer(
  options: Omit<StandInOptions, 'entries' | 'refusal' | 'now'> & { uri: string },
  world: SchedulerWorld,
): Promise<StandIn> {
  const entries = entriesOf(world).map((entry) => ({
    ...entry,
    path: `/webadmin/denodo-scheduler-admin/public/api${entry.path}`,
    answer: (asked: Asked) =>
      asked.query.get('uri') === options.uri ? entry.answer(asked) : problem(400, 'Illegal argument: uri'),
  }));
  return await startStandIn({ ...options, now: world.now, entries, refusal: 401 });
}

function entriesOf(world: SchedulerWorld): Entry[] {
  return [...ofProjects(world), ...ofDefinitions(world), ...ofRuns(world)];
}

function ofProjects(world: SchedulerWorld): Entry[] {
  return [
    {
      method: 'GET',
      path: '/projects',
      source: `${measured}: GET /projects, GET /projects?name= (one object, or 404)`,
      answer: ({ query }) => {
        const name = query.get('name');
        if (name === null) return { status: 200, body: world.projects };
        const project = world.projects.find((known) => known.name === name);
        return project
          ? { status: 200, body: project }
          : problem(404, `There is no instance of the resource with identifier '${name}'`);
      },
    },
    {
      method: 'GET',
      path: '/projects/:project/jobs',
      source: `${measured}: GET /projects/{p}/jobs?type=`,
      answer: ({ parts, query }) => {
        const type = query.get('type');
        const jobs = world.jobs.filter(
          ({ projectId, definition }) =>
            projectId === Number(parts['project']) && (type === null || definition['type'] === type),
        );
        return { status: 200, body: jobs.map(shown) };
      },
    },
  ];
}

function ofDefinitions(world: SchedulerWorld): Entry[] {
  return [
    {
      method: 'POST',
      path: '/projects/:project/jobs',
      source: `${measured}: POST /projects/{p}/jobs (201 with the job; the same name 422)`,
      answer: ({ parts, body }) => create(world, Number(parts['project']), body as Record<string, unknown>),
    },
    {
      method: 'PUT',
      path: '/projects/:project/jobs/:job',
      source: `${measured}: PUT /projects/{p}/jobs/{j} (replaces all; 400 without id, 500 without a section)`,
      answer: ({ parts, body }) => {
        const job = find(world, parts);
        const definition = body as Record<string, unknown>;
        if (!job) return missing(parts);
        if (definition['id'] !== job.id) return problem(400, 'Illegal argument');
        if (!('handlerSection' in definition)) return problem(500, 'Internal error');
        job.definition = definition;
        return { status: 200, body: shown(job) };
      },
    },
    {
      method: 'DELETE',
      path: '/projects/:project/jobs/:job',
      source: `${measured}: DELETE /projects/{p}/jobs/{j} (204, with its reports)`,
      answer: ({ parts }) => {
        const job = find(world, parts);
        if (!job) return missing(parts);
        world.jobs.splice(world.jobs.indexOf(job), 1);
        return { status: 204 };
      },
    },
  ];
}

function ofRuns(world: SchedulerWorld): Entry[] {
  return [
    {
      method: 'GET',
      path: '/projects/:project/jobs/:job/status',
      source: `${measured}: GET /projects/{p}/jobs/{j}/status (no result while it runs)`,
      answer: ({ parts }) => {
        const job = find(world, parts);
        return job ? { status: 200, body: statusOf(world, job) } : missing(parts);
      },
    },
    {
      method: 'PUT',
      path: '/projects/:project/jobs/:job/status',
      source: `${measured}: PUT /projects/{p}/jobs/{j}/status (204; start of a disabled job 500)`,
      answer: ({ parts, body }) => {
        const job = find(world, parts);
        const { action } = body as { action: string };
        if (!job) return missing(parts);
        if (action === 'start' && job.definition['disabled'] === true) return problem(500, 'Internal error');
        if (action === 'start') begin(world, job);
        if (action === 'stop') finish(world, job, { result: 'STOPPED' });
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/projects/:project/jobs/:job/reports',
      source: `${measured}: GET /projects/{p}/jobs/{j}/reports?start=&count= ({list, hasMore, total}, newest first)`,
      answer: ({ parts, query }) => {
        const job = find(world, parts);
        if (!job) return missing(parts);
        const [start, count] = [query.get('start'), query.get('count')];
        if (start === null || count === null) return problem(400, 'start and count are required');
        const list = job.reports.slice(Number(start), Number(start) + Number(count));
        return { status: 200, body: { list, hasMore: false, total: job.reports.length } };
      },
    },
  ];
}

function create(world: SchedulerWorld, projectId: number, definition: Record<string, unknown>): Said {
  const name = String(definition['name']);
  if (world.jobs.some((job) => job.projectId === projectId && job.definition['name'] === name))
    return problem(
      422,
      `There is already an instance of the resource '${name} already exists in the project.'`,
    );
  const job = { id: 100 + world.jobs.length, projectId, definition, run: null, reports: [] };
  world.jobs.push(job);
  return { status: 201, body: shown(job) };
}

/** Begins a run of a job, as a start or a trigger does. */
export function begin(world: SchedulerWorld, job: KeptJob): void {
  const name = nameOf(job);
  world.starts[name] = (world.starts[name] ?? 0) + 1;
  job.run = { startTime: new Date(world.now()).toISOString(), looks: world.runs[name]?.looks ?? 1 };
}

function finish(world: SchedulerWorld, job: KeptJob, report: Record<string, unknown>): void {
  if (job.run === null) return;
  const { startTime } = job.run;
  job.run = null;
  job.reports.unshift({ startTime, endTime: new Date(world.now()).toISOString(), ...report });
}

/** A run goes on as it is looked at. */
function statusOf(world: SchedulerWorld, job: KeptJob): Record<string, unknown> {
  if (job.run !== null && job.run.looks <= 0)
    finish(world, job, world.runs[nameOf(job)]?.report ?? { result: 'COMPLETE' });
  else if (job.run !== null) job.run.looks -= 1;
  if (job.run !== null) return { state: 'RUNNING' };
  const state = job.definition['disabled'] === true ? 'DISABLED' : 'NOT_RUNNING';
  return { state, result: job.reports[0]?.['result'] ?? 'NEVER_EXECUTED' };
}

function nameOf({ definition }: KeptJob): string {
  return String(definition['name']);
}

function find(world: SchedulerWorld, parts: Record<string, string>): KeptJob | undefined {
  return world.jobs.find(
    ({ id, projectId }) => id === Number(parts['job']) && projectId === Number(parts['project']),
  );
}

function shown({ id, projectId, definition }: KeptJob): Record<string, unknown> {
  return { ...definition, id, projectId };
}

function missing(parts: Record<string, string>): Said {
  return problem(404, `There is no instance of the resource with identifier '${parts['job'] ?? ''}'`);
}

function problem(status: number, message: string): Said {
  return { status, body: { message, timestamp: '2026-10-05 01:30:00' } };
}
