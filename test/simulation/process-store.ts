import type { Store } from '../../src/store/store.ts';
import type { Faults } from './faults.ts';
import type { Kernel, Process } from './kernel.ts';
import type { Memory } from './memory.ts';

/** What a process's store is made with. */
export interface ProcessStoreNeeds {
  kernel: Kernel;
  process: Process;
  memory: Memory;
  faults: Faults;
  /** Called in the very turn in which something was written. */
  written: (envelope: string | null, process: Process) => void;
}

const writes = new Set<keyof Store>([
  'commit',
  'createDeployment',
  'claim',
  'heartbeat',
  'removeDue',
  'receive',
  'answer',
  'tell',
  'setDelivery',
  'lockEnvironment',
  'unlockEnvironment',
]);
/** Writes that wake whoever waits for commits in this process. */
const waking = new Set<keyof Store>([
  'commit',
  'createDeployment',
  'tell',
  'lockEnvironment',
  'unlockEnvironment',
]);

/**
 * The store as one process sees it: each call happens in a turn of its own and answers in another, and a write may be
 * lost, done or undone. Answers a maker of the same store whose changes are put down to an envelope.
 */
export function openProcessStore(needs: ProcessStoreNeeds): (envelope: string | null) => Store {
  const { memory, kernel, process } = needs;
  const listeners = new Set<() => void>();
  const committed = (): void => {
    process.quiet = 0;
    for (const listener of listeners) queueMicrotask(listener);
  };
  const wrap = (name: keyof Store, envelope: string | null): unknown => {
    const call = memory.store[name] as (...given: unknown[]) => Promise<unknown>;
    if (!writes.has(name))
      return async (...given: unknown[]) => {
        await kernel.turn(0, process);
        return await call(...given);
      };
    return async (...given: unknown[]) => {
      await kernel.turn(0, process);
      const fate = needs.faults.write();
      if (fate === 'lost-undone') throw new Error('SQLITE_IOERR: the write was not done');
      const answer = await call(...given);
      needs.written(envelope, process);
      if (fate === 'lost-done') throw new Error('SQLITE_IOERR: the write was done all the same');
      if (waking.has(name)) committed();
      await kernel.turn(0, process);
      return answer;
    };
  };
  const names = Object.keys(memory.store) as (keyof Store)[];
  return (envelope) => {
    const entries = names.map((name) => [name, wrap(name, envelope)]);
    const store = Object.fromEntries(entries) as Store;
    return {
      ...store,
      onCommit: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  };
}
