import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Sync } from '../../../src/domain/configured/denodo.ts';
import type { TaskEnd } from '../../../src/domain/events/states.ts';
import { type CatalogWorld, startCatalogServer } from '../../../src/sandbox/denodo/catalog-server.ts';
import type { Said, StandIn } from '../../../src/sandbox/denodo/recorded-table.ts';
import { createCatalogSync } from '../../../src/systems/denodo/data-catalog.ts';
import type { TaskContext, TaskOutcome } from '../../../src/systems/system.ts';
import { buildCluster, buildPlan, buildServer, buildSingleCluster } from '../../helpers/build.ts';
import { expectOnlyKnown, openRestStage, password, type RestStage } from '../../helpers/rest-stage.ts';

const never = new AbortController().signal;
const usual = '/denodo-data-catalog/apirest/synchronize';
const later = '/public/api/element-management/{elements}/synchronize';

let stage: RestStage;
let world: CatalogWorld;
let catalog: StandIn;

beforeEach(async () => {
  stage = openRestStage();
  world = { bodies: [], changes: { inserted: ['a.v', 'a.w'], removed: [], modified: ['a.x', 'a.y', 'a.z'] } };
  catalog = await startCatalogServer({ user: 'deploy', password, now: stage.needs.now }, world);
});
afterEach(async () => {
  await catalog.close();
  expectOnlyKnown(catalog);
});

function contextFor(
  sync: Partial<Sync> = {},
  options: Record<string, string | number> = {},
  url = catalog.url,
): TaskContext {
  const connection = {
    driver: 'http' as const,
    baseUrl: `${url}/denodo-data-catalog`,
    user: 'deploy',
    password: { env: 'CATALOG' },
    tls: { verify: true, ca: null },
    options,
  };
  const plan = buildPlan(
    buildSingleCluster([], {
      system: 'denodo',
      sync: [
        {
          name: 'nightly',
          role: 'data-catalog',
          clusters: null,
          elements: 'all',
          priority: 'server_with_local_changes',
          onFailure: 'warn',
          ...sync,
        },
      ],
      clusters: [
        buildCluster('eu', ['vdp-1', buildServer('catalog-eu', { role: 'data-catalog', connection })]),
      ],
    }),
  );
  const task = plan.tasks.find(({ type }) => type === 'DATACATALOG_SYNC');
  if (!task) throw new Error('the plan synchronises nothing');
  return stage.context(plan, task);
}

async function perform(context: TaskContext): Promise<TaskOutcome> {
  const outcome = await createCatalogSync(stage.needs).perform(context, never);
  expect(JSON.stringify(outcome)).not.toContain(password);
  return outcome;
}

describe('a Data Catalog', () => {
  test('is synchronised as the sync says, and what changed there is counted (D-06)', async () => {
    expect(await perform(contextFor({ elements: 'views', priority: 'server' }))).toMatchObject({
      end: 'ok',
      message: 'Data Catalog catalog-eu synchronised: 2 inserted, 0 removed, 3 modified',
    });
    expect(world.bodies).toEqual([{ allServers: 'true', type: 'view', priority: 'server' }]);
  });

  test('of a later version is asked at the path of its connection', async () => {
    const context = contextFor({ elements: 'databases' }, { path: later, serverId: 1 });
    expect(await perform(context)).toMatchObject({
      end: 'ok',
      message: expect.stringContaining('2 inserted'),
    });
    expect(catalog.asked).toEqual([
      'POST /denodo-data-catalog/public/api/element-management/DATABASES/synchronize?serverId=1',
    ]);
    expect(world.bodies).toMatchObject([{ proceedWithConflicts: 'SERVER_WITH_LOCAL_CHANGES' }]);
  });

  test('of version 7 is not asked for what it does not know', async () => {
    expect(await perform(contextFor({ elements: 'databases', onFailure: 'stop' }))).toMatchObject({
      end: 'error',
      message: expect.stringContaining('give connection.options.path'),
    });
    expect(catalog.asked).toEqual([]);
  });

  test.each<['warn' | 'stop', TaskEnd]>([
    ['warn', 'warning'],
    ['stop', 'error'],
  ])('that refuses the password is named plainly; onFailure %s makes it a %s', async (onFailure, end) => {
    const options = { user: 'deploy', password: 'another', now: stage.needs.now };
    const other = await startCatalogServer(options, world);
    const outcome = await perform(contextFor({ onFailure }, {}, other.url));
    await other.close();
    expect(outcome).toMatchObject({
      end,
      message: expect.stringContaining('catalog-eu refuses the account deploy (403)'),
    });
  });

  test('that says ERROR in a normal answer has failed, in its words', async () => {
    const said = { status: 200, body: { result: 'ERROR', data: null, message: 'the server is down' } };
    catalog.upset(`POST ${usual}`, said);
    expect(await perform(contextFor({ onFailure: 'stop' }))).toMatchObject({
      end: 'error',
      message: expect.stringContaining('the server is down'),
    });
  });

  test.each<[string, Said | 'hang' | 'break' | 'drop']>([
    ['breaks off', 'break'],
    ['loses its answer', 'drop'],
    ['is not up behind its proxy', { status: 503 }],
  ])('that %s is asked once more', async (_claim, how) => {
    catalog.upset(`POST ${usual}`, how);
    expect(await perform(contextFor())).toMatchObject({ state: 'ended', end: 'ok' });
    expect(catalog.asked).toHaveLength(2);
  });

  test('that stays away is a warning and no question: nothing waits for a catalogue', async () => {
    for (let time = 0; time < 3; time += 1) catalog.upset(`POST ${usual}`, 'break');
    expect(await perform(contextFor())).toMatchObject({
      state: 'ended',
      end: 'warning',
      message: expect.stringContaining(`POST /apirest/synchronize broke off`),
    });
  });

  test('is left alone by a process that lost the environment', async () => {
    stage.lease.isOurs = false;
    expect(await perform(contextFor())).toEqual({ state: 'fenced' });
    expect(world.bodies).toEqual([]);
  });

  test('may be synchronised once more after a crash, and its end is never claimed after a stop', async () => {
    const system = createCatalogSync(stage.needs);
    expect(await system.probe(contextFor(), stage.onSeen, never)).toEqual({ state: 'never-started' });
    expect(await system.end(contextFor(), never)).toMatchObject({ end: 'unknown' });
  });
});
