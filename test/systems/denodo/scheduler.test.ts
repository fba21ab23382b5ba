import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Value } from '../../../src/domain/configured/connection.ts';
import type { Environment } from '../../../src/domain/configured/environment.ts';
import type { Plan, PlannedTask } from '../../../src/domain/plan/plan.ts';
import type { SchedulerTask } from '../../../src/domain/revision.ts';
import type { StandIn } from '../../../src/sandbox/denodo/recorded-table.ts';
import {
  begin,
  type SchedulerWorld,
  startSchedulerServer,
} from '../../../src/sandbox/denodo/scheduler-server.ts';
import { createSchedulerTasks } from '../../../src/systems/denodo/scheduler.ts';
import type { TaskOutcome } from '../../../src/systems/system.ts';
import {
  buildCluster,
  buildPlan,
  buildRevision,
  buildServer,
  buildSingleCluster,
} from '../../helpers/build.ts';
import { expectOnlyKnown, openRestStage, password, type RestStage } from '../../helpers/rest-stage.ts';

const directory = mkdtempSync(join(tmpdir(), 'lamplighter-scheduler-'));
const crmLogin = 'a-login-of-the-crm';
const never = new AbortController().signal;
const definition = {
  extractionSection: { dataSourceID: 3, login: '${crm.login}' },
  handlerSection: {},
  triggerSection: { triggers: [] },
};

let stage: RestStage;
let world: SchedulerWorld;
let scheduler: StandIn;
/** How wrong the Scheduler's clock is. */
let aheadMs = 0;

