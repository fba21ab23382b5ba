import type { IndexedPlan } from '../plan/plan-index.ts';
import { findStep } from '../plan/plan.ts';
import { type Run, taskRun } from './run.ts';

/** Whether an attempt has changed a server, or may have: a step that applies something was begun there. */
export function wasChanged(index: IndexedPlan, run: Run, server: string): boolean {
  return (index.serverTasks.get(server) ?? []).some((task) => {
    const { end, intended } = taskRun(run, task.id);
    const wasRun = intended || (end !== null && end !== 'skipped');
    if (!wasRun) return false;
    if (task.type === 'STEP') return findStep(index.plan, task)?.step.kind === 'apply';
    return ['VQL', 'SCH', 'CACHE', 'SERVER_DEPLOYMENT'].includes(task.type);
  });
}
