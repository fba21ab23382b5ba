import { performance } from 'node:perf_hooks';

/**
 * Epoch milliseconds that go on evenly from now, whatever the clock of the machine is set to later: for pauses that must
 * not become hours. Whatever happens at an hour asks the clock of the machine.
 */
export function createSteadyClock(): () => number {
  const begun = Date.now() - performance.now();
  return () => begun + performance.now();
}
