import type { Deployment, DeploymentState } from '../domain/deployment/deployment.ts';

/** A state in the words of cards and lists. */
export function sayState(state: DeploymentState): string {
  const words: Record<DeploymentState, string> = {
    awaiting_approval: 'waiting for approval',
    scheduled: 'scheduled',
    queued: 'waiting for the environment',
    running: 'running',
    paused: 'paused',
    waiting: 'waiting for an answer',
    rejected: 'rejected',
    expired: 'expired',
    missed: 'missed',
    ok: 'done',
    ok_with_warnings: 'done, with warnings',
    partial: 'stopped, part of it is done',
    error: 'failed',
    cancelled: 'cancelled',
  };
  return words[state];
}

/** The state with who or what ended it, where that is not plain. */
export function sayEnd(deployment: Deployment): string {
  const { state, endedBy, run } = deployment;
  if (run?.putBack) return `putting ${run.putBack.member} back into service`;
  if (endedBy === null || endedBy === 'completion') return sayState(state);
  return `${sayState(state)} (${endedBy})`;
}
