import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { fillProperties } from '../../src/app/fill-properties.ts';
import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';
import { listen } from '../../src/slack/listen.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import {
  buildDenodoCluster,
  buildDenodoRevision,
  buildDenodo,
  buildTask,
  buildVql,
} from '../helpers/build-denodo.ts';
import { startBolt, startWorkspace } from '../sandbox/slack/bolt-app.ts';

const channel = 'C0DEPLOY';
const uri = 'databases.a.URI';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the form of a deployment that lacks values', () => {
  let app: TestApp;
  let slack: LocalSlack;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    const environment = buildDenodo({
      name: 'shop',
      clusters: [
        buildDenodoCluster('eu', { properties: { 'crm.login': 'sched' } }),
        buildDenodoCluster('us'),
      ],
    });
    app = await startApp([environment]);
    const parts = {
      vql: buildVql({ properties: [uri, 'databases.a.USERPASSWORD'] }),
      scheduler: buildTask({ properties: ['crm.login'] }),
    };
    app.world.revisions = [buildDenodoRevision({ name: 'shop', parts })];
    slack = await startWorkspace();
    ({ stop } = await startBolt(slack, (bolt) =>
      listen(bolt, { app, listCatalog: async () => [], log: silent }),
    ));
  });
  afterEach(async () => {
    await stop();
    await slack.close();
    await app.store.close();
  });

  const open = async (user: string) => {
    const person = slack.person(user);
    await person.types('/deploy shop@2 to shop', { channel });
    return { person, form: await person.modal() };
  };
  const press = async (user: string) => {
    const { person, form } = await open(user);
    await form.type('Reason', 'quarter end');
    await form.press('Fill in the 2 missing values');
    await expect.poll(async () => (await person.modal()).title, { timeout: 20_000 }).toBe('Missing values');
    return { person, form, values: await person.modal() };
  };

  test('D-18, D-25, D-26: offers to fill them in, checks again by itself, says the outcome, and loses nothing typed', async () => {
    const { person, form, values } = await press('U0BEN');
    expect(form.text()).toContain('Missing Scheduler properties on cluster us: crm.login.');
    expect(values.text()).toContain('of cluster us');
    expect(values.text()).toContain('databases.a.USERPASSWORD');
    await values.type(uri, 'jdbc:a');
    await values.type('crm.login', 'sched-us');
    await values.submit();
    const answer = (await person.modal()).text();
    expect(answer).toContain('2 values are filled in.');
    expect(answer).toContain('Missing VQL properties: databases.a.USERPASSWORD.');
    await slack.until(() => !form.text().includes('crm.login'));
    expect(form.text()).toContain('quarter end');
    expect(await app.store.filledIn('shop')).toEqual([
      { cluster: null, name: uri, value: 'jdbc:a' },
      { cluster: 'us', name: 'crm.login', value: 'sched-us' },
    ]);
  });

  test('D-25: does not offer it for a secret, and says where it belongs', async () => {
    const { values } = await press('U0BEN');
    await expect(values.type('databases.a.USERPASSWORD', 'x')).rejects.toThrow(/no field|databases/i);
    expect(values.text()).toContain('Secrets stay in the configuration, as { env: NAME } or { file: PATH }');
  });

  test('D-25: tells whoever may not fill them in whom to ask', async () => {
    const { values } = await press('U0ANA');
    expect(values.submitLabel).toBe('');
    expect(values.text()).toContain('takes the role promotion_admin or global_admin');
    expect(values.text()).toContain('Ask @ben');
  });

  test('D-25: shows what cannot be taken under its field, and takes it once it is mended', async () => {
    const { values } = await press('U0BEN');
    await values.type(uri, 'undefined');
    await values.type('crm.login', 'sched-us');
    expect(await values.submit()).toEqual({
      errors: { [uri]: expect.stringContaining('stands for a property without a value') },
    });
    expect(await app.store.filledIn('shop')).toEqual([]);
    await values.type(uri, 'jdbc:a');
    await values.submit();
    expect(await app.store.filledIn('shop')).toHaveLength(2);
  });

  test('D-25: keeps what somebody else filled in meanwhile, and says so', async () => {
    const { person, values } = await press('U0BEN');
    const properties = [{ cluster: null, name: uri, value: 'jdbc:first' }];
    await fillProperties(app, { by: 'U0ADMIN', environment: 'shop', properties });
    await values.type(uri, 'jdbc:second');
    await values.type('crm.login', 'sched-us');
    await values.submit();
    const answer = (await person.modal()).text();
    expect(answer).toContain('1 value is filled in.');
    expect(answer).toContain(`these keep the value they had: ${uri}`);
    expect(await app.store.filledIn('shop')).toContainEqual(properties[0]);
    expect(await app.store.environmentEvents('shop')).toHaveLength(2);
  });
});
