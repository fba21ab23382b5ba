import type { Scenario } from './scenario.ts';
import type { Violation } from './stage.ts';

/** Lets a scenario happen and says what broke. */
export type Try = (scenario: Scenario) => Promise<Violation | null>;

/** The smallest scenario found that still breaks the same invariant: fewer faults, fewer actions, fewer servers. */
export async function shrink(scenario: Scenario, invariant: string, attempt: Try): Promise<Scenario> {
  let smallest = scenario;
  for (let again = true; again;) {
    again = false;
    for (const smaller of smallerOnes(smallest)) {
      const violation = await attempt(smaller);
      if (violation?.invariant !== invariant) continue;
      smallest = smaller;
      again = true;
      break;
    }
  }
  return smallest;
}

/** A fault or an action less, a server less, quicker steps: each alone. */
function smallerOnes(scenario: Scenario): Scenario[] {
  const { faults, actions, shape } = scenario;
  const servers = shape.clusters.flatMap((size, at) =>
    size > 1
      ? [shape.clusters.with(at, size - 1)]
      : shape.clusters.length > 1
        ? [shape.clusters.toSpliced(at, 1)]
        : [],
  );
  return [
    ...faults.map((_, at) => ({ ...scenario, faults: faults.toSpliced(at, 1) })),
    ...actions.map((_, at) => ({ ...scenario, actions: actions.toSpliced(at, 1) })),
    ...actions.flatMap((action, at) =>
      action.twice ? [{ ...scenario, actions: actions.with(at, { ...action, twice: false }) }] : [],
    ),
    ...servers.map((clusters) => ({ ...scenario, shape: { ...shape, clusters } })),
  ];
}
