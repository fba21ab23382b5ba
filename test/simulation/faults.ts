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
  const counts = new Map<string, number>();
  const start = kernel.now;
  const count = (what: string): number => {
    const next = (counts.get(what) ?? 0) + 1;
    counts.set(what, next);
    return next;
  };
  const note = (what: string): void => add(tally, what);
  const of = <D extends Fault['do']>(...kinds: D[]): Extract<Fault, { do: D }>[] =>
    faults.filter((fault): fault is Extract<Fault, { do: D }> => kinds.some((kind) => kind === fault.do));
  const points = of('kill', 'pause');
  const writes = of('lost-write');
  const slacks = of('slack');
  const steps = of('step');
  const outages = of('outage');
  const calls = of('lost-call', 'lost-answer', 'slow-call');
  const inOutage = (machine: string): boolean =>
    outages.some(({ server, at, forMs }) => {
      const since = kernel.now - start - at;
      return machine === `web-${server + 1}` && since >= 0 && since < forMs;
    });
  const state: Faults = {
    over: false,
    point: async (point, process) => {
      const nth = count(point);
      const nthOfAll = count('any');
      if (state.over || !process) return;
      for (const fault of points) {
        if (fault.nth !== (fault.point === 'any' ? nthOfAll : nth)) continue;
        if (fault.point !== point && fault.point !== 'any') continue;
        note(`${fault.do} ${fault.point}`);
        if (fault.do === 'kill') kill(process, fault.forMs, point);
        else process.pausedUntil = kernel.now + fault.forMs;
        await kernel.turn(0, process);
      }
    },
    write: () => {
      const nth = count('write');
      const fault = state.over ? undefined : writes.find((candidate) => candidate.nth === nth);
      if (!fault) return 'done';
      note(fault.done ? 'lost-write done' : 'lost-write undone');
      return fault.done ? 'lost-done' : 'lost-undone';
    },
    call: (machine, phase) => {
      const nth = phase === 'to' ? count('call') : count('answer');
      if (state.over) return { fails: false, forMs: 0 };
      if (inOutage(machine)) {
        note('outage met');
        return { fails: true, forMs: 0 };
      }
      const fault = calls.find(
        (candidate) => candidate.nth === nth && (candidate.do === 'lost-answer') === (phase === 'back'),
      );
      if (!fault) return { fails: false, forMs: 0 };
      note(fault.do);
      return fault.do === 'slow-call' ? { fails: false, forMs: fault.forMs } : { fails: true, forMs: 0 };
    },
    step: () => {
      const nth = count('step');
      const fault = state.over ? undefined : steps.find((candidate) => candidate.nth === nth);
      if (fault) note(`step ${fault.how}`);
      return fault?.how ?? null;
    },
    slack: () => {
      const nth = count('slack');
      const fault = state.over ? undefined : slacks.find((candidate) => candidate.nth === nth);
      if (fault) note(`slack ${fault.how}`);
      return fault?.how ?? null;
    },
  };
  return state;
}
