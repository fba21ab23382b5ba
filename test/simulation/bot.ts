import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import type { AppNeeds } from '../../src/app/needs.ts';
import { createBalancer } from '../../src/balancer/balancer.ts';
import { startExecutor } from '../../src/executor/executor.ts';
import { createShares } from '../../src/executor/shares.ts';
import { handleWhatIsDue } from '../../src/scheduler/scheduler.ts';
import { answerEverything } from '../../src/slack/connection/answer-everything.ts';
import { deliver } from '../../src/slack/outbox/deliver.ts';
import { createHolds } from '../../src/slack/outbox/holds.ts';
import { slackPace } from '../../src/slack/outbox/outbox.ts';
import { createRefusedBlocks } from '../../src/slack/outbox/refused-blocks.ts';
import { startTelling } from '../../src/slack/outbox/telling.ts';
import { createTroubles } from '../../src/slack/outbox/trouble.ts';
import { settleUnwritten } from '../../src/slack/outbox/unwritten.ts';
import type { Store } from '../../src/store/store.ts';
import { createCommandSystem } from '../../src/systems/command/command-system.ts';
import type { World } from '../../src/world/world.ts';
import { hear } from './ears.ts';
import type { Faults } from './faults.ts';
import type { Kernel, Process } from './kernel.ts';
import type { SlackModel } from './slack-model.ts';
import { stretched } from './timers.ts';

/** What a simulated bot is built from: the product's own parts over models of time, servers and Slack. */
export interface BotParts {
  kernel: Kernel;
  process: Process;
  store: Store;
  /** The same store, whose changes are put down to an envelope. */
  storeOf: (envelope: string) => Store;
  world: World;
  slack: SlackModel;
  faults: Faults;
  app: AppNeeds;
  leaseMs: number;
  log: Record<'info' | 'warn' | 'error', (...said: unknown[]) => void>;
}

/** A request as Slack brings it: what it is, and how it is acknowledged. */
export interface Delivery {
  body: Record<string, unknown>;
  ack: (response?: unknown) => Promise<void>;
  /** Told what the person was answered beside the acknowledgement. */
  respond: (text: string) => void;
}

/** A running bot's ears. */
export interface RunningBot {
  process: Process;
  hear: (delivery: Delivery) => Promise<void>;
}

const tickMs = 1_000;

/** Wires a bot as `cli/bot.ts` does, and starts it. Must be called in a turn of its process. */
export function startBot(parts: BotParts): RunningBot {
  const { kernel, process, store, storeOf, slack, faults, app, log } = parts;
  const now = (): number => kernel.now;
  const reach = async (point: Parameters<Faults['point']>[0]): Promise<void> =>
    await faults.point(point, process);
  startExecutorOf(parts, reach);
  const handlers = dueHandlers(app);
  const scheduler = {
    store,
    now,
    log,
    handle: async (due: Parameters<(typeof handlers)['start']>[0]) => await handlers[due.kind](due),
  };
  store.onCommit(every(parts, async () => await handleWhatIsDue(scheduler)));
  const holds = createHolds();
  const adminChannel = (): null => null;
  const troubles = createTroubles({ store, now, log, holds, adminChannel });
  const seldom = (_key: string, write: () => void): void => write();
  const send = {
    store,
    client: slack.client,
    now,
    log,
    reach,
    seldom,
    holds,
    troubles,
    refusedBlocks: createRefusedBlocks({ store, client: slack.client, now }),
    pace: slackPace,
    gate: async () => ({ do: 'send' }) as const,
  };
  const unwritten = new Set<string>();
  if (process.speaks) {
    const wake = every(parts, async () => {
      await settleUnwritten(store, unwritten);
      for (const message of await store.undelivered(now(), 20))
        await deliver(send, message).catch(() => void unwritten.add(message.key));
    });
    startTelling({ store, now, log, nameOf: async () => null, breathMs: 400 }, { wake });
  }
  const heard = answerEverything(hear({ app, log, storeOf }), {
    now,
    log,
    seldom,
    reach,
  });
  return {
    process,
    hear: async ({ body, ack, respond }) => {
      const event = { body: { ...body, respond }, ack };
      await heard.app.processEvent(event);
    },
  };
}

function startExecutorOf(
  { kernel, process, store, world, app, leaseMs, log }: BotParts,
  reach: (point: Parameters<Faults['point']>[0]) => Promise<void>,
): void {
  const now = (): number => kernel.now;
  const readSecret = (): string => 'no secret';
  const balancer = createBalancer({
    openLocalSession: world.openLocalSession,
    readSecret,
    directory: '/',
    variables: {},
  });
  startExecutor({
    store,
    log,
    leaseMs,
    now,
    reach,
    holder: process.name,
    shares: createShares(),
    system: createCommandSystem({
      drivers: { ssh: world.driver, local: world.driver },
      readSecret,
      findRevisionChange: async () => null,
      maxOutputBytes: () => 1_000,
    }),
    balancer: { ...balancer, status: async (_plan, member) => world.statusOf(member) },
    admitIfQueued: async (lease) => await admitDeployment(app, lease),
    sleep: sleeper(kernel, process),
  });
}

/** Sleeps in the history's time; polls become rarer while nothing happens. */
function sleeper(kernel: Kernel, process: Process) {
  return async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    process.quiet += 1;
    await sleepIn(kernel, process, stretched(process, milliseconds), signal);
  };
}

/** Resolves in a turn of the process after this time, or as soon as the signal aborts. */
export async function sleepIn(
  kernel: Kernel,
  process: Process | null,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const wakeUp = (): void => {
      cancel();
      signal.removeEventListener('abort', aborted);
      resolve();
    };
    const aborted = (): void => void kernel.later(0, process, wakeUp);
    const cancel = kernel.later(milliseconds, process, wakeUp);
    signal.addEventListener('abort', aborted, { once: true });
  });
}

/** Does the work now, every second and whenever it is woken, never twice at the same time. */
function every({ log }: BotParts, work: () => Promise<void>): () => void {
  const state = { wanted: false, working: false };
  const wake = (): void => {
    state.wanted = true;
    if (!state.working) void loop();
  };
  const loop = async (): Promise<void> => {
    state.working = true;
    while (state.wanted) {
      state.wanted = false;
      await work().catch((error: unknown) => log.error({ error }, 'it is tried again'));
    }
    state.working = false;
  };
  setInterval(wake, tickMs);
  wake();
  return wake;
}
