import { expect, test } from 'vitest';

import { sayTally, whatWasTooLittle } from '../../simulation/enough.ts';
import { compileSimulation } from './compiled.ts';

/** Half of all histories: the two halves run side by side. `HISTORIES` asks for another number of all. */
const half = Math.ceil(Number(process.env['HISTORIES'] ?? 20_000) / 2);

/** Claims that no invariant breaks in the histories from this seed on, and prints what happened in them. */
export function expectHistories(from: number): void {
  test(`no invariant breaks in ${half} random histories from seed ${from} on`, async () => {
    const startedAt = performance.now();
    const simulation = await compileSimulation('.');
    const report = await simulation.runSeeds(from, half, true).finally(simulation.remove);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(`${sayTally(report)}\nin ${seconds} s`);
    expect(report.failure).toBeNull();
    expect(whatWasTooLittle(report)).toEqual([]);
  }, 3_600_000);
}
