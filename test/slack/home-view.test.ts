import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { readHome } from '../../src/app/read-home.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { JsonObject } from '../../src/sandbox/slack/json.ts';
import { validateView } from '../../src/sandbox/slack/validate-view.ts';
import { homeView } from '../../src/slack/home/home-view.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildCluster, buildEnvironment, buildServer } from '../helpers/build.ts';

let app: TestApp;
beforeEach(async () => (app = await startApp([])));
afterEach(async () => await app.store.close());

const hour = 3_600_000;
const approval = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 24 * 30,
  remindMinutes: [],
};
const set = (...environments: Environment[]) => {
  app.world.configuration.environments = environments;
  app.world.configuration.limits.requestsPerHour = 1_000;
};

async function draw(id: string, more: { openedAt?: number; onlyMine?: boolean } = {}) {
  const home = { person: id, openedAt: 0, onlyMine: false, triedAt: 0, shownDigest: null, ...more };
  return homeView(await readHome(app), {
    person: await app.findPerson(id),
    home,
    configuration: app.configuration(),
    linkTo: (card) => card && `https://x.example.com/${card.channel}/${card.ts}`,
  });
}

async function request(environment: string, startsAt: number | null = null): Promise<number> {
  const requested = await requestDeployment(app, buildRequest({ environment, startsAt }));
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  return requested.value.number;
}

const faultsOf = (view: object) => validateView(JSON.parse(JSON.stringify(view)) as JsonObject, 'home');
const texts = (view: object) => JSON.stringify(view);
const primaries = (view: object) => texts(view).split('"style":"primary"').length - 1;

describe('a Home over very much', () => {
  test('of 42 environments with 100 servers each fits into what Slack takes, and says what it leaves out', async () => {
    const clusters = (environment: number) =>
      ['a', 'b', 'c', 'd', 'e'].map((cluster) =>
        buildCluster(
          cluster,
          Array.from({ length: 20 }, (_, server) => `${'x'.repeat(60)}-${environment}-${cluster}-${server}`),
        ),
      );
    const all = Array.from({ length: 42 }, (_, index) =>
      buildEnvironment({
        name: `environment-${index}`,
        clusters: clusters(index),
        approval: index < 20 ? approval : null,
        freezes: [{ from: '2026-12-24T00:00', to: '2027-01-02T00:00', reason: 'y'.repeat(900) }],
      }),
    );
    set(...all);
    for (const [
      index,
      {
        name,
        clusters: [cluster],
      },
    ] of all.entries()) {
      await request(name, index < 30 ? tuesdayMorning + (1 + index) * 12 * hour : null);
      const asked = cluster?.servers.map((server) => server.name) ?? [];
      await app.store.askServers(name, asked, 1);
      for (const [place, server] of asked.entries())
        await app.store.answerFor(
          { environment: name, server },
          { at: 2 + place, answer: { problem: null, readBack: `${'🐘'.repeat(300)}${place}` } },
        );
    }
    const view = await draw('U0BEN');
    expect(faultsOf(view)).toEqual([]);
    expect(Buffer.byteLength(texts(view))).toBeLessThan(250_000);
    expect(view.blocks.length).toBeGreaterThan(60);
    expect(texts(view)).toContain('And 12 more: `/deploy status`');
    expect(texts(view)).toContain('Waiting for you (20)');
    expect(texts(view)).toContain('And 12 more: they come when those above are decided.');
    expect(primaries(view)).toBe(1);
  });

  test('leaves environments out where all of them would be too much, those without trouble first', async () => {
    const long = 'あ'.repeat(1_400);
    const all = Array.from({ length: 30 }, (_, index) =>
      buildEnvironment({
        name: `e-${index}`,
        clusters: [
          buildCluster(
            'a',
            ['1', '2', '3', '4', '5', '6'].map((server) => buildServer(`${long}${server}`)),
          ),
        ],
      }),
    );
    set(...all);
    for (const { name, clusters } of all) {
      const [server = ''] = clusters.flatMap(({ servers }) => servers.map((one) => one.name));
      await app.store.askServers(name, [server], 1);
      const answer = { problem: null, readBack: 'shop@1' };
      await app.store.answerFor({ environment: name, server }, { at: 2, answer });
    }
    await app.store.lockEnvironment({ environment: 'e-29', by: 'U0BEN', reason: 'audit', since: 1 });
    const view = await draw('U0BEN');
    expect(faultsOf(view)).toEqual([]);
    expect(Buffer.byteLength(texts(view))).toBeLessThan(250_000);
    const [first] = texts(view).split('e-0');
    expect(first).toContain('e-29');
    expect(texts(view)).toMatch(/And [1-9] more: `\/deploy status`/);
    expect(texts(view)).not.toContain('*e-28*');
  });
});

