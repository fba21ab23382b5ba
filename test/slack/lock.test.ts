import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadDeployment } from '../../src/app/load-deployment.ts';
import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { unlockEnvironment } from '../../src/app/unlock-environment.ts';
import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { listen } from '../../src/slack/listen.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { startBolt, startWorkspace } from '../sandbox/slack/bolt-app.ts';

const channel = 'C0DEPLOY';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('/deploy lock and unlock', () => {
  let app: TestApp;
  let slack: LocalSlack;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    app = await startApp([buildEnvironment()]);
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

  const types = async (person: string, command: string) =>
    JSON.stringify(await slack.person(person).types(command, { channel }));

  test('close an environment with a reason and open it again, and say so to the person', async () => {
    expect(await types('U0BEN', '/deploy lock shop the database moves to B')).toContain(
      '`shop` is locked: nothing begins there until it is unlocked.',
    );
    expect(await app.store.lock('shop')).toMatchObject({ by: 'U0BEN', reason: 'the database moves to B' });
    expect(await types('U0BEN', '/deploy unlock shop')).toContain('`shop` is unlocked.');
    expect(await app.store.lock('shop')).toBeNull();
  });

  test('ask for the reason in a form when none was typed', async () => {
    const ben = slack.person('U0BEN');
    await ben.types('/deploy lock shop', { channel });
    const form = await ben.modal();
    expect([form.title, form.submitLabel]).toEqual(['Lock shop', 'Lock']);
    expect(await form.submit()).toEqual({ errors: { Reason: expect.stringMatching(/./) } });
    await form.type('Reason', ' \n');
    expect(await form.submit()).toEqual({ errors: { Reason: expect.stringContaining('reason is missing') } });
    expect(await app.store.lock('shop')).toBeNull();
    await form.type('Reason', 'the database moves');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await app.store.lock('shop')).toMatchObject({ by: 'U0BEN', reason: 'the database moves' });
    await slack.until(() => ben.ephemerals().some(({ text }) => text.includes('`shop` is locked')));
  });

  test('show a refusal under the field of the form, or at once', async () => {
    const guest = slack.person('U0GUEST');
    app.world.standing.set('U0GUEST', 'guest');
    await guest.types('/deploy lock shop', { channel });
    const form = await guest.modal();
    await form.type('Reason', 'let me');
    expect(await form.submit()).toEqual({ errors: { Reason: expect.stringContaining('Guests may not') } });
    expect(await types('U0GUEST', '/deploy lock shop let me')).toContain('Guests may not');
    expect(await types('U0ANA', '/deploy lock shpo')).toContain('the nearest is `shop`');
    expect(await types('U0ANA', '/deploy unlock shop')).toContain('is not locked');
  });

  test('change nothing when Slack delivers them three times', async () => {
    slack.redeliverNext(3);
    await types('U0BEN', '/deploy lock shop once');
    expect(await app.store.environmentEvents('shop')).toHaveLength(1);
  });

  test('put locked environments first in the list', async () => {
    await requestDeployment(app, buildRequest());
    await types('U0BEN', '/deploy lock shop the database moves');
    const answer = await slack.person('U0ANA').types('/deploy list', { channel });
    const words = JSON.stringify(answer.blocks);
    expect(words).toContain('the database moves');
    expect(words.indexOf('is locked by <@U0BEN>')).toBeLessThan(words.indexOf('*#1* shop@2'));
    expect(words.indexOf('is locked by <@U0BEN>')).toBeGreaterThan(0);
  });

  test('are shown on the card of what waits behind the lock, until it is lifted', async () => {
    const nasty = '<@U0CAT> look';
    const verdict = await requestDeployment(app, buildRequest());
    if (!verdict.ok) throw new Error('refused');
    const card = async () => {
      const loaded = await loadDeployment(app.store, verdict.value.number);
      if (!loaded.ok) throw new Error('gone');
      return JSON.stringify(deploymentCard(loaded.value.deployment, loaded.value.plan, []).blocks);
    };
    await lockEnvironment(app, { environment: 'shop', by: 'U0BEN', via: 'command line', reason: nasty });
    expect(await card()).toContain('`shop` is locked by <@U0BEN> via command line since');
    expect(await card()).not.toContain('<@U0CAT>');
    await unlockEnvironment(app, { environment: 'shop', by: 'U0BEN' });
    expect(await card()).not.toContain('is locked');
  });
});
