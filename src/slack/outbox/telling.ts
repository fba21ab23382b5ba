import type { Outbox } from './outbox.ts';
import { tellWhatHappened, type TellerNeeds } from './teller.ts';

const tickMs = 1_000;

/** What keeps telling. */
export interface Telling {
  /** Tells what is left, and stops. */
  stop(): Promise<void>;
}

/**
 * Keeps telling: soon after every commit, and once a second for what other processes wrote. A short breath after each
 * telling lets what happens together be told together.
 */
export function startTelling(
  needs: TellerNeeds & { breathMs: number },
  outbox: Pick<Outbox, 'wake'>,
): Telling {
  const state = { stopped: false, stopping: false, waiting: false, telling: Promise.resolve() };
  const breath = (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, state.stopping ? 0 : needs.breathMs));
  const tell = (): void => {
    if (state.stopped || state.waiting) return;
    state.waiting = true;
    state.telling = state.telling.then(async () => {
      await breath();
      state.waiting = false;
      await tellWhatHappened(needs).catch((error: unknown) =>
        needs.log.error({ error }, 'could not look for what happened; it is tried again'),
      );
      outbox.wake();
    });
  };
  const timer = setInterval(tell, tickMs);
  const unsubscribe = needs.store.onCommit(tell);
  tell();
  return {
    stop: async () => {
      state.stopping = true;
      clearInterval(timer);
      unsubscribe();
      await state.telling;
      tell();
      await state.telling;
      state.stopped = true;
    },
  };
}
