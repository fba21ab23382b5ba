import type { FleetStatus } from '../fleet/read-status.ts';
import type { PageParts } from './page-parts.ts';
import type { FleetSnapshot } from './snapshot.ts';

/** Looks at the fleet once a second while somebody watches. */
export interface FleetWatch {
  latest(): FleetSnapshot;
  /** Looks now. */
  look(): Promise<void>;
  /** Calls the listener after each look until the answer is called. */
  watch(listener: () => void): () => void;
  stop(): void;
}

const betweenLooksMs = 1_000;
const keptSeconds = 40;

/** Nobody has looked yet: `latest` knows the servers' names, and no more. */
export function createFleetWatch(parts: Pick<PageParts, 'fleet' | 'load' | 'requestsPerSecond' | 'bot'>): FleetWatch {
  const { fleet, load, requestsPerSecond, bot } = parts;
  const listeners = new Set<() => void>();
  const rates = new Map<string, number[]>();
  let statuses: FleetStatus[] = [];
  let looking: Promise<void> | null = null;
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const lookOnce = async (): Promise<void> => {
    try {
      statuses = await fleet.status();
    } catch {
      // The balancer does not answer just now: what was seen last stays on the page, and the next look follows.
    }
    tell();
  };
  const look = async (): Promise<void> => {
    looking ??= lookOnce().finally(() => (looking = null));
    await looking;
  };
  const timer = setInterval(() => {
    if (listeners.size === 0) return;
    const before = statuses;
    void look().then(() => countRates(rates, before, statuses));
  }, betweenLooksMs);
  const off = bot.onChange(tell);
  return {
    look,
    latest: () => ({
      balancer: fleet.balancer,
      servers: statuses.map((status) => ({
        ...status,
        answeredEachSecond: rates.get(status.name) ?? [],
      })),
      load: { requestsPerSecond, ...totalsOf(load) },
      bot: bot.state(),
    }),
    watch: (listener) => {
      listeners.add(listener);
      void look();
      return () => listeners.delete(listener);
    },
    stop: () => {
      clearInterval(timer);
      off();
    },
  };
}

function totalsOf(load: PageParts['load']): Omit<FleetSnapshot['load'], 'requestsPerSecond'> {
  const { sent, failed, byRevision } = load.counts();
  return { sent, failed, byRevision };
}

function countRates(rates: Map<string, number[]>, before: FleetStatus[], now: FleetStatus[]): void {
  for (const { name, answered } of now) {
    const earlier = before.find((status) => status.name === name);
    if (!earlier) continue;
    const kept = [...(rates.get(name) ?? []), Math.max(0, answered - earlier.answered)];
    rates.set(name, kept.slice(-keptSeconds));
  }
}