test('a Home says how old its knowledge is, to the minute, and counts what it did not read', async () => {
  set(buildEnvironment());
  app.world.configuration.limits.requestsPerHour = 1_000;
  for (const [server, at] of [
    ['web-1', tuesdayMorning],
    ['web-2', tuesdayMorning + 59_999],
  ] as const) {
    await app.store.askServers('shop', [server], 1);
    const answer = { problem: null, readBack: 'shop@1' };
    await app.store.answerFor({ environment: 'shop', server }, { at, answer });
  }
  const said = texts(await draw('U0BEN'));
  expect(said).toMatch(/`shop@1` on web-1, web-2/);
  expect(said).toMatch(/ · as of <!date\^\d+\^[^ ]+ \{time\}\|17 Nov 2026 09:00 Europe\/Madrid>"/);
  for (let index = 0; index < 123; index += 1) await request('shop', tuesdayMorning + (400 + index) * hour);
  expect(texts(await draw('U0BEN'))).toContain('And at least 121 more, or later: `/deploy list`');
});

test('a Home reads the same as long as nothing happens, so that nobody is shown it anew for nothing', async () => {
  set(buildEnvironment({ approval }));
  await request('shop', tuesdayMorning + 5 * hour);
  await request('shop');
  const before = await draw('U0BEN');
  app.clock.now += hour;
  expect(await draw('U0BEN')).toEqual(before);
  app.clock.now += 24 * hour;
  expect(await draw('U0BEN')).not.toEqual(before);
});

test('what is under way says how far it is and leads to its card', async () => {
  set(buildEnvironment());
  const number = await request('shop');
  await startDeployment(app, number);
  const lease = await app.store.claim({ deployment: number, holder: 'x', at: app.now(), staleBefore: 0 });
  await app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence: lease?.fence ?? null,
    at: app.now(),
    events: [
      { type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence: lease?.fence ?? 0 },
      { type: 'server_started', server: 'web-1' },
      { type: 'server_ended', server: 'web-1', state: 'ok', message: null, to: null },
    ],
  });
  expect(texts(await draw('U0CAT'))).toMatch(/running since .*1 of 4 servers · in service: 2 of 2 clusters/);
  expect(texts(await draw('U0CAT'))).not.toContain('Open card');
  const card = { key: `card:${number}`, deployment: number, channel: 'C0SHOP', threadOf: null };
  await app.store.tell(number, 1, [{ ...card, payload: '{}', digest: 'd', broadcast: false }], 1);
  const message = await app.store.message(card.key);
  await app.store.setDelivery(message?.id ?? 0, { state: 'delivered', ts: '17.5', saidDigest: 'd' });
  const { blocks } = await draw('U0CAT');
  expect(blocks).toContainEqual(
    expect.objectContaining({
      accessory: expect.objectContaining({ url: 'https://x.example.com/C0SHOP/17.5' }),
    }),
  );
});

test('a question waits for whoever may answer it, with what happens if nobody does', async () => {
  set(buildEnvironment());
  const number = await request('shop');
  await app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence: null,
    at: app.now(),
    events: [
      {
        type: 'question_asked',
        question: {
          id: '9',
          kind: 'missed-start',
          text: 'The start was missed. Start now?',
          task: null,
          group: null,
          choices: ['start', 'skip'],
          defaultChoice: 'skip',
          deadlineAt: app.now() + hour,
        },
      },
    ],
  });
  const asked = texts(await draw('U0BEN'));
  expect(asked).toMatch(/The start was missed\. Start now\? If nobody answers until .*answer_start/);
  expect(texts(await draw('U0CAT'))).toContain('Nothing waits for you.');
  expect(primaries(await draw('U0BEN'))).toBe(1);
});

test('a held server waits for its owner, without buttons where they may not decide', async () => {
  const servers = ['web-1', 'web-2'].map((name) => buildServer(name, { owner: 'U0CAT' }));
  set(buildEnvironment({ clusters: [buildCluster('north', servers), buildCluster('south', ['web-3'])] }));
  const number = await request('shop');
  await startDeployment(app, number);
  await endAttempt(app, number, { 'web-1': 'error', 'web-2': 'skipped', 'web-3': 'skipped' });
  const at = app.now();
  const held: DeploymentEvent = {
    type: 'service_changed',
    member: 'north',
    servers: ['web-1', 'web-2'],
    inService: 'held',
    reason: 'web-1 failed',
  };
  await app.store.commit({ deployment: number, expectedVersion: null, fence: null, at, events: [held] });
  const cat = texts(await draw('U0CAT'));
  expect(cat).toContain('Waiting for you (1)');
  expect(cat).not.toContain('Put back in service');
  expect(texts(await draw('U0BEN'))).toContain('Nothing waits for you.');
});

test('words of people cannot mention, link or break out', async () => {
  set(buildEnvironment({ approval }));
  const reason = 'see <!channel> <https://evil.example|here> `x` *bold*';
  const requested = await requestDeployment(app, buildRequest({ reason }));
  expect(requested.ok).toBe(true);
  await app.store.lockEnvironment({ environment: 'shop', by: 'U0BEN', reason, since: 1 });
  const all = texts(await draw('U0BEN'));
  expect(all).toContain('see ‹!channel›');
  expect(all).not.toContain('<!channel>');
  expect(all).not.toContain('<https://evil');
});
