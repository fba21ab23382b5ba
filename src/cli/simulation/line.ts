import type { AttemptEnd, TaskEnd } from '../../domain/events/states.ts';
import type { PlannedTask, TaskType } from '../../domain/plan/plan.ts';

/** One line of a simulation. */
export interface SimulatedLine {
  /** Tasks of the plan; a member that stays out of service; a group that was refused before it was touched; the end. */
  type: TaskType | 'HELD' | 'GUARD' | 'RESULT';
  action: PlannedTask['action'];
  cluster: string | null;
  /** The server that it acts on, which of a Scheduler's task is the Scheduler. */
  server: string | null;
  /** `name@version`. */
  revision: string | null;
  step: string | null;
  /** How it ended; of a member that stays out `held`; of the end how the attempt ended. */
  state: TaskEnd | AttemptEnd | 'held';
  /** One sentence; empty where all is well. */
  note: string;
}

const nothing = { action: null, cluster: null, server: null, revision: null, step: null };

/** A line that is about no task of the plan. */
export function lineOf(
  type: SimulatedLine['type'],
  line: Pick<SimulatedLine, 'state' | 'note'> & Partial<SimulatedLine>,
): SimulatedLine {
  return { ...nothing, ...line, type };
}

/** The line of a task. */
export function lineOfTask(task: PlannedTask, state: TaskEnd, note: string): SimulatedLine {
  const { type, action, cluster, server, on, revision, step } = task;
  return { type, action, cluster, server: on ?? server, revision, step, state, note };
}

/** A task that is not done, and why. */
export function skippedLine(task: PlannedTask, why: string): SimulatedLine {
  return lineOfTask(task, 'skipped', `left out, because ${why}`);
}
