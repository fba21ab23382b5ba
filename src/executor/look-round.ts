import type { Logger } from 'pino';

import type { Plan } from '../domain/plan/plan.ts';
import type { Store } from '../store/store.ts';
import type { System } from '../systems/system.ts';
import { createWake } from './wake.ts';

/** Looks at servers that go on, by environment and server. */
export type UnderWay = Map<string, { environment: string; done: Promise<void> }>;

/** A loop that looks at servers outside any attempt. */
export interface LookRound {
  /** Begins nothing more, gives up what goes on, and waits until it has let go. */
  stop(): Promise<void>;
}

/** What such a loop is built with. */
interface LookRoundNeeds {
  store: Pick<Store, 'onCommit'>;
  underWay: UnderWay;
  /** Begins as many looks as may go on; `ring` is called when one has ended. */
  begin: (signal: AbortSignal, ring: () => void) => Promise<void>;
  /** Is told why it could not begin; it is tried again. */
  failed: (error: unknown) => void;
}

const tickMs = 1_000;

/** Begins whatever there is to look at, after each commit and once a second, until it is stopped. */
export function startLookRound({ store, underWay, begin, failed }: LookRoundNeeds): LookRound {
  const stopping = new AbortController();
  const wake = createWake();
  const unsubscribe = store.onCommit(() => wake.ring());
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await begin(stopping.signal, () => wake.ring()).catch(failed);
      await wake.wait(tickMs);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      unsubscribe();
      wake.ring();
      await loop;
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

/** Ways to servers are kept while more of the same environment are looked at. */
export async function letGo(
  { system, log }: { system: Pick<System, 'release'>; log: Pick<Logger, 'error'> },
  underWay: UnderWay,
  plan: Plan,
): Promise<void> {
  if ([...underWay.values()].some(({ environment }) => environment === plan.environment.name)) return;
  await system.release(plan).catch((error: unknown) => log.error({ error }, 'a way to a server stays open'));
}
