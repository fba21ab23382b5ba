import type { IndexedPlan } from '../plan/plan-index.ts';
import { findStep, type Plan } from '../plan/plan.ts';
import { type Run, taskRun } from './run.ts';

/** What a path may be made of: nothing that a shell reads as anything but itself, and nothing a program takes for a flag. */
const safePath = /^[A-Za-z0-9._/\\~][A-Za-z0-9._/\\:~@+=-]*$/;

/**
 * Where a server's backup lies: the last line that its latest backup step of this attempt printed. Null where none was
 * made, or where that line is no path. Denodo's is the last that a successful deployment left, for all servers.
 */
export function backupPathOf(index: IndexedPlan, run: Run, server: string): string | null {
  if (index.plan.environment.system === 'denodo') return run.backup;
  const backups = (index.serverTasks.get(server) ?? []).filter((task) => {
    const { end } = taskRun(run, task.id);
    return findStep(index.plan, task)?.step.kind === 'backup' && (end === 'ok' || end === 'warning');
  });
  const latest = backups.at(-1);
  const line = latest ? taskRun(run, latest.id).lastLines.findLast((text) => text.trim() !== '') : undefined;
  const path = line?.trim() ?? '';
  return safePath.test(path) ? path : null;
}

/** Whether nothing can be restored without a backup. */
export function needsBackup({ environment: { system, rollback, runbooks } }: Plan): boolean {
  if (system === 'denodo') return true;
  return (runbooks[rollback?.runbook ?? '']?.steps ?? []).some(({ run }) => namesBackupPath(run));
}

/** Whether a line of a runbook asks for the backup's path. */
export function namesBackupPath(line: string): boolean {
  return line.includes('{backupPath}');
}
