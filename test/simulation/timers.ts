import type { Kernel, Process } from './kernel.ts';

/** Periodic looks of up to this length become rarer while nothing happens. */
const periodicMs = 1_000;
const rarestMs = 20_000;

/** How long a periodic look waits in a process in which little happens. */
export function stretched({ quiet }: Process, milliseconds: number): number {
  if (milliseconds > periodicMs) return milliseconds;
  return Math.min(rarestMs, milliseconds * 2 ** Math.min(Math.floor(quiet / 6), 10));
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};

let handle = 0;
const cancels = new Map<number, () => void>();

/**
 * Puts the clock of a history in the place of the runtime's timers, for code that runs in one of its processes; whatever
 * runs outside keeps the real ones. Answers how to put them back.
 */
export function installTimers(kernel: Kernel): () => void {
  const set = (work: () => void, milliseconds: number, repeat: boolean): number => {
    const process = kernel.current;
    const id = (handle += 1);
    const arm = (): void => {
      const wait = process ? stretched(process, milliseconds) : milliseconds;
      const ring = (): void => {
        if (repeat) arm();
        else cancels.delete(id);
        if (process && milliseconds <= periodicMs) process.quiet += 1;
        work();
      };
      cancels.set(id, kernel.later(wait, process, ring));
    };
    arm();
    return id;
  };
  const clear = (id: unknown): boolean => {
    if (typeof id !== 'number') return false;
    cancels.get(id)?.();
    return cancels.delete(id) || true;
  };
  Object.assign(globalThis, {
    setTimeout: (work: () => void, milliseconds = 0) =>
      kernel.current ? set(work, milliseconds, false) : real.setTimeout(work, milliseconds),
    setInterval: (work: () => void, milliseconds = 0) =>
      kernel.current ? set(work, milliseconds, true) : real.setInterval(work, milliseconds),
    clearTimeout: (id: never) => clear(id) || real.clearTimeout(id),
    clearInterval: (id: never) => clear(id) || real.clearInterval(id),
  });
  return () => {
    cancels.clear();
    Object.assign(globalThis, real);
  };
}
