import { type DelegationEvent, isDelegationEvent } from '../events/delegation-event.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import { type GlassEvent, isGlassEvent } from '../events/glass-event.ts';
import { applyToHandedVotes } from './delegation.ts';
import type { Deployment } from './deployment.ts';
import { applyToGlass } from './glass.ts';

type Voted = Extract<DeploymentEvent, { type: 'approved' }> | GlassEvent | DelegationEvent;

/** Adds what approvers did, or what was done without them, to the fold of a deployment, in place. */
export function applyToVotes(deployment: Deployment, event: Voted, at: number): void {
  if (isGlassEvent(event)) {
    deployment.glass = applyToGlass(deployment.glass, event, at);
    return;
  }
  if (isDelegationEvent(event)) {
    deployment.handedVotes = applyToHandedVotes(deployment.handedVotes, event, at);
    return;
  }
  const { by, for: owner, roles } = event;
  deployment.votes.push({ by, ...(owner !== undefined && { for: owner }), roles, at });
}
