import { WebClient } from '@slack/web-api';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { tellBrokenGlass } from '../../src/slack/outbox/glass-note.ts';
import { type Outbox, type Pace, slackPace, startOutbox } from '../../src/slack/outbox/outbox.ts';
import { startTelling, type Telling } from '../../src/slack/outbox/telling.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { change, create, type Events, requested } from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan } from './build.ts';

/** The part of the bot that speaks, on a database file, in front of the stand-in. */
export interface SpeakingBot {
  slack: LocalSlack;
  store(): Store;
  outbox(): Outbox;
  log(): { level: string; words: string; [key: string]: unknown }[];
  /** A deployment that is told of in this channel; it waits for approval. */
  request(channel: string): Promise<number>;
  /** Writes events into its log. */
  happens(deployment: number, ...events: Events): Promise<void>;
  /** The cards of a deployment that stand in its channel now, oldest first. */
  cards(deployment: number): ShownMessage[];
  /** What each message of its thread is about, under whichever card, in the order in which they stand. */
  said(deployment: number): string[];
  /** Waits until every card shows these words, and nothing waits to be sent any more. */
  settles(deployment: number, words: string): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Every direct message goes out at once. */
export const sendAll = async () => ({ do: 'send' }) as const;
/** Slack takes everything that is wanted, as if the outbox had sent it. */
export async function takeAll(store: Store): Promise<void> {
  const wanted = async () => await store.undelivered(Number.MAX_SAFE_INTEGER, 100);
  for (let messages = await wanted(); messages.length > 0; messages = await wanted())
    for (const { id, digest } of messages)
      await store.setDelivery(id, { state: 'delivered', ts: `1.${id}`, saidDigest: digest });
}
/** Nobody has a name. */
export const nameless = async () => null;

/** As fast as tests want it; where a person must mend something, every 300 ms. */
export const testPace: Pace = {
  ...slackPace,
  betweenPosts: 0,
  betweenEdits: 0,
  betweenEditsOfOneCard: 0,
  betweenTellings: 0,
  betweenLooks: 25,
  firstRetry: 20,
  longestRetry: 100,
  betweenTriesOfRefused: 300,
  betweenTriesOfDead: 300,
};

const plan = buildPlan(buildEnvironment());
const hash = planHash(plan);

/** Starts it over a database file; `adminChannel` is where administrators are told. */
export async function startSpeakingBot(options: {
  file: string;
  adminChannel?: string;
  scopes?: string[];
  timeoutMs?: number;
}): Promise<SpeakingBot> {
  const slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [
      { id: 'C0SHOP', name: 'shop' },
      { id: 'C0BANK', name: 'bank', isPrivate: true },
      { id: 'C0ADMIN', name: 'admin' },
    ],
    ...(options.scopes && { scopes: options.scopes }),
  });
  const lines: { level: string; words: string }[] = [];
  const write =
    (level: string) =>
    (about: object | string, words = '') =>
      void lines.push(typeof about === 'string' ? { level, words: about } : { level, words, ...about });
  const log = { info: write('info'), warn: write('warn'), error: write('error') };
  let running: { store: Store; outbox: Outbox; telling: Telling } | null = null;
  const present = () => {
    if (!running) throw new Error('the bot does not run');
    return running;
  };
  const start = async (): Promise<void> => {
    const store = await openSqliteStore({ file: options.file, migrationsFolder: 'migrations' });
    const client = new WebClient('xoxb-1', {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: options.timeoutMs ?? 400,
    });
    const needs = { store, now: Date.now, log, reach: passBy };
    const adminChannel = () => options.adminChannel ?? null;
    const outbox = startOutbox({ ...needs, client, pace: testPace, adminChannel, gate: sendAll });
    const telling = startTelling(
      { ...needs, nameOf: nameless, companions: [tellBrokenGlass(adminChannel)], breathMs: 0 },
      outbox,
    );
    running = { store, outbox, telling };
  };
  const stop = async (): Promise<void> => {
    const { store, outbox, telling } = present();
    running = null;
    await telling.stop();
    await outbox.stop();
    await store.close();
  };
  const channelOf = async (deployment: number) => (await present().store.summary(deployment))?.channel ?? '';
  const channels = new Map<number, string>();
  const cards = (deployment: number): ShownMessage[] =>
    slack
      .channel(channels.get(deployment) ?? '')
      .messages()
      .filter(({ metadata }) => keyOf(metadata) === `card:${deployment}`);
  const said = (deployment: number): string[] =>
    cards(deployment).flatMap(({ thread }) => thread.map(({ metadata }) => keyOf(metadata)));
  await start();
  return {
    slack,
    store: () => present().store,
    outbox: () => present().outbox,
    log: () => lines,
    request: async (channel) => {
      const events: Events = [requested({ planHash: hash })];
      const number = await create(present().store, {
        environment: 'shop',
        plan,
        planHash: hash,
        events,
        channel,
      });
      channels.set(number, await channelOf(number));
      // Only a later commit calls the teller: a request is found by its tick.
      present().outbox.wake();
      return number;
    },
    happens: async (deployment, ...events) => {
      const outcome = await present().store.commit(change(deployment, events));
      if (!outcome.ok) throw new Error(outcome.why);
    },
    cards,
    said,
    settles: async (deployment, words) => {
      await slack.until(() => cards(deployment).at(-1)?.text.includes(words), 5_000);
      const { store } = present();
      for (let tries = 0; tries < 300; tries += 1) {
        const channel = channels.get(deployment);
        const left = (await store.undeliveredByChannel()).filter((found) => found.channel === channel);
        const untold = (await store.untold(200)).filter((row) => row.deployment === deployment);
        if (left.length === 0 && untold.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`not everything of #${deployment} is told`);
    },
    stop,
    start,
    close: async () => {
      if (running) await stop();
      await slack.close();
    },
  };
}

function keyOf(metadata: ShownMessage['metadata']): string {
  const payload = Object(metadata?.['event_payload']) as Record<string, unknown>;
  return String(payload['key']);
}

/** What happens to a deployment from its approval to its end, an event at a time. */
export const wholeRun: Events = [
  { type: 'approved', by: 'U0BEN', roles: ['promotion_admin'], planHash: hash },
  { type: 'queued', behind: null },
  { type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2', 'web-3', 'web-4'], fence: 1 },
  ...['web-1', 'web-2', 'web-3', 'web-4'].flatMap((server): DeploymentEvent[] => [
    { type: 'server_started', server },
    { type: 'server_ended', server, state: 'ok', message: null, to: 'shop@2' },
  ]),
  { type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' },
];
