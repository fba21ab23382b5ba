import type { StoredEvent } from '../events/deployment-event.ts';
import type { IndexedPlan } from '../plan/plan-index.ts';
import type { Undoing } from '../plan/plan.ts';
import { applyToRun } from './apply-to-run.ts';
import { backupPathOf, needsBackup } from './backup-path.ts';
import { wasChanged } from './changed.ts';
import type { Run } from './run.ts';
import { startRun } from './start-run.ts';

/** What a rollback of a deployment would do. */
export interface Undoable {
  servers: Undoing['servers'];
  /** Servers that it changed, and of which no backup is known, though restoring needs one. */
  withoutBackup: string[];
}

/**
 * Law 12: every server that the deployment changed in any attempt and that does not stand as before again, with what it
 * had before the first change.
 */
export function undoableServers(index: IndexedPlan, events: StoredEvent[]): Undoable {
  const servers: Undoing['servers'] = {};
  const restored = new Set<string>();
  for (const run of attemptsOf(events))
    for (const [name, { from, state }] of run.servers) {
      if (!wasChanged(index, run, name)) continue;
      servers[name] ??= { before: from, backupPath: backupPathOf(index, run, name) };
      if (state === 'rolled_back') restored.add(name);
      else restored.delete(name);
    }
  for (const name of restored) delete servers[name];
  const withoutBackup = needsBackup(index.plan)
    ? Object.keys(servers).filter((name) => servers[name]?.backupPath === null)
    : [];
  for (const name of withoutBackup) delete servers[name];
  return { servers, withoutBackup };
}

function attemptsOf(events: StoredEvent[]): Run[] {
  const runs: Run[] = [];
  for (const { event, at } of events) {
    if (event.type === 'attempt_started') runs.push(startRun(event, runs.at(-1)));
    const run = runs.at(-1);
    if (run) applyToRun(run, event, at);
  }
  return runs;
}
