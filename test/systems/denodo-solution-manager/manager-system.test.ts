import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Plan } from '../../../src/domain/plan/plan.ts';
import type { Revision } from '../../../src/domain/revision.ts';
import { type ManagerWorld, startManagerServer } from '../../../src/sandbox/denodo/manager-server.ts';
import type { Said, StandIn } from '../../../src/sandbox/denodo/recorded-table.ts';
import { createManagerSystem } from '../../../src/systems/denodo-solution-manager/manager-system.ts';
import type { TaskContext, TaskOutcome } from '../../../src/systems/system.ts';
import { buildRevision } from '../../helpers/build.ts';
import { buildManagerPlan, vqlPart } from '../../helpers/manager-plan.ts';
import { expectOnlyKnown, openRestStage, password, type RestStage } from '../../helpers/rest-stage.ts';

const directory = mkdtempSync(join(tmpdir(), 'lamplighter-manager-'));
const never = new AbortController().signal;
const script = 'CREATE OR REPLACE VIEW añadido AS SELECT 1;\n';
const mark = 'Lamplighter #1042 attempt 1 task 1 (lamp)';
const foreign = 'hJfznA24IFFPM8Z6qCDO6Kg2Z3OSjP8W';

let stage: RestStage;
let world: ManagerWorld;
let manager: StandIn;

const taskAt = (state: string, more: Record<string, unknown> = {}) => ({
  id: 1,
  name: 'Revision customer360@2 VQL deployment',
  state,
  startDate: '2017-11-13T11:18:40.999+0000',
  deploymentExecutionType: 'VQL',
  output: ' - Executed 1 of 1 VQL commands',
  cluster: { id: 7, name: 'eu' },
  server: { id: 8, name: 'vdp-eu-1' },
  ...more,
});
const later = { id: 2, server: { id: 9, name: 'vdp-eu-2' }, startDate: '2017-11-13T11:19:00.000+0000' };
const running = { state: 'IN_PROGRESS', tasks: [taskAt('IN_PROGRESS')] };
const halfway = {
  state: 'IN_PROGRESS',
  tasks: [taskAt('OK', { endDate: '2017-11-13T11:18:59.000+0000' }), taskAt('IN_PROGRESS', later)],
};
const done = {
  state: 'OK',
  tasks: [taskAt('OK'), taskAt('OK', { ...later, endDate: '2017-11-13T11:20:00.000+0000' })],
};

