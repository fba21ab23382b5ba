import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { Run, ServerRun } from './run.ts';
import { standingsOf } from './standing.ts';

/** An attempt that has just begun, after another one of the same deployment or as its first. */
export function startRun(
  { attempt, fence, servers, backup, excluded }: Extract<DeploymentEvent, { type: 'attempt_started' }>,
  before: Run | null | undefined,
): Run {
  return {
    attempt,
    fence,
    backup: backup ?? null,
    cache: before?.cache ?? null,
    told: new Set(),
    back: null,
    servers: new Map(servers.map((name) => [name, newServerRun()])),
    excluded: excluded ?? [],
    before: before ? standingsOf(before) : new Map(),
    tasks: new Map(),
    groups: new Map(),
    knownDrift: new Map(),
    service: new Map(),
    question: null,
    resumedWaves: new Set(),
    stop: null,
    stopNow: null,
    paused: null,
    stoppedBy: null,
    endedWindow: null,
    ended: null,
    putBack: null,
    keptOut: new Map(),
  };
}

function newServerRun(): ServerRun {
  return {
    state: 'pending',
    message: null,
    startedAt: null,
    endedAt: null,
    from: null,
    to: null,
    isRollingBack: false,
  };
}
