import type { Outbox } from './outbox.ts';
import { tellWhatHappened, type TellerNeeds } from './teller.ts';

const tickMs = 1_000;

/** Keeps telling: after every commit, and once a second for what other processes wrote. */
export function startTelling(needs: TellerNeeds, outbox: Pick<Outbox, 'wake'>): { stop(): Promise<void> } {
  const state = { stopped: false, waiting: false, telling: Promise.resolve() };
  const tell = (): void => {
    if (state.stopped || state.waiting) return;
    state.waiting = true;
    state.telling = state.telling.then(async () => {
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
      clearInterval(timer);
      unsubscribe();
      await state.telling;
      state.waiting = false;
      tell();
      await state.telling;
      state.stopped = true;
    },
  };
}
