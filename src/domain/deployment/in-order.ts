import type { DeploymentEvent } from '../events/deployment-event.ts';

/** An event after others that led to it, perhaps none: at least one. */
export function inOrder(
  before: DeploymentEvent[],
  last: DeploymentEvent,
): [DeploymentEvent, ...DeploymentEvent[]] {
  const [first, ...rest] = before;
  return first ? [first, ...rest, last] : [last];
}
