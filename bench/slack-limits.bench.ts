import { expect, test } from 'vitest';

import type { DeploymentEvent } from '../src/domain/events/deployment-event.ts';
import { passBy } from '../src/domain/fault-point.ts';
import { planHash } from '../src/domain/plan/plan-hash.ts';
import { type Plan, plannedServers } from '../src/domain/plan/plan.ts';
import { slackPace, startOutbox } from '../src/slack/outbox/outbox.ts';
import { startTelling } from '../src/slack/outbox/telling.ts';
import type { Store } from '../src/store/store.ts';
import { change, create, type Events, requested } from '../test/contract/store-samples.ts';
import { buildCluster, buildEnvironment, buildPlan } from '../test/helpers/build.ts';
import { startSlackApp } from '../test/helpers/slack-app.ts';

/** What is measured: so many deployments of so many servers at once, `atOnce` of each under way. */
const count = Number(process.env['DEPLOYMENTS'] ?? 10);
const servers = Number(process.env['SERVERS'] ?? 100);
const channels = Number(process.env['CHANNELS'] ?? 1);
const atOnce = 10;
const serverSeconds = Number(process.env['SERVER_SECONDS'] ?? 10);

test(`${count} running deployments of ${servers} servers in ${channels} channels, at Slack's limits`, async () => {
  const bot = await startSlackApp({ by: 'socket', rateLimits: true, channels });
  const { store } = bot.app;
  bot.app.clock.now = Date.now();
  const ticking = setInterval(() => (bot.app.clock.now = Date.now()), 50);
  const lags = new Map<string, number[]>();
  const log = { info: () => undefined, warn: () => undefined, error: console.error };
  const outbox = startOutbox({
    store,
    client: bot.connection.outboxClient,
    now: () => performance.now(),
    log,
    reach: passBy,
    pace: slackPace,
    adminChannel: () => null,
    gate: async () => ({ do: 'send' }),
    said: ({ kind, wantedAt }) =>
      lags.set(kind, [...(lags.get(kind) ?? []), (Date.now() - wantedAt) / 1_000]),
  });
  const telling = startTelling(
    { store, now: Date.now, log, nameOf: async () => null, breathMs: slackPace.betweenTellings },
    outbox,
  );
  const startedAt = performance.now();
  const numbers = await Promise.all(
    Array.from({ length: count }, async (_, index) => await begin(store, index)),
  );
  const cards = watchCards(bot.slack, numbers);
  const acks: number[] = [];
  const asking = setInterval(() => void ask(bot.slack, acks), 3_000);
  await Promise.all(numbers.map(async (number) => await play(store, number, cards)));
  const workSeconds = (performance.now() - startedAt) / 1_000;
  clearInterval(asking);
  for (let tries = 0; tries < 6_000 && (await store.gauges()).outbox.length > 0; tries += 1) await sleep(100);
  const seconds = (performance.now() - startedAt) / 1_000;
  cards.stop();
  clearInterval(ticking);
  const calls = bot.slack.calls();
  const byMethod = new Map<string, typeof calls>();
  for (const call of calls) byMethod.set(call.method, [...(byMethod.get(call.method) ?? []), call]);
  const lines = [
    `${count} × ${servers} servers, ${atOnce} at once each, ${serverSeconds} s a server, ${channels} channel(s): work ${workSeconds.toFixed(0)} s, all said after ${seconds.toFixed(0)} s`,
    ...[...byMethod].map(
      ([method, of]) =>
        `${method.padEnd(22)} ${String(of.length).padStart(5)} calls, ${((of.length / seconds) * 60).toFixed(0)}/min, ${of.filter(({ error }) => error === 'ratelimited').length} over the limit`,
    ),
    `event → card shows it   ${sayPercentiles(cards.lags)}`,
    ...[...lags].map(([kind, of]) => `told → ${kind} said`.padEnd(24) + sayPercentiles(of)),
    `/deploy show answered   ${sayPercentiles(acks)}`,
  ];
  console.log(lines.join('\n'));
  await telling.stop();
  await outbox.stop();
  await bot.stop();
  expect(cards.lags.length).toBe(count * servers);
});

const sleep = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));

function planOf(index: number): Plan {
  const names = Array.from({ length: servers }, (_, at) => `srv-${index}-${at}`);
  return buildPlan(buildEnvironment({ name: `fleet-${index}`, clusters: [buildCluster('one', names)] }));
}

async function begin(store: Store, index: number): Promise<number> {
  const plan = planOf(index);
  const hash = planHash(plan);
  const names = plannedServers(plan);
  const events: Events = [
    requested({ planHash: hash }),
    { type: 'queued', behind: null },
    { type: 'attempt_started', attempt: 1, servers: names, fence: 1 },
  ];
  const { name: environment } = plan.environment;
  const channel = `C0FLEET${index % channels}`;
  return await create(store, { environment, plan, planHash: hash, events, channel, at: Date.now() });
}

/** Servers begin and end, `atOnce` at a time; each end is noted for whoever watches the cards. */
async function play(store: Store, number: number, cards: ReturnType<typeof watchCards>): Promise<void> {
  const summary = await store.summary(number);
  const plan = await store.plan(summary?.planHash ?? '');
  const names = plan ? plannedServers(plan) : [];
  const happens = async (...events: [DeploymentEvent, ...DeploymentEvent[]]) =>
    void (await store.commit(change(number, events, { at: Date.now() })));
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < names.length) {
      const server = names[next] ?? '';
      next += 1;
      await happens({ type: 'server_started', server });
      await sleep(serverSeconds * 1_000 * (0.5 + Math.random()));
      await happens({ type: 'server_ended', server, state: 'ok', message: null, to: 'shop@2' });
      cards.ended(number);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  await happens({ type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' });
}

/** Looks ten times a second how many servers each card says are done. */
function watchCards(slack: Awaited<ReturnType<typeof startSlackApp>>['slack'], numbers: number[]) {
  const waiting = new Map(numbers.map((number): [number, number[]] => [number, []]));
  const shown = new Map<number, number>();
  const lags: number[] = [];
  const look = (): void => {
    const texts = Array.from({ length: channels }, (_, index) =>
      slack.channel(`C0FLEET${index}`).messages(),
    ).flat();
    for (const { text } of texts) {
      const [, number = '', done = ''] = /^#(\d+).*?(\d+) of \d+ servers/.exec(text) ?? [];
      const ends = waiting.get(Number(number)) ?? [];
      const before = shown.get(Number(number)) ?? 0;
      for (let at = before; at < Number(done) && at < ends.length; at += 1)
        lags.push((performance.now() - (ends[at] ?? 0)) / 1_000);
      shown.set(Number(number), Math.max(before, Math.min(Number(done), ends.length)));
    }
  };
  const timer = setInterval(look, 100);
  return {
    lags,
    ended: (number: number) => void waiting.get(number)?.push(performance.now()),
    stop: () => {
      look();
      clearInterval(timer);
    },
  };
}

async function ask(slack: Awaited<ReturnType<typeof startSlackApp>>['slack'], acks: number[]): Promise<void> {
  const from = performance.now();
  await slack.person('U0ANA').types('/deploy show 1', { channel: 'C0FLEET0' });
  acks.push((performance.now() - from) / 1_000);
}

function sayPercentiles(values: number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): string =>
    (sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN).toFixed(2);
  return `p50 ${at(0.5)} s, p95 ${at(0.95)} s, max ${at(1)} s (${sorted.length})`;
}
