import type { FaultPoint } from '../../src/domain/fault-point.ts';
import type { Kernel, Process } from './kernel.ts';
import type { Fault } from './scenario.ts';
import type { CallFault } from './slack-model.ts';
import { add, type Tally } from './tally.ts';

/** Brings about what goes wrong, at the counted moment; nothing once they are over. */
export interface Faults {
  over: boolean;
  /** Told of every fault point that a process reaches. */
  point(point: FaultPoint, process: Process | null): Promise<void>;
  /** What becomes of this write. */
  write(): 'done' | 'lost-done' | 'lost-undone';
  call(machine: string, phase: 'to' | 'back'): { fails: boolean; forMs: number };
  step(): 'fails' | 'dies' | 'hangs' | null;
  slack(): CallFault;
}

interface FaultNeeds {
  kernel: Kernel;
  tally: Tally;
  kill: (process: Process, forMs: number, where: string) => void;
}

/** The faults of a scenario. `kill` ends a process; it starts again after the given time. */
export function createFaults(faults: Fault[], { kernel, tally, kill }: FaultNeeds): Faults {
  const of = <D extends Fault['do']>(...kinds: D[]): Extract<Fault, { do: D }>[] =>
    faults.filter((fault): fault is Extract<Fault, { do: D }> => kinds.some((kind) => kind === fault.do));
  const count = createCount();
  const startedAt = kernel.now;
  const meet = <F extends { nth: number }>(what: string, among: F[], say: (fault: F) => string): F | null => {
    const nth = count(what);
    const met = state.over ? undefined : among.find((fault) => fault.nth === nth);
    if (met) add(tally, say(met));
    return met ?? null;
  };
  const meetOutage = (machine: string): boolean => {
    const since = kernel.now - startedAt;
    const met =
      !state.over &&
      of('outage').some(
        ({ server, at, forMs }) => machine === `web-${server + 1}` && since >= at && since < at + forMs,
      );
    if (met) add(tally, 'outage met');
    return met;
  };
  const state: Faults = {
    over: false,
    point: async (point, process) => {
      const nths = { [point]: count(point), any: count('any') };
      if (state.over || !process) return;
      for (const fault of of('kill', 'pause')) {
        if (nths[fault.point] !== fault.nth) continue;
        add(tally, `${fault.do} ${fault.point}`);
        if (fault.do === 'kill') kill(process, fault.forMs, point);
        else process.pausedUntil = kernel.now + fault.forMs;
        await kernel.turn(0, process);
      }
    },
    write: () => {
      const met = meet('write', of('lost-write'), ({ done }) => `lost-write ${done ? 'done' : 'undone'}`);
      return met === null ? 'done' : met.done ? 'lost-done' : 'lost-undone';
    },
    call: (machine, phase) => {
      const among = phase === 'to' ? of('lost-call', 'slow-call') : of('lost-answer');
      const met = meet<(typeof among)[number]>(phase, among, (fault) => fault.do);
      const isSlow = met?.do === 'slow-call';
      return { fails: meetOutage(machine) || (met !== null && !isSlow), forMs: isSlow ? met.forMs : 0 };
    },
    step: () => meet('step', of('step'), ({ how }) => `step ${how}`)?.how ?? null,
    slack: () => meet('slack', of('slack'), ({ how }) => `slack ${how}`)?.how ?? null,
  };
  return state;
}

/** Counts how often each thing was met, from 1. */
function createCount(): (what: string) => number {
  const counts = new Map<string, number>();
  return (what) => {
    const next = (counts.get(what) ?? 0) + 1;
    counts.set(what, next);
    return next;
  };
}

interface FaultNeeds {
  kernel: Kernel;
  tally: Tally;
  kill: (process: Process, forMs: number, where: string) => void;
}
