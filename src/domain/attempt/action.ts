import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { Wave } from '../plan/plan-index.ts';
import type { PlannedTask } from '../plan/plan.ts';

/** Work on one group of the plan. The actions of different groups may be done at the same time. */
export type GroupAction =
  /** An intent stands without an outcome: seal, look, and only then go on (law 2). */
  | { do: 'probe'; group: number; task: PlannedTask; run: number }
  /** Nothing of this group was touched yet, or lately looked at: is every server reachable, does the capacity floor hold? */
  | { do: 'check-group'; group: number }
  | { do: 'perform'; group: number; task: PlannedTask; run: number }
  /** A person wants everything ended at once: what may still run on its server is (law 10). */
  | { do: 'end'; group: number; task: PlannedTask; run: number }
  /** A person does this step, or decides what becomes of its failure. */
  | { do: 'ask'; group: number; task: PlannedTask }
  /** Somebody is told; nothing is run. */
  | { do: 'tell'; group: number; task: PlannedTask };

/** What the executor does next for an attempt. A pure function of plan and events: recovery is no other path than running. */
export type Action =
  | GroupAction
  /** Facts that follow from what is known and are not written yet; they come alone, before anything else. */
  | { do: 'record'; events: DeploymentEvent[] }
  /** A wave is done, and a person is asked before the next one. */
  | { do: 'pause'; done: Wave[]; next: Wave }
  /** Only a person can say how to go on. */
  | { do: 'wait' };
