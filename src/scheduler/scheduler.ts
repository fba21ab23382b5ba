import { scheduleJob } from 'node-schedule';
import type { Logger } from 'pino';

import type { Due } from '../store/due.ts';
import type { Store } from '../store/store.ts';

/** What the scheduler is built with; it knows no kind of due thing. */
export interface SchedulerNeeds {
  store: Store;
  now: () => number;
  handle: (due: Due) => Promise<void>;
  log: Pick<Logger, 'error'>;
}

/** The one clock over everything that becomes due. */
export interface Scheduler {
  /** When the last tick ended, epoch milliseconds; for `/healthz`. */
  lastTickAt(): number;
  stop(): Promise<void>;
}

const tickMs = 1_000;
const batchSize = 100;

/**
 * Ticks every second over the rows that are due: the rows decide, so that jumps of the clock, restarts and double
 * ticks do no harm. The alarm of node-schedule only wakes the tick early, at the very millisecond.
 */
export function startScheduler(needs: SchedulerNeeds): Scheduler {
  const state = { lastTickAt: needs.now(), ticking: Promise.resolve(), stopped: false };
  const alarm = createAlarm(() => tick());
  const tick = (): void => {
    if (state.stopped) return;
    state.ticking = state.ticking
      .then(async () => await runTick(needs, alarm))
      .then(() => {
        state.lastTickAt = needs.now();
      });
  };
  const timer = setInterval(tick, tickMs);
  const unsubscribe = needs.store.onCommit(tick);
  tick();
  return {
    lastTickAt: () => state.lastTickAt,
    stop: async () => {
      state.stopped = true;
      clearInterval(timer);
      unsubscribe();
      alarm.cancel();
      await state.ticking;
    },
  };
}

async function runTick(needs: SchedulerNeeds, alarm: Alarm): Promise<void> {
  try {
    await handleWhatIsDue(needs);
    alarm.set(await needs.store.nextDueAfter(needs.now()));
  } catch (error) {
    needs.log.error({ error }, 'a tick failed; the next one comes in a second');
  }
}

/** One look at the rows: handles each that is due now, in order. */
export async function handleWhatIsDue(needs: SchedulerNeeds): Promise<void> {
  for (const due of await needs.store.dueBefore(needs.now(), batchSize)) await handle(needs, due);
}

/** A row that was handled is gone, also when there was nothing to do; one whose handler failed stays and is tried again. */
async function handle(needs: SchedulerNeeds, due: Due): Promise<void> {
  try {
    await needs.handle(due);
    await needs.store.removeDue(due);
  } catch (error) {
    needs.log.error(
      { error, deployment: due.deployment, kind: due.kind },
      'what was due failed; it is tried again',
    );
  }
}

interface Alarm {
  set(at: number | null): void;
  cancel(): void;
}

/** Arms one job for the next row, at most a day ahead; an early, late or double ring only causes a tick. */
function createAlarm(ring: () => void): Alarm {
  let job: ReturnType<typeof scheduleJob> | null = null;
  let armedFor: number | null = null;
  const cancel = (): void => {
    job?.cancel();
    job = null;
    armedFor = null;
  };
  return {
    set: (at) => {
      if (at === armedFor) return;
      cancel();
      if (at === null) return;
      armedFor = at;
      job = scheduleJob(`due-${at}`, new Date(at), ring);
    },
    cancel,
  };
}
