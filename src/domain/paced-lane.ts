/** How fast work may begin. */
export interface LanePace {
  /** How much of it may be under way at once. */
  atOnce: number;
  /** Least time from one beginning to the next, in milliseconds. */
  betweenMs: number;
  /** Milliseconds that go on evenly, whatever the clock of the machine is set to. */
  elapsed: () => number;
  /** Ends after so many milliseconds, or as soon as the signal comes. */
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Begins work in order and no faster than its pace. */
export interface PacedLane {
  schedule<T>(work: () => Promise<T>): Promise<T>;
  /** Nothing waits any more: what is left begins at once and sees for itself that all is over. */
  stop(): void;
}

/**
 * A lane of our own instead of bottleneck's limiter: that one asks the time of day before each beginning, so that after a
 * clock was set back by six hours no server was reached and nothing was said for six hours.
 */
export function createPacedLane({ atOnce, betweenMs, elapsed, pause }: LanePace): PacedLane {
  const stopping = new AbortController();
  let [turn, nextAt, underWay] = [Promise.resolve(), -Infinity, 0];
  let roomMade = (): void => undefined;
  const mayBegin = async (): Promise<void> => {
    const { signal } = stopping;
    if (underWay >= atOnce && !signal.aborted) await new Promise<void>((resolve) => (roomMade = resolve));
    const waitMs = nextAt - elapsed();
    if (waitMs > 0 && !signal.aborted) await pause(waitMs, signal);
    nextAt = elapsed() + betweenMs;
    underWay += 1;
  };
  return {
    schedule: async (work) => {
      turn = turn.then(mayBegin);
      await turn;
      try {
        return await work();
      } finally {
        underWay -= 1;
        roomMade();
      }
    },
    stop: () => {
      stopping.abort();
      roomMade();
    },
  };
}
