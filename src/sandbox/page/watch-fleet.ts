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

type Watched = Pick<PageParts, 'fleet' | 'load' | 'requestsPerSecond' | 'bot'>;

/** Nobody has looked yet: `latest` knows of no server before the first look. */
export function createFleetWatch(parts: Watched): FleetWatch {
  const listeners = new Set<() => void>();
  const rates = new Map<string, number[]>();
  let statuses: FleetStatus[] = [];
  let looking: Promise<void> | null = null;
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const look = async (): Promise<void> => {
    // What was seen last stays on the page while the balancer does not answer; the next look follows.
    looking ??= parts.fleet
      .status()
      .then(
        (seen) => void (statuses = seen),
        () => undefined,
      )
      .finally(() => (looking = null));
    await looking;
    tell();
  };
  const timer = setInterval(() => {
    if (listeners.size === 0) return;
    const before = statuses;
    void look().then(() => countRates(rates, before, statuses));
  }, betweenLooksMs);
  const off = parts.bot.onChange(tell);
  return {
    look,
    latest: () => snapshotOf(parts, statuses, rates),
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

function snapshotOf(
  { fleet, load, requestsPerSecond, bot }: Watched,
  statuses: FleetStatus[],
  rates: Map<string, number[]>,
): FleetSnapshot {
  return {
    balancer: fleet.balancer,
    servers: statuses.map((status) => ({ ...status, answeredEachSecond: rates.get(status.name) ?? [] })),
    load: { requestsPerSecond, ...totalsOf(load) },
    bot: bot.state(),
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
