import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { accept, type Verdict } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import type { Store } from '../store/store.ts';
import { type LoadedDeployment, loadDeployment } from './load-deployment.ts';

/** What a decision writes, or why it does not. */
export type Decision<T> = Verdict<{
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due?: DueChange[];
  plan?: { plan: LoadedDeployment['plan']; hash: string };
  releaseLease?: boolean;
  ifHeld?: string;
  answer: T;
}>;

/** How often a decision is made anew because somebody wrote first. */
export const maxTries = 5;

/** Load, decide, write on what was read; when somebody wrote first, once more from the start. */
export async function decide<T>(
  needs: { store: Store; now: () => number },
  number: number,
  make: (loaded: LoadedDeployment) => Decision<T> | Promise<Decision<T>>,
): Promise<Verdict<T>> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const loaded = await loadDeployment(needs.store, number);
    if (!loaded.ok) return loaded;
    const decision = await make(loaded.value);
    if (!decision.ok) return decision;
    const { events, answer, ...extra } = decision.value;
    const expectedVersion = loaded.value.deployment.version;
    const change = { deployment: number, expectedVersion, fence: null, at: needs.now(), events, ...extra };
    const outcome = await needs.store.commit(change);
    if (outcome.ok) return accept(answer);
  }
  throw new Error(`#${number} was written by others ${maxTries} times in a row`);
}
