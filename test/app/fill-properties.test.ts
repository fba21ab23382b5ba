import { beforeEach, describe, expect, test } from 'vitest';

import { fillProperties } from '../../src/app/fill-properties.ts';
import { planDeployment, type PlannedDeployment } from '../../src/app/plan-deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import {
  buildDenodoCluster,
  buildDenodoRevision,
  buildSingleDenodo,
  buildTask,
  buildVql,
} from '../helpers/build-denodo.ts';

const uri = 'databases.a.URI';
let app: TestApp;

beforeEach(async () => {
  const environment = buildSingleDenodo({
    name: 'shop',
    properties: { 'databases.a.LOGIN': { env: 'LOGIN' }, 'databases.a.MODE': 'fast' },
  });
  app = await startApp([environment]);
  const names = [uri, 'databases.a.LOGIN', 'databases.a.MODE'];
  const parts = {
    vql: buildVql({ properties: names }),
    scheduler: buildTask({ properties: ['crm.login'] }),
  };
  app.world.revisions = [buildDenodoRevision({ name: 'shop', parts })];
});

async function planned(): Promise<PlannedDeployment> {
  const request = { environment: 'shop', selection: ['shop@2'], servers: null, person: null, startsAt: null };
  const verdict = await planDeployment(app, request);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  return verdict.value;
}

const missing = async (): Promise<string[]> =>
  (await planned()).preconditions.filter(({ ok }) => !ok).map(({ rule }) => rule);

const fill = async (name: string, value: string, more: { by?: string; cluster?: string | null } = {}) =>
  await fillProperties(app, {
    by: more.by ?? 'U0BEN',
    environment: 'shop',
    properties: [{ cluster: more.cluster ?? null, name, value }],
  });

const messages = (verdict: Verdict<unknown>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message }) => message).join(' ');

describe('a property that an admin fills in', () => {
  test('D-25, D-26: is missing no more, for the environment and for each cluster', async () => {
    expect(await missing()).toEqual(['D-25', 'D-26']);
    expect(await fill(uri, 'jdbc:a')).toMatchObject({ ok: true });
    expect(await missing()).toEqual(['D-26']);
    await fill('crm.login', 'sched', { cluster: 'eu' });
    expect(await missing()).toEqual([]);
  });

  test('is part of the plan that is approved, like any other, and the configuration wins over it', async () => {
    await fill(uri, 'jdbc:a');
    const before = await planned();
    expect(before.plan.environment.properties[uri]).toBe('jdbc:a');
    app.world.configuration.environments = app.world.configuration.environments.map((environment) => ({
      ...environment,
      properties: { ...environment.properties, [uri]: 'jdbc:of-the-file' },
    }));
    const after = await planned();
    expect(after.plan.environment.properties[uri]).toBe('jdbc:of-the-file');
    expect(after.hash).not.toBe(before.hash);
  });

  test('keeps the first value, and whoever came second is told', async () => {
    await fill(uri, 'jdbc:a');
    const second = await fill(uri, 'jdbc:b', { by: 'U0ADMIN' });
    expect(second).toMatchObject({ ok: true, value: { given: [], kept: [{ name: uri }] } });
    expect((await planned()).plan.environment.properties[uri]).toBe('jdbc:a');
  });

  test('leaves who, when and which in the trail of the environment, and never the value', async () => {
    await fill(uri, 'jdbc:a');
    expect(await app.store.environmentEvents('shop')).toEqual([
      {
        environment: 'shop',
        at: app.now(),
        event: { type: 'properties_filled', properties: [{ name: uri }], by: 'U0BEN' },
      },
    ]);
  });

  test.each([
    [
      'by somebody who is no admin',
      uri,
      'x',
      { by: 'U0ANA' },
      'takes the role promotion_admin or global_admin',
    ],
    ['that the file holds as a secret', 'databases.a.LOGIN', 'x', {}, 'secrets are never filled in here'],
    [
      'that is called as a password is',
      'databases.a.USERPASSWORD',
      'x',
      {},
      'secrets are never filled in here',
    ],
    ['that the file has', 'databases.a.MODE', 'x', {}, 'has a value in the configuration'],
    ['of a cluster that is not there', uri, 'x', { cluster: 'mars' }, 'has no cluster `mars`'],
    ['with nothing', uri, '  ', {}, 'has 0 characters'],
    ['with too much', uri, 'x'.repeat(2_001), {}, 'has 2001 characters'],
    ['with a line break', uri, 'a\nb', {}, 'holds a line break'],
    ['with the word for no value', uri, 'undefined', {}, 'stands for a property without a value'],
    ['whose name is none', 'a b', 'x', {}, 'is no name of a property'],
  ])('%s is refused, and nothing is stored', async (_case, name, value, more, words) => {
    expect(messages(await fill(name, value, more))).toContain(words);
    expect(await app.store.filledIn('shop')).toEqual([]);
    expect(await app.store.environmentEvents('shop')).toEqual([]);
  });
});

test('one value that cannot be taken keeps all of them out: nothing is half filled in', async () => {
  const verdict = await fillProperties(app, {
    by: 'U0BEN',
    environment: 'shop',
    properties: [
      { cluster: null, name: uri, value: 'jdbc:a' },
      { cluster: 'eu', name: 'crm.login', value: '' },
    ],
  });
  expect(verdict.ok).toBe(false);
  expect(await app.store.filledIn('shop')).toEqual([]);
});

test('the value of one cluster is not the value of another', async () => {
  app.world.configuration.environments = [
    buildSingleDenodo({
      name: 'shop',
      topology: 'several-clusters',
      clusterStrategy: 'one-by-one',
      serverStrategy: null,
      properties: { [uri]: 'x', 'databases.a.LOGIN': 'y', 'databases.a.MODE': 'z' },
      clusters: [buildDenodoCluster('eu'), buildDenodoCluster('us')],
    }),
  ];
  await fill('crm.login', 'sched', { cluster: 'eu' });
  const [refused] = (await planned()).preconditions.filter(({ ok }) => !ok);
  expect(refused?.message).toBe('Missing Scheduler properties on cluster us: crm.login.');
});
