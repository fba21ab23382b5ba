import type { Random } from './random.ts';

/** A process of the simulated machine: what it awaits continues only while it lives and is not paused. */
export interface Process {
  name: string;
  alive: boolean;
  /** Tells Slack what happened: one of all processes, as long as messages cannot be claimed. */
  speaks: boolean;
  /** Epoch milliseconds; it continues only from here on. */
  pausedUntil: number;
  /** How often it looked around in vain: its periodic looks become rarer, so that idle time costs little. */
  quiet: number;
}

/** One clock and one seeded order over everything asynchronous of a history. */
export interface Kernel {
  now: number;
  /** The process whose code runs now; null for people and the world outside. */
  current: Process | null;
  random: Random;
  /** Continues in a turn of its own, at the earliest after this time. Never for a process that dies before. */
  turn(delayMs?: number, process?: Process | null): Promise<void>;
  /** The same as a callback; answers a way to call it off. */
  later(delayMs: number, process: Process | null, work: () => void): () => void;
  /** Takes turns until the predicate holds, no turn is left, the clock passes `until`, or the turns are used up. */
  run(options: { until: number; turns: number; done: () => boolean }): Promise<void>;
  turnsTaken: number;
}

interface Turn {
  at: number;
  /** Order of their making: ties are broken the same way in each run. */
  order: number;
  process: Process | null;
  work: (() => void) | null;
}

/** A kernel whose clock stands at `now`. */
export function createKernel(now: number, random: Random): Kernel {
  const waiting = createHeap();
  const ready: Turn[] = [];
  let order = 0;
  const add = (turn: Turn): void => {
    if (turn.at <= kernel.now) ready.push(turn);
    else waiting.push(turn);
  };
  const later = (delayMs: number, process: Process | null, work: () => void): Turn => {
    const turn: Turn = { at: kernel.now + Math.max(0, delayMs), order: (order += 1), process, work };
    add(turn);
    return turn;
  };
  /** The next turn that anybody alive may take; the clock moves on where nobody can go on now. */
  const next = (): Turn | null => {
    for (;;) {
      if (ready.length === 0) {
        const first = waiting.peek();
        if (!first) return null;
        kernel.now = Math.max(kernel.now, first.at);
        for (let due = waiting.peek(); due && due.at <= kernel.now; due = waiting.peek())
          ready.push(waiting.pop() ?? due);
      }
      const at = ready.length === 1 ? 0 : random.below(ready.length);
      const [turn] = ready.splice(at, 1);
      if (!turn?.work || turn.process?.alive === false) continue;
      if (!turn.process || turn.process.pausedUntil <= kernel.now) return turn;
      turn.at = turn.process.pausedUntil;
      waiting.push(turn);
    }
  };
  const kernel: Kernel = {
    now,
    current: null,
    random,
    turnsTaken: 0,
    turn: (delayMs = 0, process = kernel.current) =>
      new Promise((resolve) => {
        later(delayMs, process, resolve);
      }),
    later: (delayMs, process, work) => {
      const turn = later(delayMs, process, work);
      return () => {
        turn.work = null;
      };
    },
    run: async ({ until, turns, done }) => {
      const last = kernel.turnsTaken + turns;
      while (kernel.turnsTaken < last && kernel.now <= until && !done()) {
        const turn = next();
        if (!turn) return;
        kernel.turnsTaken += 1;
        kernel.current = turn.process;
        turn.work?.();
        await drained();
        kernel.current = null;
      }
    },
  };
  return kernel;
}

/**
 * Resolves when every promise that can continue has done so: the runtime comes to this only after the last of them.
 * Nothing in a history waits for the machine, so its turns need no loop of the runtime, which would cost more than they do.
 */
async function drained(): Promise<void> {
  await new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

interface Heap {
  push(turn: Turn): void;
  peek(): Turn | undefined;
  pop(): Turn | undefined;
}

function createHeap(): Heap {
  const turns: Turn[] = [];
  const before = (one: Turn | undefined, other: Turn | undefined): boolean =>
    one !== undefined &&
    other !== undefined &&
    (one.at < other.at || (one.at === other.at && one.order < other.order));
  const swap = (one: number, other: number): void => {
    const [first, second] = [turns[one], turns[other]];
    if (first && second) [turns[one], turns[other]] = [second, first];
  };
  const sink = (from: number): void => {
    for (let at = from; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (before(turns[child], turns[least])) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  return {
    push: (turn) => {
      turns.push(turn);
      for (let at = turns.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!before(turns[at], turns[parent])) return;
        swap(at, parent);
        at = parent;
      }
    },
    peek: () => turns[0],
    pop: () => {
      const [first] = turns;
      const last = turns.pop();
      if (turns.length > 0 && last) {
        turns[0] = last;
        sink(0);
      }
      return first;
    },
  };
}
