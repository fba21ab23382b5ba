import type { Via } from '../actor.ts';
import { plannedServers, type Plan } from '../plan/plan.ts';
import type { Run } from './run.ts';
import { isStoppedByWindow, sayWindowEnd } from './stopped-by.ts';

/** Why no further server begins. */
export type Halt =
  | { by: 'person'; person: string; via: Via | undefined }
  | { by: 'question'; person: string }
  | { by: 'failures' | 'window'; rule: string };

/** Says whether anything keeps further servers from beginning: a person, the window, an answer, or the failure budget (law 6). */
export function haltOf(plan: Plan, run: Run): Halt | null {
  const window: Halt | null =
    run.endedWindow === null ? null : { by: 'window', rule: sayWindowEnd(run.endedWindow) };
  if (window && isStoppedByWindow(run)) return window;
  const stop = run.stopNow ?? run.stop;
  if (stop) return { by: 'person', person: stop.by, via: stop.via };
  if (window) return window;
  if (run.stoppedBy) return { by: 'question', person: run.stoppedBy };
  const failures = countFailures(run);
  if (failures === 0) return null;
  const { maxFailures, onServerFailure } = plan.environment;
  if (maxFailures === null)
    return onServerFailure === 'stop' ? { by: 'failures', rule: 'onServerFailure: stop' } : null;
  const limit = failureLimit(plan);
  return failures >= limit ? { by: 'failures', rule: `maxFailures: ${limit}` } : null;
}

/** How many failed servers use up the budget; reached at ≥, a percentage counts over all planned servers. */
export function failureLimit(plan: Plan): number {
  const { maxFailures } = plan.environment;
  if (maxFailures === null) return 1;
  if ('count' in maxFailures) return Math.max(1, maxFailures.count);
  return Math.max(1, Math.ceil((maxFailures.percent / 100) * plannedServers(plan).length));
}

/** Servers that failed, cannot be known, or could not be reached: all of them count. */
export function countFailures(run: Run): number {
  const failed = new Set(['error', 'unknown', 'preflight_failed', 'rolled_back']);
  return [...run.servers.values()].filter((server) => failed.has(server.state)).length;
}
