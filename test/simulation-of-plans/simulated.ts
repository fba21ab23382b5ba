import { findStrikes, readFailFlag } from '../../src/cli/simulation/fail-flag.ts';
import type { SimulatedLine } from '../../src/cli/simulation/line.ts';
import { linesOf } from '../../src/cli/simulation/lines.ts';
import { simulatePlan } from '../../src/cli/simulation/simulate-plan.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Revision } from '../../src/domain/revision.ts';
import type { Store } from '../../src/store/store.ts';
import { buildPlan } from '../helpers/build.ts';

const startsAt = Date.parse('2026-06-03T19:00:00Z');
let simulations = 0;

/** Simulates revisions with the failures of these flags; answers its lines. */
export async function simulated(
  store: Store,
  environment: Environment,
  revisions: Revision[],
  fails: string[] = [],
): Promise<SimulatedLine[]> {
  simulations += 1;
  // An environment of its own, so that nobody else holds anything there.
  const plan = buildPlan({ ...environment, name: `${environment.name}-${simulations}` }, { revisions });
  const flags = fails.map((given) => readFailFlag(given) ?? { given, target: '', type: '', action: null });
  const found = findStrikes(plan, flags);
  if (!found.ok) throw new Error(found.message);
  const { events } = await simulatePlan(plan, { store, startsAt, strikes: found.strikes });
  return linesOf(plan, events);
}

/** `type action where what → state`. */
export function inWords({ type, action, cluster, server, revision, step, state }: SimulatedLine): string {
  const what = [type, action, server ?? cluster, revision, step].filter((word) => word !== null);
  return `${what.join(' ')} → ${state}`;
}
