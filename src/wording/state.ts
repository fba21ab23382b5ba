import type { Deployment } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';

/** The state with who or what ended it, where that is not plain. */
export function sayEnd(deployment: Deployment): string {
  const { state, endedBy, run } = deployment;
  if (run?.putBack) return `putting ${run.putBack.member} back into service`;
  if (endedBy === null || endedBy === 'completion') return sayState(state);
  return `${sayState(state)} (${endedBy})`;
}
