import type { DeploymentState } from './deployment.ts';

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
