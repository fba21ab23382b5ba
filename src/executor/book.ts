import type { Deployment } from '../domain/deployment/deployment.ts';
import { applyEvent, foldDeployment } from '../domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { type IndexedPlan, indexPlan } from '../domain/plan/plan-index.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { Change } from '../store/changes.ts';
import type { Lease } from '../store/leases.ts';
import type { Store } from '../store/store.ts';

/** One leased deployment as its log stands now, and the only way in which the executor adds to it. */
export interface Book {
  readonly deployment: Deployment;
  readonly plan: Plan;
  readonly index: IndexedPlan;
  readonly lease: Lease;
  /** Reads what others wrote: an answer, a stop. */
  refresh(): Promise<void>;
  /**
   * A decision made on `deployment` as it stands when this is called: false when somebody wrote first, so that it is
   * made again, or closed the environment before it began. Throws `FencedOff`.
   */
  decide(events: Events, extra?: Extra): Promise<boolean>;
  /** A fact that holds whatever was written meanwhile. Throws `FencedOff`. */
  note(events: Events): Promise<void>;
}

/** What is written together with events. */
type Extra = Pick<Change, 'releaseLease' | 'due' | 'lock'>;

/** At least one event. */
export type Events = [DeploymentEvent, ...DeploymentEvent[]];

/** Another process holds the environment now: stop at once, write nothing more. */
export class FencedOff extends Error {
  override name = 'FencedOff';
}

/** Opens the log and the frozen plan of a leased deployment; null when there is none. */
export async function openBook(store: Store, lease: Lease, now: () => number): Promise<Book | null> {
  const deployment = foldDeployment(await store.eventsAfter(lease.deployment, 0));
  const plan = deployment && (await store.plan(deployment.planHash));
  if (!deployment || !plan) return null;

  const inTurn = createTurns();
  const readOn = async (): Promise<void> => {
    for (const stored of await store.eventsAfter(lease.deployment, deployment.version))
      applyEvent(deployment, stored);
  };
  const commit = async (events: Events, expectedVersion: number | null, extra: Extra): Promise<boolean> => {
    const base = { deployment: lease.deployment, expectedVersion, fence: lease.fence, at: now(), events };
    const outcome = await store.commit({ ...base, ...extra });
    if (!outcome.ok && outcome.why !== 'stale' && outcome.why !== 'locked')
      throw new FencedOff(`#${lease.deployment} is run by another process`);
    await readOn();
    return outcome.ok;
  };

  return {
    deployment,
    plan,
    index: indexPlan(plan),
    lease,
    refresh: async () => await inTurn(readOn),
    decide: async (events, extra = {}) => {
      const decidedOn = deployment.version;
      return await inTurn(async () => await commit(events, decidedOn, extra));
    },
    note: async (events) => {
      await inTurn(async () => await commit(events, null, {}));
    },
  };
}

/** Several groups write at once: each write is read back before the next one begins, so that no event is added twice. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return await turn;
  };
}
