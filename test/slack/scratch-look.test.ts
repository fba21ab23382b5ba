import { WebClient } from '@slack/web-api';
import { test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/make-plan.ts';
import { startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { startOutbox } from '../../src/slack/outbox/outbox.ts';
import { startTelling } from '../../src/slack/outbox/telling.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { change, create, requested } from '../contract/store-samples.ts';
import { startBlockPage } from '../helpers/block-page.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { startBrowser } from '../helpers/sandbox.ts';
import { testPace } from '../helpers/speaking-bot.ts';

const names = (count: number) =>
  Array.from({ length: count }, (_, i) => `ndx-${String(i + 1).padStart(2, '0')}`);
const longNames = (count: number) =>
  Array.from({ length: count }, (_, i) => `ibex-instrument-collector-madrid-north-rack-${i + 1}-production`);

function planOf(servers: string[]) {
  const approval = { role: 'promotion_admin', count: 1, selfApproval: false, expireMinutes: null };
  const more = { name: 'ndx-production', scripts: buildEnvironment().scripts };
  if (servers.length === 1) return buildPlan(buildSingleCluster(servers, { ...more, paradigm: 'simple' }));
  const half = Math.ceil(servers.length / 2);
  void approval;
  return buildPlan(
    buildEnvironment({
      ...more,
      clusterStrategy: 'half-by-half',
      clusters: [buildCluster('north', servers.slice(0, half)), buildCluster('south', servers.slice(half))],
    }),
  );
}

const begin = (servers: string[], hash: string): DeploymentEvent[] => [
  { type: 'approved', by: 'U0BEN', roles: ['promotion_admin'], planHash: hash },
  { type: 'queued', behind: null },
  { type: 'attempt_started', attempt: 1, servers, fence: 1 },
  {
    type: 'group_checked',
    group: 0,
    problems: [],
    refused: null,
    from: Object.fromEntries(servers.map((n) => [n, 'shop@1'])),
  } as never,
];
const ok = (server: string): DeploymentEvent[] => [
  { type: 'server_started', server },
  { type: 'server_ended', server, state: 'ok', message: null, to: 'shop@2' },
];

test('look', { timeout: 280_000 }, async () => {
  const slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [
      { id: 'U0ANA', name: 'ana' },
      { id: 'U0BEN', name: 'ben' },
    ],
    channels: [{ id: 'C0SHOP', name: 'shop' }],
  });
  const store = await openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations' });
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl });
  const log = { info: () => 0, warn: console.log, error: console.log } as never;
  const outbox = startOutbox({
    store,
    client,
    now: Date.now,
    log,
    reach: passBy,
    pace: testPace,
    adminChannel: () => null,
  });
  const telling = startTelling({ store, now: Date.now, log, breathMs: 0 }, outbox);
  const page = await startBlockPage(slack);
  const browser = await startBrowser();

  async function deploy(
    servers: string[],
    tail: (plan: ReturnType<typeof planOf>, hash: string) => DeploymentEvent[][],
  ) {
    const plan = planOf(servers);
    const hash = planHash(plan);
    const number = await create(store, {
      environment: plan.environment.name,
      plan,
      planHash: hash,
      channel: 'C0SHOP',
      events: [
        requested({
          planHash: hash,
          reason: 'The new front page, before the sale begins.',
          warnings: [{ rule: 'D-31', message: 'web-3 is switched off and is left alone' }],
        }),
      ],
    } as never);
    for (const batch of tail(plan, hash)) {
      await store.commit(change(number, batch as never));
      await new Promise((r) => setTimeout(r, 700));
    }
    return number;
  }
  const fail = (plan: ReturnType<typeof planOf>, server: string): DeploymentEvent[] => {
    const task = plan.tasks.find((t) => t.server === server && t.step === 'install')!.id;
    return [
      { type: 'server_started', server },
      { type: 'task_intended', task, run: 1, fence: 1 },
      {
        type: 'task_ended',
        task,
        run: 1,
        state: 'error',
        exitCode: 1,
        message: 'step install ended with exit code 1',
        lastLines: Array.from({ length: 20 }, (_, i) => `line ${i + 81} of installer`),
        readBack: null,
        durationMs: 5,
      },
      {
        type: 'server_ended',
        server,
        state: 'error',
        message: 'step install ended with exit code 1',
        to: null,
      },
      {
        type: 'service_changed',
        member: server <= 'ndx-03' ? 'north' : 'south',
        inService: 'held',
        reason: `${server} failed`,
      } as never,
    ];
  };
  const shots: [string, number][] = [];
  shots.push(['1-awaiting', await deploy(['web-1'], () => [])]);
  shots.push(['6-awaiting', await deploy(names(6), () => [])]);
  shots.push(['30-awaiting', await deploy(names(30), () => [])]);
  shots.push(['100-awaiting', await deploy(names(100), () => [])]);
  shots.push(['6-long-awaiting', await deploy(longNames(6), () => [])]);
  shots.push([
    '6-ok',
    await deploy(names(6), (_, h) => [
      begin(names(6), h),
      names(6).flatMap(ok),
      [{ type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' }],
    ]),
  ]);
  shots.push([
    '6-partial',
    await deploy(names(6), (p, h) => [
      begin(names(6), h),
      names(2).flatMap(ok),
      fail(p, 'ndx-03'),
      [{ type: 'attempt_ended', attempt: 1, state: 'partial', endedBy: 'onServerFailure: stop' }],
    ]),
  ]);
  shots.push([
    '30-running',
    await deploy(names(30), (p, h) => [
      begin(names(30), h),
      names(11).flatMap(ok),
      fail(p, 'ndx-12'),
      [
        { type: 'server_started', server: 'ndx-13' },
        { type: 'server_started', server: 'ndx-14' },
      ],
    ]),
  ]);
  shots.push([
    '30-question',
    await deploy(names(30), (_, h) => [
      begin(names(30), h),
      names(11).flatMap(ok),
      [
        { type: 'server_started', server: 'ndx-12' },
        {
          type: 'question_asked',
          question: {
            id: 'q',
            kind: 'failed-step',
            text: 'ndx-12: step install failed: exit code 1.',
            task: null,
            group: null,
            choices: ['retry', 'skip', 'stop'],
            defaultChoice: 'stop',
            deadlineAt: Date.now() + 1_800_000,
          },
        },
      ],
    ]),
  ]);
  shots.push([
    '100-partial',
    await deploy(names(100), (p, h) => [
      begin(names(100), h),
      names(40).flatMap(ok),
      fail(p, 'ndx-41'),
      [{ type: 'attempt_ended', attempt: 1, state: 'partial', endedBy: 'onServerFailure: stop' }],
    ]),
  ]);
  shots.push([
    '1-error',
    await deploy(['web-1'], (p, h) => [
      begin(['web-1'], h),
      fail(p, 'web-1').slice(0, 4),
      [{ type: 'attempt_ended', attempt: 1, state: 'error', endedBy: 'onServerFailure: stop' }],
    ]),
  ]);
  await new Promise((r) => setTimeout(r, 3_000));
  for (const [width, label] of [
    [390, 'narrow'],
    [1280, 'wide'],
  ] as const) {
    const tab = await browser.newPage({ viewport: { width, height: 3000 } });
    await tab.goto(page.url);
    await tab.waitForTimeout(1_500);
    for (const [name, number] of shots) {
      const heading = tab.getByText(new RegExp(`^#${number} `)).first();
      const card = tab.locator('article, [role=article], li, .message').filter({ has: heading }).last();
      await card.scrollIntoViewIfNeeded();
      await card.screenshot({ path: `/tmp/look/C/${name}-${label}-card.png` });
      await card.getByRole('button', { name: /repl/ }).first().click();
      const thread = tab.getByRole('log', { name: 'Messages of the thread' });
      await thread.waitFor();
      await tab.waitForTimeout(300);
      await thread.screenshot({ path: `/tmp/look/C/${name}-${label}-thread.png` });
      await tab.goto(page.url);
      await tab.waitForTimeout(700);
    }
    await tab.close();
  }
  await browser.close();
  await page.close();
  await telling.stop();
  await outbox.stop();
  await slack.close();
});