beforeEach(async () => {
  stage = openRestStage({ CRM: crmLogin });
  aheadMs = 0;
  world = {
    projects: [
      { id: 7, name: 'crm' },
      { id: 8, name: 'other' },
    ],
    jobs: [],
    runs: {},
    starts: {},
    now: () => stage.clock.at + aheadMs,
  };
  scheduler = await startSchedulerServer({ user: 'deploy', password, uri: '//sched:8000' }, world);
});
afterEach(async () => {
  await scheduler.close();
  expectOnlyKnown(scheduler);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function taskNamed(name: string, more: Partial<SchedulerTask> = {}): SchedulerTask {
  const file = `${name}.json`;
  return {
    project: 'crm',
    name,
    type: 'VDPCache',
    file,
    properties: ['crm.login'],
    isMarked: false,
    ...more,
  };
}

interface Wanted {
  action: PlannedTask['action'];
  tasks?: SchedulerTask[];
  properties?: Record<string, Value>;
  environment?: Partial<Environment>;
  run?: 'always' | 'marked' | 'never';
  uri?: string;
}

function planFor(wanted: Wanted): { plan: Plan; task: PlannedTask } {
  const { action, tasks = [], properties = { 'crm.login': 'crm "ro"' }, run = 'always' } = wanted;
  const connection = {
    driver: 'http' as const,
    baseUrl: `${wanted.uri ?? scheduler.url}/webadmin/denodo-scheduler-admin`,
    user: 'deploy',
    password: { env: 'SCHED' },
    tls: { verify: true, ca: null },
    options: { uri: '//sched:8000' },
  };
  const environment = buildSingleCluster([], {
    system: 'denodo',
    payloads: [
      { part: 'vql', role: 'web', placement: 'every-server', run: 'always' },
      { part: 'scheduler', role: 'scheduler', placement: 'first-in-cluster', run },
    ],
    clusters: [
      buildCluster('eu', ['vdp-1', buildServer('sched-eu', { role: 'scheduler', connection })], {
        properties,
      }),
    ],
    ...wanted.environment,
  });
  const revision = buildRevision({
    name: 'customer360',
    operation: action === 'remove' ? 'drop' : 'create',
    directory,
    parts: { scheduler: { runbook: null, vql: null, tasks } },
  });
  const plan = buildPlan(environment, { revisions: [revision] });
  const planned = plan.tasks.find(({ type }) => type === 'SCH');
  const task = { ...(planned ?? plan.tasks[0]!), type: 'SCH' as const, action, on: 'sched-eu' };
  return { plan, task: action === 'run-cache' ? { ...task, revision: null } : task };
}

function write(name: string, content: unknown = definition): void {
  writeFileSync(
    join(directory, `${name}.json`),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

/** What came of it; whatever is said anywhere is looked through for secrets. */
async function perform(wanted: Wanted): Promise<Extract<TaskOutcome, { state: 'ended' }>> {
  const { plan, task } = planFor(wanted);
  const outcome = await createSchedulerTasks(stage.needs).perform(stage.context(plan, task), never);
  expectNoSecret(outcome);
  if (outcome.state !== 'ended') throw new Error(`it ended ${JSON.stringify(outcome)}`);
  return outcome;
}

function expectNoSecret(outcome: TaskOutcome): void {
  const login = Buffer.from(`deploy:${password}`).toString('base64');
  const said = JSON.stringify([outcome, stage.told, stage.seen]);
  for (const secret of [password, login, crmLogin]) expect(said).not.toContain(secret);
}

function keep(name: string, more: Partial<SchedulerWorld['jobs'][number]> & { type?: string } = {}) {
  const { type = 'VDPCache', definition: own = {}, ...rest } = more;
  const kept = { name, type, handlerSection: {}, ...own };
  const job = { id: 40 + world.jobs.length, projectId: 7, run: null, reports: [], ...rest, definition: kept };
  world.jobs.push(job);
  return job;
}

describe('tasks of a CREATE revision', () => {
  test('are created with the properties of their cluster, run, and waited for (D-04, D-05, D-26)', async () => {
    write('load_customers');
    world.runs['load_customers'] = { report: { result: 'COMPLETE', cachedDocs: 1200 }, looks: 3 };
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load_customers')] });
    expect(outcome).toMatchObject({
      end: 'ok',
      message: 'load_customers created; load_customers ran (cached 1200)',
      lastLines: [],
    });
    expect(world.starts).toEqual({ load_customers: 1 });
    expect(world.jobs[0]?.definition).toMatchObject({
      name: 'load_customers',
      type: 'VDPCache',
      extractionSection: { dataSourceID: 3, login: 'crm "ro"' },
    });
  });

  test('replace the whole of what has their name, and of nothing else', async () => {
    write('load_customers');
    const similar = keep('load_customers_v2', { definition: { schedule: 'weekly' } });
    const old = keep('load_customers', { definition: { schedule: 'nightly' } });
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load_customers')] });
    expect(outcome.message).toContain('load_customers replaced');
    expect(old.definition).not.toHaveProperty('schedule');
    expect(similar.definition).toHaveProperty('schedule', 'weekly');
    expect(world.jobs).toHaveLength(2);
  });

  test('that somebody else creates in the same moment are replaced', async () => {
    write('load_customers');
    scheduler.upset('GET /webadmin/denodo-scheduler-admin/public/api/projects/7/jobs?', {
      status: 200,
      body: [],
    });
    const other = keep('load_customers', { definition: { schedule: 'nightly' } });
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load_customers')] });
    expect(outcome).toMatchObject({ end: 'ok', message: expect.stringContaining('load_customers replaced') });
    expect(other.definition).not.toHaveProperty('schedule');
  });

  test('whose name the Scheduler refuses fail in its words', async () => {
    write('load_customers');
    scheduler.upset('POST /webadmin', { status: 422, body: { message: 'no such data source 3' } });
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load_customers')] });
    expect(outcome).toMatchObject({
      end: 'error',
      message: expect.stringContaining('422: no such data source 3'),
    });
  });

  test.each<['always' | 'marked' | 'never', Record<string, number>]>([
    ['always', { first: 1, second: 1 }],
    ['marked', { second: 1 }],
    ['never', {}],
  ])('run %s: as the payload says', async (run, starts) => {
    write('first');
    write('second');
    const tasks = [taskNamed('first'), taskNamed('second', { isMarked: true })];
    expect(await perform({ action: 'create+run', tasks, run })).toMatchObject({ end: 'ok' });
    expect(world.starts).toEqual(starts);
    expect(world.jobs).toHaveLength(2);
  });

  test('are all made before the first one runs, and none runs after one that failed', async () => {
    for (const name of ['first', 'second', 'third']) write(name);
    world.runs['second'] = {
      report: { result: 'ERROR', extractorErrors: ["View 'crm.v' not found"] },
      looks: 0,
    };
    const tasks = ['first', 'second', 'third'].map((name) => taskNamed(name));
    const outcome = await perform({ action: 'create+run', tasks });
    expect(outcome).toMatchObject({ end: 'error', lastLines: ["View 'crm.v' not found"] });
    expect(outcome.message).toContain('second of project crm ended with ERROR');
    expect(world.starts).toEqual({ first: 1, second: 1 });
    const lines = scheduler.asked
      .filter((line) => /^(?:POST|PUT)/.test(line))
      .map((line) => line.slice(0, 4));
    expect(lines).toEqual(['POST', 'POST', 'POST', 'PUT ', 'PUT ']);
  });

  test('that load nothing into the cache have failed, though the Scheduler calls it a warning', async () => {
    write('load');
    const words = 'The cache is not configured for the selected view';
    world.runs['load'] = {
      report: {
        result: 'WARNING',
        extractedDocs: 2,
        cachedDocs: 0,
        reports: [{ extractorWarnings: [words] }],
      },
      looks: 1,
    };
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')] });
    expect(outcome).toMatchObject({ end: 'error', lastLines: [words] });
    expect(outcome.message).toContain('load loaded nothing into the cache (cached 0)');
  });

  test('that end with another warning are a warning', async () => {
    write('load');
    world.runs['load'] = {
      report: { result: 'WARNING', cachedDocs: 5, generalErrors: ['one row left out'] },
      looks: 1,
    };
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')] });
    expect(outcome).toMatchObject({ end: 'warning', lastLines: ['one row left out'] });
  });

  test('that are disabled say so instead of the Scheduler’s internal error', async () => {
    write('load', { ...definition, disabled: true });
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')] });
    expect(outcome).toMatchObject({
      end: 'error',
      message: 'load of project crm is disabled on sched-eu and cannot be run: enable it there',
    });
  });

  test('wait for a run that a trigger had begun, and run after it', async () => {
    write('load');
    const job = keep('load');
    begin(world, job);
    stage.clock.at += 10;
    expect(await perform({ action: 'create+run', tasks: [taskNamed('load')] })).toMatchObject({ end: 'ok' });
    expect(world.starts).toEqual({ load: 2 });
    expect(stage.told).toEqual(['sched-eu: load runs already; it is run again after that.']);
  });

  test('that do not end in time are stopped', async () => {
    write('load');
    world.runs['load'] = { report: { result: 'COMPLETE' }, looks: 1_000_000 };
    const outcome = await perform({
      action: 'create+run',
      tasks: [taskNamed('load')],
      environment: { stepTimeoutSeconds: 60 },
    });
    expect(outcome.message).toBe('load did not finish in 60 s (RUNNING) and was stopped');
    expect(world.jobs[0]?.run).toBeNull();
  });

  test('hide the secrets among the properties, also in what the Scheduler reports', async () => {
    write('load');
    world.runs['load'] = {
      report: { result: 'ERROR', generalErrors: [`login ${crmLogin} failed`] },
      looks: 0,
    };
    const outcome = await perform({
      action: 'create+run',
      tasks: [taskNamed('load')],
      properties: { 'crm.login': { env: 'CRM' } },
    });
    expect(outcome.lastLines).toEqual(['login ••• failed']);
    expect(JSON.stringify(world.jobs[0]?.definition)).toContain(crmLogin);
  });

  test.each<[string, unknown, Partial<Wanted>, string]>([
    [
      'a property that its cluster does not define',
      definition,
      { properties: {} },
      'needs the property "crm.login"',
    ],
    ['words that are no JSON', 'nonsense', {}, '"load.json" is no JSON object'],
    ['another name than revision.yaml', { ...definition, name: 'other' }, {}, 'defines name "other"'],
    [
      'text where only a number may stand',
      '{"handlerSection":{},"dataSourceID":${crm.login}}',
      { properties: { 'crm.login': '1,"disabled":true' } },
      'stands outside of quotes there',
    ],
    [
      'a project that is not there',
      definition,
      { tasks: [taskNamed('load', { project: 'none' })] },
      'has no project "none"',
    ],
    [
      'a file outside of its revision',
      definition,
      { tasks: [taskNamed('load', { file: '../load.json' })] },
      'lies outside',
    ],
    [
      'a file that is not there',
      definition,
      { tasks: [taskNamed('load', { file: 'no.json' })] },
      'cannot be read (ENOENT)',
    ],
  ])('with %s change nothing', async (_claim, content, more, sentence) => {
    write('load', content);
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')], ...more });
    expect(outcome).toMatchObject({ end: 'error', message: expect.stringContaining(sentence) });
    expect(scheduler.asked.filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  test('without a section that a replacement needs are refused in our words', async () => {
    write('load', { extractionSection: {} });
    keep('load');
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')] });
    expect(outcome.message).toContain('has no handlerSection, without which no task is replaced; {} will do');
  });

  test('of files that are no longer those that were signed are not made', async () => {
    write('load');
    stage.needs.findRevisionChange = async () => 'customer360@2 is no longer what was approved';
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')] });
    expect(outcome).toMatchObject({ end: 'error', message: 'customer360@2 is no longer what was approved' });
    expect(world.jobs).toEqual([]);
  });
});

describe('tasks of a DROP revision', () => {
  test('are removed, a running one is stopped first, and what is not there is said', async () => {
    begin(world, keep('load'));
    world.runs['load'] = { report: {}, looks: 1_000 };
    const tasks = [taskNamed('load'), taskNamed('gone'), taskNamed('lost', { project: 'nowhere' })];
    const outcome = await perform({ action: 'remove', tasks });
    expect(outcome).toMatchObject({
      end: 'ok',
      message: 'load removed, gone was not there, lost was not there, nor its project nowhere',
    });
    expect(world.jobs).toEqual([]);
    const changes = scheduler.asked.filter((line) => !line.startsWith('GET'));
    expect(changes.map((line) => line.replace(/\?.*/, '').replace(/.*\/jobs/, ''))).toEqual([
      '/40/status',
      '/40',
    ]);
  });
});

describe('loading the caches after a swap (D-47c)', () => {
  test('runs every VDP Cache task of the Scheduler, one after another, and no other task', async () => {
    keep('load_a');
    keep('export', { type: 'VDP' });
    keep('load_b', { projectId: 8 });
    const outcome = await perform({ action: 'run-cache' });
    expect(outcome).toMatchObject({ end: 'ok', message: 'load_a ran; load_b ran' });
    expect(world.starts).toEqual({ load_a: 1, load_b: 1 });
  });

  test('leaves out what is switched off, and warns, for its views are not in the new cache', async () => {
    keep('load_a');
    keep('load_b', { definition: { disabled: true } });
    const outcome = await perform({ action: 'run-cache' });
    expect(outcome).toMatchObject({
      end: 'warning',
      message: 'load_a ran; disabled, and so not run: load_b',
    });
  });

  test('warns where there is nothing that could load it', async () => {
    const outcome = await perform({ action: 'run-cache' });
    expect(outcome).toMatchObject({
      end: 'warning',
      message: expect.stringContaining('nothing loads the new cache'),
    });
  });
});

describe('the Scheduler’s account', () => {
  test('is refused with the name of the account, and nothing was changed', async () => {
    write('load');
    const other = await startSchedulerServer(
      { user: 'deploy', password: 'changed', uri: '//sched:8000' },
      world,
    );
    const outcome = await perform({ action: 'create+run', tasks: [taskNamed('load')], uri: other.url });
    await other.close();
    expect(outcome.message).toContain('sched-eu refuses the account deploy (401)');
    expect(world.jobs).toEqual([]);
  });
});

describe('a process that lost the environment', () => {
  test('changes nothing any more', async () => {
    write('load');
    stage.lease.isOurs = false;
    const { plan, task } = planFor({ action: 'create+run', tasks: [taskNamed('load')] });
    const outcome = await createSchedulerTasks(stage.needs).perform(stage.context(plan, task), never);
    expect(outcome).toEqual({ state: 'fenced' });
    expect(world.jobs).toEqual([]);
  });
});

describe('a bot that was killed', () => {
  const tasks = [taskNamed('first'), taskNamed('second')];
  const wanted: Wanted = { action: 'create+run', tasks };
  const start = 'PUT /webadmin/denodo-scheduler-admin/public/api/projects/7/jobs/100/status';

  /** Performs until something breaks, and then asks a system that knows nothing of it. */
  async function probe(more: Partial<Wanted> = {}): Promise<TaskOutcome> {
    const { plan, task } = planFor({ ...wanted, ...more });
    const context = stage.context(plan, task, { intendedAt: intended });
    const outcome = await createSchedulerTasks(stage.needs).probe(context, stage.onSeen, never);
    expectNoSecret(outcome);
    return outcome;
  }
  async function broken(): Promise<void> {
    const { plan, task } = planFor(wanted);
    intended = stage.clock.at;
    const outcome = await createSchedulerTasks(stage.needs).perform(stage.context(plan, task), never);
    expect(outcome.state).toBe('interrupted');
  }
  let intended = 0;
  beforeEach(() => {
    write('first');
    write('second');
    intended = stage.clock.at;
  });

  test('before anything ran, finds that nothing began', async () => {
    scheduler.upset('POST', 'break');
    await broken();
    expect(await probe()).toEqual({ state: 'never-started' });
    expect(stage.seen).toEqual([]);
  });

  test('after a start whose answer was lost, follows that run and starts it no second time', async () => {
    scheduler.upset(start, 'drop');
    await broken();
    expect(await probe()).toMatchObject({ state: 'ended', end: 'ok', message: 'first ran; second ran' });
    expect(world.starts).toEqual({ first: 1, second: 1 });
    expect(stage.seen).toEqual(['running: first runs']);
  });

  test('after a start that does not show at the first look, looks again before it says that nothing began', async () => {
    scheduler.upset(start, 'drop');
    await broken();
    const late = { status: 200, body: { state: 'NOT_RUNNING', result: 'NEVER_EXECUTED' } };
    scheduler.upset(start.replace('PUT', 'GET'), late);
    expect(await probe()).toMatchObject({ state: 'ended', end: 'ok' });
    expect(world.starts).toEqual({ first: 1, second: 1 });
  });

  test('after a run that has ended meanwhile, takes its result and goes on behind it', async () => {
    scheduler.upset(start, 'drop');
    await broken();
    world.jobs[0]!.reports.unshift({ startTime: new Date(stage.clock.at).toISOString(), result: 'COMPLETE' });
    world.jobs[0]!.run = null;
    expect(await probe()).toMatchObject({ state: 'ended', end: 'ok' });
    expect(world.starts).toEqual({ first: 1, second: 1 });
    expect(stage.seen).toEqual(['ended: first has ended']);
  });

  test.each([0, -3_600_000, 3_600_000])(
    'tells its own run from an older one, though the Scheduler’s clock is %i ms ahead',
    async (ahead) => {
      aheadMs = ahead;
      scheduler.upset(start, 'drop');
      await broken();
      world.jobs[0]!.run = null;
      const reportAt = (time: number) => [
        { startTime: new Date(time + ahead).toISOString(), result: 'COMPLETE' },
      ];
      world.jobs[0]!.reports = reportAt(stage.clock.at - 60_000);
      expect(await probe()).toEqual({ state: 'never-started' });
      world.jobs[0]!.reports = reportAt(stage.clock.at + 1_000);
      expect(await probe()).toMatchObject({ end: 'ok', message: 'first ran; second ran' });
      expect(world.starts).toEqual({ first: 1, second: 1 });
    },
  );

  test('and cannot tell whose run it was, says so and repeats nothing', async () => {
    keep('first', { reports: [{ startTime: 'a while ago', result: 'COMPLETE' }] });
    keep('second');
    expect(await probe()).toMatchObject({
      state: 'lost',
      reason: expect.stringContaining('says no time'),
    });
    expect(world.starts).toEqual({});
  });

  test('of loads of caches goes on where they stood', async () => {
    keep('load_a', {
      reports: [{ startTime: new Date(stage.clock.at + 5_000).toISOString(), result: 'COMPLETE' }],
    });
    keep('load_b');
    const { plan, task } = planFor({ action: 'run-cache' });
    const context = stage.context(plan, task);
    const outcome = await createSchedulerTasks(stage.needs).probe(context, stage.onSeen, never);
    expect(outcome).toMatchObject({ end: 'ok', message: 'load_a ran; load_b ran' });
    expect(world.starts).toEqual({ load_b: 1 });
  });

  test('and is stopped now, stops what runs there', async () => {
    scheduler.upset(start, 'drop');
    world.runs['first'] = { report: {}, looks: 1_000 };
    await broken();
    const { plan, task } = planFor(wanted);
    const outcome = await createSchedulerTasks(stage.needs).end(stage.context(plan, task), never);
    expect(outcome).toMatchObject({
      state: 'ended',
      end: 'error',
      message: 'first was stopped; 1 more did not begin',
    });
    expect(world.jobs[0]).toMatchObject({ run: null, reports: [{ result: 'STOPPED' }] });
  });
});

describe('a Scheduler that fails', () => {
  test.each<[string, { status: number } | 'hang' | 'break']>([
    ['answers 500 to a look', { status: 500 }],
    ['answers 503', { status: 503 }],
    ['never answers', 'hang'],
    ['breaks off', 'break'],
    ['sends us elsewhere', { status: 302 }],
  ])('and %s leaves the task to a probe', async (_claim, how) => {
    write('load');
    scheduler.upset('GET /webadmin', how);
    const { plan, task } = planFor({ action: 'create+run', tasks: [taskNamed('load')] });
    const outcome = await createSchedulerTasks(stage.needs).perform(stage.context(plan, task), never);
    expect(outcome).toMatchObject({ state: 'interrupted', reason: expect.stringContaining('sched-eu') });
    expectNoSecret(outcome);
  });
});
