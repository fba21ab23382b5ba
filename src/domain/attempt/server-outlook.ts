import type { ServerState } from '../events/states.ts';
import type { IndexedPlan } from '../plan/plan-index.ts';
import { findStep, plannedServers, type PlannedTask, taskName } from '../plan/plan.ts';
import { backupPathOf, needsBackup } from './backup-path.ts';
import { wasChanged } from './changed.ts';
import { type Run, serverRun, taskRun } from './run.ts';
import { sayStopNow } from './stopped-by.ts';

/** What is to happen with a server that has begun, or that is to begin. */
export type ServerOutlook =
  | { is: 'going-on'; next: PlannedTask }
  /** A person decides what becomes of its failed step. */
  | { is: 'asking'; failed: PlannedTask }
  /** It is to be restored, and that is not written yet. */
  | { is: 'to-be-rolled-back' }
  | { is: 'ended'; state: ServerState; message: string | null };

/** Looks at the tasks of a server: what is next, what is to be decided, or how it has ended. */
export function serverOutlook(index: IndexedPlan, run: Run, name: string): ServerOutlook {
  const tasks = index.serverTasks.get(name) ?? [];
  const undoing = index.rollbackTasks.get(name) ?? [];
  const open = [...tasks, ...undoing].find((task) => taskRun(run, task.id).intended);
  if (open) return { is: 'going-on', next: open };
  const failed = tasks.find((task) => hasFailed(run, task));
  const next = nextOf(run, tasks);
  if (!failed && !next) return { is: 'ended', state: 'ok', message: null };
  if (run.stopNow) return endAtOnce(run, failed ?? next);
  if (failed) return afterFailure(index, run, name, failed);
  return next ? { is: 'going-on', next } : { is: 'ended', state: 'ok', message: null };
}

function hasFailed(run: Run, task: PlannedTask): boolean {
  const { end } = taskRun(run, task.id);
  return end === 'error' || end === 'unknown';
}

function nextOf(run: Run, tasks: PlannedTask[]): PlannedTask | undefined {
  return tasks.find((task) => taskRun(run, task.id).end === null);
}

/** Law 10: ended on purpose is neither failed nor crashed; what nobody knows stays unknown. */
function endAtOnce(run: Run, task: PlannedTask | undefined): ServerOutlook {
  const { end, message } = task ? taskRun(run, task.id) : { end: null, message: '' };
  if (end === 'unknown') return { is: 'ended', state: 'unknown', message };
  const when = task && `${end === null ? 'before' : 'during'} ${taskName(task)}`;
  return { is: 'ended', state: 'cancelled', message: `stopped by ${sayStopNow(run)} ${when ?? ''}`.trim() };
}

function afterFailure(index: IndexedPlan, run: Run, name: string, failed: PlannedTask): ServerOutlook {
  const { end, isDecided } = taskRun(run, failed.id);
  const revert = cacheRevert(index, run, name);
  if (revert && taskRun(run, revert.id).end === null) return { is: 'going-on', next: revert };
  const message = sayFailure(run, failed, revert);
  if (serverRun(run, name).isRollingBack) return undo(index, run, name, message);
  const asks = end === 'error' && !isDecided && findStep(index.plan, failed)?.step.onError === 'ask';
  if (asks && failed.type === 'STEP') return { is: 'asking', failed };
  const { rollback } = index.plan.environment;
  const byItself = !isDecided && rollback?.onFirstServerFailure && isFirst(index, run, name);
  if (byItself && canRollBack(index, run, name)) return { is: 'to-be-rolled-back' };
  return { is: 'ended', state: end === 'unknown' ? 'unknown' : 'error', message };
}

/** A server that stays on the new cache is never said to be as it was. */
function sayFailure(run: Run, failed: PlannedTask, revert: PlannedTask | null): string {
  const { message } = taskRun(run, failed.id);
  if (!revert || !hasFailed(run, revert)) return message;
  return `${message}; and its cache could not be swapped back: ${taskRun(run, revert.id).message}`;
}

/** Before anything else is undone, a server that was swapped to the new cache is swapped back. */
function cacheRevert(index: IndexedPlan, run: Run, name: string): PlannedTask | null {
  const swap = index.serverTasks.get(name)?.find(({ type }) => type === 'CACHE');
  const { end } = swap ? taskRun(run, swap.id) : { end: null };
  const wasSwapped = end !== null && end !== 'error' && end !== 'skipped';
  const revert = index.rollbackTasks.get(name)?.find(({ type }) => type === 'CACHE');
  return wasSwapped && revert ? revert : null;
}

/** Law 12: it stays a failure, and stays held, however well it is restored. */
function undo(index: IndexedPlan, run: Run, name: string, message: string): ServerOutlook {
  const tasks = restoringTasks(index, name);
  const failed = tasks.find((task) => hasFailed(run, task));
  if (failed) {
    const { end, message: why } = taskRun(run, failed.id);
    const state = end === 'unknown' ? 'unknown' : 'error';
    return { is: 'ended', state, message: `${message}; and it could not be rolled back: ${why}` };
  }
  const next = nextOf(run, tasks);
  if (next) return { is: 'going-on', next };
  return { is: 'ended', state: 'rolled_back', message };
}

/** The first of the plan; in waves the first of its wave to finish. */
function isFirst(index: IndexedPlan, run: Run, name: string): boolean {
  const isExcluded = (server: string): boolean => run.excluded.some((each) => each.server === server);
  if (index.plan.environment.parallel === null)
    return plannedServers(index.plan).find((server) => !isExcluded(server)) === name;
  const groupOf = (server: string): number => index.memberOfServer.get(server)?.group ?? -1;
  const wave = index.waves.find(({ groups }) => groups.includes(groupOf(name)));
  const others = [...run.servers].filter(([server]) => wave?.groups.includes(groupOf(server)));
  return others.every(([, { state }]) => state === 'pending' || state === 'deploying');
}

/** Whether a failed server can be restored: something was changed, and the backup that it needs is known. */
export function canRollBack(index: IndexedPlan, run: Run, name: string): boolean {
  const undoing = restoringTasks(index, name);
  if (undoing.length === 0 || !wasChanged(index, run, name)) return false;
  return !needsBackup(index.plan) || backupPathOf(index, run, name) !== null;
}

function restoringTasks(index: IndexedPlan, name: string): PlannedTask[] {
  return (index.rollbackTasks.get(name) ?? []).filter(({ type }) => type !== 'CACHE');
}