beforeEach(async () => {
  writeFileSync(join(directory, 'customer360.vql'), `\uFEFF${script}`);
  stage = openRestStage();
  world = {
    environments: [{ id: 3, name: 'Production' }],
    revisions: [],
    deployments: [],
    next: [running, halfway, done],
    missing: {},
    pageSize: 2,
  };
  manager = await startManagerServer({ user: 'deploy', password, now: stage.needs.now }, world);
});
afterEach(async () => {
  await manager.close();
  expectOnlyKnown(manager);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function revisionOf(more: Partial<Revision> = {}): Revision {
  const parts = { vql: vqlPart('customer360.vql') };
  return buildRevision({ name: 'customer360', directory, parts, digest: 'ab'.repeat(32), ...more });
}

function planOf(revisions = [revisionOf()], url = manager.url): Plan {
  return buildManagerPlan(url, revisions);
}

function contextOf(plan = planOf(), more: Partial<TaskContext> = {}): TaskContext {
  const [task, ...others] = plan.tasks;
  if (task?.type !== 'SERVER_DEPLOYMENT' || others.length > 0) throw new Error('it is not one deployment');
  return stage.context(plan, task, more);
}

function expectNoSecret(outcome: TaskOutcome): void {
  const login = Buffer.from(`deploy:${password}`).toString('base64');
  const said = JSON.stringify([outcome, stage.told, stage.seen]);
  for (const secret of [password, login, foreign]) expect(said).not.toContain(secret);
}

async function perform(context = contextOf()): Promise<TaskOutcome> {
  const outcome = await createManagerSystem(stage.needs).perform(context, never);
  expectNoSecret(outcome);
  return outcome;
}

async function probe(context = contextOf()): Promise<TaskOutcome> {
  const outcome = await createManagerSystem(stage.needs).probe(context, stage.onSeen, never);
  expectNoSecret(outcome);
  return outcome;
}

describe('a deployment through the Solution Manager', () => {
  test('loads the revision by its name, without the mark of its encoding, and deploys it', async () => {
    expect(await perform()).toMatchObject({
      end: 'ok',
      message: 'deployment 28 on the Solution Manager is done',
    });
    expect(world.revisions).toMatchObject([
      {
        name: 'customer360@2',
        vql: script,
        description: expect.stringContaining('content abababababababab'),
      },
    ]);
    expect(world.deployments).toMatchObject([{ revisionIds: [200], environmentId: 3, description: mark }]);
  });

  test('says each of its tasks in the thread, once for each state', async () => {
    await perform();
    expect(stage.told).toEqual([
      'solution-manager: customer360@2 was loaded as revision 200.',
      'eu / vdp-eu-1: VQL in progress',
      'eu / vdp-eu-1: VQL ok',
      'eu / vdp-eu-2: VQL in progress',
      'eu / vdp-eu-2: VQL ok',
    ]);
  });

  test('asks only for what is new, and for all of it where the time is not understood', async () => {
    manager.upset('GET /deployments/28/progress?', { status: 400, body: 'lastUpdate?' });
    expect(await perform()).toMatchObject({ end: 'ok' });
    const looks = manager.asked.filter((line) => line.includes('/progress'));
    expect(looks).toContain('GET /deployments/28/progress?lastUpdate=2017-11-13T11%3A18%3A40%2B0000');
    expect(looks).toContain('GET /deployments/28/progress?lastUpdate=2017-11-13T11%3A19%3A00%2B0000');
    expect(new Set(stage.told).size).toBe(stage.told.length);
  });

  test('takes what is there by that name, on whatever page, in the order of the plan', async () => {
    world.revisions = ['a@1', 'b@1', 'shop@7', 'c@1', 'customer360@2'].map((name, index) => ({
      id: 50 + index,
      name,
      description: '',
      vql: '',
    }));
    const plan = planOf([revisionOf(), revisionOf({ name: 'shop', version: '7' })]);
    expect(await perform(contextOf(plan))).toMatchObject({ end: 'ok' });
    expect(world.revisions).toHaveLength(5);
    expect(world.deployments[0]?.revisionIds).toEqual([54, 52]);
  });

  test.each<[string, string[], string]>([
    ['stands for other content', ['content 0123456789abcdef'], 'with other content (50)'],
    ['stands twice', ['', ''], 'has 2 revisions called customer360@2 (50, 51)'],
  ])('is refused where its name %s', async (_claim, descriptions, sentence) => {
    world.revisions = descriptions.map((description, index) => ({
      id: 50 + index,
      name: 'customer360@2',
      description,
      vql: '',
    }));
    expect(await perform()).toMatchObject({ end: 'error', message: expect.stringContaining(sentence) });
    expect(world.deployments).toEqual([]);
  });

  test('lists the properties that are missing, from an answer that looks like a success, and none of their values', async () => {
    world.missing = { 'databases.crm.USERPASSWORD': foreign, 'users.u.PASSWORD': foreign };
    expect(await perform()).toMatchObject({
      end: 'error',
      message: 'properties are missing on the Solution Manager: databases.crm.USERPASSWORD, users.u.PASSWORD',
      lastLines: ['databases.crm.USERPASSWORD', 'users.u.PASSWORD'],
    });
  });

  test('that the Solution Manager does not take says so in its words where no name is missing', async () => {
    const validation = { messageResult: ' the environment is disabled ' };
    manager.upset('POST /deployments', { status: 200, body: { validationResponse: { validation } } });
    expect(await perform()).toMatchObject({
      end: 'error',
      message: expect.stringContaining('the environment is disabled'),
    });
  });

  test('that has ended meanwhile is found as ended, in its own word', async () => {
    await perform();
    stage.seen.length = 0;
    expect(await probe()).toMatchObject({ end: 'ok' });
    expect(stage.seen).toEqual(['ended: deployment 28 on the Solution Manager has ended: OK']);
  });

  test('of tasks of a Scheduler is refused by the revision’s name, before anything is made', async () => {
    const task = {
      project: 'crm',
      name: 'load',
      type: null,
      file: 'load.json',
      properties: [],
      isMarked: false,
    };
    const mixed = revisionOf({
      name: 'mixed',
      parts: { all: { ...vqlPart('customer360.vql'), tasks: [task] } },
    });
    const outcome = await perform(contextOf(planOf([revisionOf(), mixed])));
    expect(outcome).toMatchObject({
      end: 'error',
      message: expect.stringContaining('mixed@2 holds tasks of a Scheduler'),
    });
    expect(manager.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  test.each<[string, Partial<Revision>, string]>([
    ['a script that is not there', { parts: { vql: vqlPart('no.vql') } }, 'ENOENT'],
    ['a script that is no UTF-8', { parts: { vql: vqlPart('latin.vql') } }, 'no UTF-8'],
    ['no script', { parts: {} }, 'has 0 VQL scripts'],
    [
      'two scripts',
      { parts: { vql: vqlPart('customer360.vql'), more: vqlPart('customer360.vql') } },
      'has 2 VQL scripts',
    ],
  ])('of %s changes nothing', async (_claim, more, sentence) => {
    writeFileSync(join(directory, 'latin.vql'), Buffer.from([0x66, 0xe9, 0x3b]));
    const outcome = await perform(contextOf(planOf([revisionOf(more)])));
    expect(outcome).toMatchObject({ end: 'error', message: expect.stringContaining(sentence) });
    expect(manager.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  test('that fails there fails here, with the last lines of what failed', async () => {
    const output = ['Executed 3 of 9 VQL commands', "View 'crm.v' not found"].join('\n');
    world.next = [running, { state: 'ERROR', tasks: [taskAt('OK'), taskAt('ERROR', { ...later, output })] }];
    expect(await perform()).toMatchObject({
      end: 'error',
      message: 'deployment 28 on the Solution Manager failed',
      lastLines: ['eu / vdp-eu-2: VQL:', 'Executed 3 of 9 VQL commands', "View 'crm.v' not found"],
    });
    expect(stage.told.at(-1)).toBe(
      "eu / vdp-eu-2: VQL failed: Executed 3 of 9 VQL commands · View 'crm.v' not found",
    );
  });

  test('that fails there says three lines of a task in the thread, and all of them at the end, without empty ones', async () => {
    const output = ['one', '', '  two  ', 'three', 'four', ''].join('\n');
    world.next = [{ state: 'ERROR', tasks: [taskAt('ERROR', { output })] }];
    expect(await perform()).toMatchObject({
      lastLines: ['eu / vdp-eu-1: VQL:', 'one', 'two', 'three', 'four'],
    });
    expect(stage.told.at(-1)).toBe('eu / vdp-eu-1: VQL failed: two · three · four');
    stage.told.length = 0;
    world.next = [{ state: 'ERROR', tasks: [taskAt('ERROR', { id: 3, output: '' })] }];
    await perform(contextOf(planOf(), { attempt: 2 }));
    expect(stage.told).toEqual(['eu / vdp-eu-1: VQL failed']);
  });

  test('says nothing of what only waits there, and names no place where there is none', async () => {
    const nowhere = { cluster: null, server: null };
    world.next = [
      { state: 'IN_PROGRESS', tasks: [taskAt('PENDING', nowhere), taskAt('PENDING_RUN', later)] },
      { state: 'OK', tasks: [taskAt('OK', nowhere), taskAt('PENDING', later)] },
    ];
    await perform();
    expect(stage.told.slice(1)).toEqual(['VQL ok']);
  });

  test('that warns there warns here, with the lines of what warned and of nothing else', async () => {
    const well = taskAt('OK', { output: 'ok so far' });
    const warning = taskAt('WARNING', { ...later, output: 'view is stale' });
    world.next = [{ state: 'OK_WITH_WARNINGS', tasks: [well, warning] }];
    expect(await perform()).toMatchObject({
      end: 'warning',
      message: 'deployment 28 on the Solution Manager is done with warnings',
      lastLines: ['eu / vdp-eu-2: VQL:', 'view is stale'],
    });
  });

  test('that somebody cancels there was cancelled there, and has not failed', async () => {
    world.next = [{ state: 'CANCELED', tasks: [] }];
    expect(await perform()).toMatchObject({
      end: 'error',
      message: 'deployment 28 on the Solution Manager was cancelled there',
    });
  });

  test('loads a revision with what its author says of it, and says why it could not', async () => {
    await perform(contextOf(planOf([revisionOf({ description: 'CRM columns' })])));
    expect(world.revisions[0]?.description).toBe(
      'CRM columns — loaded by Lamplighter, content abababababababab',
    );
    manager.upset('POST /revisions', { status: 422, body: { message: 'the VQL is empty' } });
    const shop = planOf([revisionOf({ name: 'shop', description: '' })]);
    expect(await perform(contextOf(shop, { attempt: 2 }))).toMatchObject({
      end: 'error',
      message: expect.stringMatching(/^shop@2 could not be loaded\. .*422: the VQL is empty/),
    });
  });

  test('tells at its end also what changed before the time that was asked for', async () => {
    const late = taskAt('IN_PROGRESS', later);
    world.next = [
      { state: 'IN_PROGRESS', tasks: [late] },
      { state: 'ERROR', tasks: [taskAt('ERROR', { output: 'out of memory' }), late] },
    ];
    await perform();
    expect(stage.told).toContain('eu / vdp-eu-1: VQL failed: out of memory');
  });

  test.each([
    ['OK_WITH_WARNINGS', 'warning'],
    ['CANCELED', 'error'],
  ])('that ends %s there is a %s', async (state, end) => {
    world.next = [{ state, tasks: [] }];
    expect(await perform()).toMatchObject({ state: 'ended', end });
  });

  test('that goes on for too long is unknown, and nothing else is claimed', async () => {
    world.next = [running];
    expect(await perform()).toMatchObject({
      end: 'unknown',
      message: expect.stringContaining(
        'deployment 28 did not end in 600 s. Deployment 28 goes on on the Solution Manager',
      ),
    });
  });

  test('says in its words why it was not begun', async () => {
    manager.upset('POST /deployments', {
      status: 409,
      body: { message: 'another deployment is in progress' },
    });
    expect(await perform()).toMatchObject({
      end: 'error',
      message: expect.stringContaining('409: another deployment is in progress'),
    });
  });

  test('names the account that is refused', async () => {
    const options = { user: 'deploy', password: 'another', now: stage.needs.now };
    const other = await startManagerServer(options, world);
    const outcome = await perform(contextOf(planOf([revisionOf()], other.url)));
    await other.close();
    expect(outcome).toMatchObject({ message: expect.stringContaining('refuses the account deploy (401)') });
  });

  test('is not begun by a process that lost the environment', async () => {
    stage.lease.isOurs = false;
    expect(await perform()).toEqual({ state: 'fenced' });
    expect(world).toMatchObject({ revisions: [], deployments: [] });
  });
});

describe('a bot that was killed', () => {
  test('before it asked for the deployment finds none, and loads no revision twice afterwards', async () => {
    manager.upset('POST /deployments', 'break');
    expect(await perform()).toMatchObject({ state: 'interrupted' });
    expect(await probe()).toEqual({ state: 'never-started' });
    expect(await perform()).toMatchObject({ end: 'ok' });
    expect(world).toMatchObject({ revisions: [{ id: 200 }], deployments: [{ revisionIds: [200] }] });
    expect(world.revisions).toHaveLength(1);
  });

  test('after it asked and before the answer finds the deployment by its mark, and makes no second one', async () => {
    manager.upset('POST /deployments', 'drop');
    expect(await perform()).toMatchObject({ state: 'interrupted' });
    expect(await probe()).toMatchObject({
      end: 'ok',
      message: 'deployment 28 on the Solution Manager is done',
    });
    expect(stage.seen).toEqual(['running: deployment 28 on the Solution Manager runs']);
    expect(world.deployments).toHaveLength(1);
  });

  test('and performs all the same, follows what carries its mark', async () => {
    manager.upset('POST /deployments', 'drop');
    await perform();
    expect(await perform()).toMatchObject({ end: 'ok' });
    expect(world.deployments).toHaveLength(1);
  });

  test('takes no deployment of another attempt, run, number or installation for its own', async () => {
    const others = [
      '#104 attempt 1 task 1 (lamp)',
      '#1042 attempt 2 task 1 (lamp)',
      '#1042 attempt 1 task 1 run 2 (lamp)',
      '#1042 attempt 1 task 1 (lamp2)',
      '#1042 attempt 1 task 11 (lamp)',
      '#1042 attempt 1 task 1 (lamp), once more by hand',
    ];
    world.deployments = others.map((words, index) => ({
      id: index,
      description: `Lamplighter ${words}`,
      environmentId: 3,
      revisionIds: [],
      stages: [done],
    }));
    expect(await probe()).toEqual({ state: 'never-started' });
    expect(await probe(contextOf(planOf(), { run: 2 }))).toMatchObject({
      end: 'ok',
      message: expect.stringContaining('deployment 2'),
    });
  });

  test.each<[string, Said | 'hang' | 'break']>([
    ['500', { status: 500 }],
    ['404', { status: 404 }],
    ['a refused login', { status: 401 }],
    ['a broken connection', 'break'],
    ['a proxy with nobody behind it', { status: 502 }],
    ['silence', 'hang'],
  ])('by %s in the middle of following claims nothing, and finds it again', async (_claim, how) => {
    manager.upset('GET /deployments/28/progress', how);
    expect(await perform()).toMatchObject({ state: 'interrupted' });
    expect(await probe()).toMatchObject({ end: 'ok' });
    expect(world.deployments).toHaveLength(1);
  });
});

describe('Stop now', () => {
  test('says that it goes on there, follows it for a while, and claims no end', async () => {
    world.next = [running];
    manager.upset('GET /deployments/28/progress', 'break');
    await perform();
    const outcome = await createManagerSystem(stage.needs).end(contextOf(), never);
    const sentence =
      'Deployment 28 goes on on the Solution Manager: no call cancels it, so look there how it ends';
    expect(outcome).toMatchObject({ state: 'ended', end: 'unknown', message: sentence });
    expect(stage.told).toContain(sentence);
  });

  test('takes the end that it sees meanwhile', async () => {
    manager.upset('GET /deployments/28/progress', 'break');
    await perform();
    expect(await createManagerSystem(stage.needs).end(contextOf(), never)).toMatchObject({ end: 'ok' });
  });

  test('does not say that it goes on where it has ended', async () => {
    world.next = [done];
    await perform();
    expect(await createManagerSystem(stage.needs).end(contextOf(), never)).toMatchObject({ end: 'ok' });
    expect(stage.told.join()).not.toContain('goes on');
  });

  test('of what was never asked for ends nothing', async () => {
    expect(await createManagerSystem(stage.needs).end(contextOf(), never)).toEqual({
      state: 'never-started',
    });
  });
});

describe('the look at the Solution Manager before anything is done', () => {
  const inspect = async (plan = planOf()) =>
    await createManagerSystem(stage.needs).inspect(plan, 'solution-manager', never);

  test('takes no deployment for one in progress that has ended, whatever list it stands on', async () => {
    const body = { deployments: [{ id: 5, user: 'ana', state: 'OK_WITH_WARNINGS' }] };
    manager.upset('GET /deployments', { status: 200, body });
    expect(await inspect()).toEqual({ problem: null, readBack: null });
  });

  test('says where nothing is configured to look at', async () => {
    const plan = planOf();
    const unmanaged = { ...plan, environment: { ...plan.environment, manager: null } };
    const sentence = 'solution-manager has no connection to a Solution Manager';
    expect((await inspect(unmanaged)).problem).toBe(sentence);
    const { problem } = await createManagerSystem(stage.needs).inspect(plan, 'another', never);
    expect(problem).toBe('another has no connection to a Solution Manager');
  });

  test('finds it ready where it is well, knows the environment and deploys nothing to it', async () => {
    world.deployments = [{ id: 5, description: '', environmentId: 3, revisionIds: [], stages: [done] }];
    expect(await inspect()).toEqual({ problem: null, readBack: null });
    expect(manager.asked.every((line) => line.startsWith('GET '))).toBe(true);
  });

  test.each<[string, () => void, string]>([
    [
      'is not well',
      () => manager.upset('GET /ping', { status: 500, body: 'no database' }),
      'it is not well: no database (500)',
    ],
    [
      'does not know the environment',
      () => void (world.environments = [{ id: 4, name: 'Test' }]),
      'has no environment 3 that this account may see; it has 4 (Test)',
    ],
    [
      'deploys to it now',
      () =>
        void world.deployments.push({
          id: 5,
          description: '',
          environmentId: 3,
          revisionIds: [],
          stages: [running],
        }),
      'its deployment 5 of deploy is still in progress there',
    ],
    ['knows none', () => void (world.environments = []), 'that this account may see; it has none'],
    [
      'does not list its environments',
      () => manager.upset('GET /environments', { status: 500 }),
      'it does not list its environments (500)',
    ],
    [
      'does not list its deployments',
      () => manager.upset('GET /deployments', { status: 500 }),
      'it does not list its deployments (500)',
    ],
    [
      'repeats the password to whoever asks',
      () => manager.upset('GET /ping', { status: 500, body: `login ${password} unknown` }),
      'it is not well: login ••• unknown (500)',
    ],
    ['refuses the account', () => manager.upset('GET /environments', { status: 403 }), 'is refused (403)'],
    ['refuses the password', () => manager.upset('GET /environments', { status: 401 }), 'is refused (401)'],
    [
      'never answers',
      () => manager.upset('GET /ping', 'hang'),
      'GET /pingSolutionManager had no whole answer',
    ],
  ])('says that it %s', async (_claim, arrange, sentence) => {
    arrange();
    const { problem } = await inspect();
    expect(problem).toContain('solution-manager: ');
    expect(problem).toContain(sentence);
  });
});
