import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';
import { listen } from '../../src/slack/listen.ts';
import { startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import {
  buildDenodoRevision,
  buildSingleDenodo,
  buildTask,
  buildVql,
  twoCaches,
} from '../helpers/build-denodo.ts';
import { startBolt, startWorkspace } from '../sandbox/slack/bolt-app.ts';

const channel = 'C0DEPLOY';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the servers in the form', () => {
  let app: TestApp;
  let slack: LocalSlack;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    app = await startApp([buildSingleDenodo({ name: 'shop', sharedCache: twoCaches })]);
    const parts = { vql: buildVql(), scheduler: buildTask({ type: 'VDPCache' }) };
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

  const open = async () => {
    const ana = slack.person('U0ANA');
    await ana.types('/deploy shop@2 to shop', { channel });
    const form = await ana.modal();
    await expect.poll(async () => (await asked()).length, { timeout: 20_000 }).toBe(2);
    return form;
  };
  const asked = async () =>
    (await app.store.askedServers('shop')).map(
      ({ server, askedAt }) => `${server} ${askedAt - tuesdayMorning}`,
    );
  const say = async (server: string, more: object = {}): Promise<void> =>
    await app.store.answerFor(
      { environment: 'shop', server },
      { at: app.now(), answer: { problem: null, readBack: null, ...more } },
    );

  test('are asked when it is opened, and stand there with what they say and how old it is, once they answer', async () => {
    const form = await open();
    await form.type('Reason', 'quarter end');
    expect(form.text()).toContain('vdp-eu-1: → shop@2, not checked yet');
    expect(await asked()).toEqual(['vdp-eu-1 0', 'vdp-eu-2 0']);
    await say('vdp-eu-1', { readBack: 'shop@1' });
    app.clock.now += 40_000;
    await say('vdp-eu-2', { problem: 'vdp-eu-2 cannot be reached: ECONNREFUSED' });
    await slack.until(() => form.text().includes('checked just now'));
    expect(form.text()).toContain('vdp-eu-1: `shop@1` → shop@2, checked 40 s ago');
    expect(form.text()).toContain('vdp-eu-2: not ready, checked just now: vdp-eu-2 cannot be reached');
    expect(form.text()).toContain('quarter end');
  });

  test('are not asked again within a minute, and are when that has passed', async () => {
    await open();
    await say('vdp-eu-1');
    await say('vdp-eu-2');
    app.clock.now += 30_000;
    await open();
    app.clock.now += 31_000;
    await open();
    await expect.poll(asked, { timeout: 20_000 }).toEqual(['vdp-eu-1 61000', 'vdp-eu-2 61000']);
  });

  test('D-51: of which one has its cache off refuse it, in the form and when it is sent', async () => {
    await open();
    await say('vdp-eu-1', { cache: twoCaches.primaryUrl, cacheIsOn: true });
    await say('vdp-eu-2', { cache: twoCaches.primaryUrl, cacheIsOn: false });
    const form = await open();
    const sentence = 'The cache is off on vdp-eu-2, and these revisions swap caches.';
    expect(form.text()).toContain(sentence);
    await form.type('Reason', 'quarter end');
    expect(await form.submit()).toEqual({ errors: { Environment: expect.stringContaining(sentence) } });
  });

  test('D-47a: of which the first uses neither of the two caches refuse it, where that is known', async () => {
    await open();
    await say('vdp-eu-1', { cache: 'jdbc:other' });
    await say('vdp-eu-2', { cache: twoCaches.primaryUrl });
    expect((await open()).text()).toContain('vdp-eu-1 uses `jdbc:other`, which is neither of the two');
  });

  test('D-51: that said so too long ago refuse nothing', async () => {
    await open();
    await say('vdp-eu-2', { cache: twoCaches.primaryUrl, cacheIsOn: false });
    app.clock.now += 11 * 60_000;
    const form = await open();
    expect(form.text()).not.toContain('The cache is off');
    expect(form.text()).toContain('vdp-eu-2: → shop@2, not checked yet');
  });
});
