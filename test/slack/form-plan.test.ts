import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Window } from '../../src/domain/configured/hours.ts';
import { validateView } from '../../src/sandbox/slack/validate-view.ts';
import { buildRequest } from '../helpers/app.ts';
import { buildEnvironment, buildSingleCluster } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
let bot: SlackApp;

beforeEach(async () => (bot = await startSlackApp({ by: 'socket' })));
afterEach(async () => await bot.stop());

const environmentIs = (environment: Environment): void =>
  void (bot.app.world.configuration.environments = [environment]);
const open = async (text = 'shop@2 to shop') => {
  const ana = bot.slack.person('U0ANA');
  await ana.types(`/deploy ${text}`, { channel });
  return await ana.modal();
};

/** A deployment of three servers that took so long each, one right after another. */
async function deployed(eachMs: number): Promise<void> {
  const { app } = bot;
  const asked = await requestDeployment(app, buildRequest());
  if (!asked.ok) throw new Error(JSON.stringify(asked.refusals));
  const { number: deployment } = asked.value;
  await startDeployment(app, deployment);
  const servers = ['a', 'b', 'c'];
  const lease = await app.store.claim({ deployment, holder: 'test', at: app.now(), staleBefore: 0 });
  const change = { deployment, expectedVersion: null, fence: lease?.fence ?? 0 };
  await app.store.commit({
    ...change,
    at: app.now(),
    events: [{ type: 'attempt_started', attempt: 1, servers, fence: change.fence }],
  });
  for (const server of servers) {
    await app.store.commit({ ...change, at: app.now(), events: [{ type: 'server_started', server }] });
    app.clock.now += eachMs;
    await app.store.commit({
      ...change,
      at: app.now(),
      events: [{ type: 'server_ended', server, state: 'ok', message: null, to: 'shop@2' }],
    });
  }
  await app.store.commit({
    ...change,
    at: app.now(),
    events: [{ type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' }],
    releaseLease: true,
  });
}

describe('the plan in the form', () => {
  test('forecasts from earlier runs, with its end, and says where there was none', async () => {
    environmentIs(buildSingleCluster(['a', 'b', 'c']));
    expect((await open()).text()).toContain('*Forecast*: no earlier run here to reckon from');
    for (const minutes of [1, 2, 30]) await deployed(minutes * 60_000);
    const text = (await open()).text();
    expect(text).toContain('*Forecast*: about 6 min: 3 servers, 2 min each in the last 3 runs');
    expect(text).toContain('Likely to end about 17 Nov 2026 10:45 Europe/Madrid.');
  });

  test('warns where that does not fit the window, and says what becomes of it', async () => {
    environmentIs(buildSingleCluster(['a', 'b', 'c']));
    await deployed(20 * 60_000);
    const window: Window = { days: ['tue'], from: '08:00', to: '10:15', name: null, atEnd: 'stop' };
    environmentIs(buildSingleCluster(['a', 'b', 'c'], { windows: [window] }));
    expect((await open()).text()).toContain(
      '*Does not fit the window*: Likely to end about 17 Nov 2026 11:00 Europe/Madrid, and the window closes before that',
    );
  });

  test('names the worst moment, the floor and the scripts', async () => {
    const text = (await open()).text();
    expect(text).toContain('*At the worst moment* 1 of 2 clusters is in service; the floor is 1');
    expect(text).toContain('*Load balancer*: disable-cluster, enable-cluster');
  });

  test.each([100, 300, 1_200])('of %i servers with long names fits Slack’s limits', async (count) => {
    const names = Array.from(
      { length: count },
      (_, index) => `denodo-production-${index}.eu-west.example.com`,
    );
    environmentIs(buildSingleCluster(names));
    const form = await open();
    const update = bot.slack.calls().find(({ method }) => method === 'views.update');
    expect(update).toMatchObject({ ok: true });
    const { view } = update!.arguments as { view: { blocks: object[] } };
    expect(validateView(view as never, 'modal')).toEqual([]);
    expect(view.blocks.length).toBeLessThanOrEqual(100);
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250_000);
    const last = names.at(-1) ?? '';
    await form.choose('Servers', last);
    expect(form.text()).toContain(`1. ${last}, `);
    expect(form.text()).toContain(`${last}: → shop@2`);
    if (count > 100) return;
    const whole = (await open()).text();
    for (const name of names) expect(whole).toContain(`${name}: → shop@2`);
  });

  test('takes no tick for warnings that were others when it was set', async () => {
    environmentIs(buildSingleCluster(['a', 'b', 'c'], { paradigm: 'simple', serverStrategy: null }));
    const form = await open();
    await form.type('Reason', 'a new page');
    await form.check('I accept 1 warning');
    environmentIs(buildEnvironment());
    bot.app.heldMembers = async () => ['north'];
    await form.choose('When', 'Now');
    expect(form.text()).toContain('*Warning*');
    expect(await form.submit()).toEqual({ errors: { Warnings: expect.stringMatching(/required/) } });
    await form.check('I accept 1 warning');
    await form.choose('When', 'Now');
    expect(await form.submit()).toEqual({ closed: true });
  });
});
