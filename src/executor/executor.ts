import type { Lease } from '../store/leases.ts';
import { startInspecting } from './inspect-asked.ts';
import type { ExecutorNeeds } from './needs.ts';
import { startRehearsing } from './rehearse-servers.ts';
import { runDeployment } from './run-deployment.ts';
import { createWake, type Wake } from './wake.ts';

/** Takes up deployments whose hour has come, and those whose executor died. */
export interface Executor {
  /** True while the loop runs; for `/healthz`. */
  isAlive(): boolean;
  /** Starts nothing new, leaves what runs on servers to its markers, and returns when every loop has let go. */
  stop(): Promise<void>;
}

const tickMs = 1_000;

/** Starts the loop; it wakes on every commit and once a second. */
export function startExecutor(needs: ExecutorNeeds): Executor {
  const stopping = new AbortController();
  const running = new Map<number, Promise<void>>();
  const wake = createWake();
  const unsubscribe = needs.store.onCommit(() => wake.ring());
  const loop = claimLoop(needs, running, wake, stopping.signal);
  const inspecting = needs.asked && startInspecting({ ...needs, ...needs.asked });
  const rehearsing = needs.rehearsed && startRehearsing({ ...needs, ...needs.rehearsed });
  return {
    isAlive: () => !stopping.signal.aborted,
    stop: async () => {
      stopping.abort();
      unsubscribe();
      wake.ring();
      await Promise.all([inspecting?.stop(), rehearsing?.stop()]);
      await loop;
      await Promise.all(running.values());
    },
  };
}

async function claimLoop(
  needs: ExecutorNeeds,
  running: Map<number, Promise<void>>,
  wake: Wake,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await claimAll(needs, running, wake, signal);
    } catch (error) {
      needs.log.error({ error }, 'could not look for deployments to run; trying again');
    }
    await wake.wait(tickMs);
  }
}

async function claimAll(
  needs: ExecutorNeeds,
  running: Map<number, Promise<void>>,
  wake: Wake,
  signal: AbortSignal,
): Promise<void> {
  const [staleBefore, staleAfter] = [needs.now() - needs.leaseMs, needs.now() + needs.leaseMs];
  for (const { number } of await needs.store.claimable(staleBefore, staleAfter)) {
    if (running.has(number) || signal.aborted) continue;
    const lease = await needs.store.claim({
      deployment: number,
      holder: needs.holder,
      at: needs.now(),
      staleBefore,
      staleAfter,
    });
    if (!lease) continue;
    const work = runLeased(needs, lease, signal).finally(() => {
      running.delete(number);
      wake.ring();
    });
    running.set(number, work);
  }
}

/** Runs one deployment while its lease is kept alive; a lost lease ends the loop at once, not the remote work. */
async function runLeased(needs: ExecutorNeeds, lease: Lease, signal: AbortSignal): Promise<void> {
  const letGo = new AbortController();
  const both = AbortSignal.any([signal, letGo.signal]);
  const beat = setInterval(() => {
    needs.store
      .heartbeat(lease.environment, lease.fence, needs.now())
      .then((held) => (held ? undefined : letGo.abort()))
      .catch((error: unknown) =>
        needs.log.warn({ error, deployment: lease.deployment }, 'heartbeat was not written'),
      );
  }, needs.leaseMs / 3);
  try {
    await runDeployment(needs, lease, both);
  } catch (error) {
    needs.log.error(
      { error, deployment: lease.deployment },
      'the run stopped on an unexpected error; it is taken up again',
    );
    await needs.sleep(tickMs, signal);
  } finally {
    clearInterval(beat);
  }
}
