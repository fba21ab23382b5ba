import { applyToRun } from '../attempt/apply-to-run.ts';
import type { DeploymentEvent, StoredEvent } from '../events/deployment-event.ts';
import { applyToDeployment } from './apply-to-deployment.ts';
import type { Deployment } from './deployment.ts';
import { wholeGlass } from './glass.ts';
import { noPreparation } from './preparation.ts';

/** Folds a whole log; an empty one is no deployment. */
export function foldDeployment(events: StoredEvent[]): Deployment | null {
  const [first, ...rest] = events;
  if (!first || first.event.type !== 'requested') return null;
  const deployment = begin(first, first.event);
  for (const stored of rest) applyEvent(deployment, stored);
  return deployment;
}

function begin(stored: StoredEvent, event: Extract<DeploymentEvent, { type: 'requested' }>): Deployment {
  return {
    number: stored.deployment,
    version: stored.version,
    state: 'awaiting_approval',
    requestedBy: event.by,
    requestedAt: stored.at,
    reason: event.reason,
    startsAt: event.startsAt,
    warnings: event.warnings ?? null,
    expiresAt: event.expiresAt,
    zone: event.zone,
    planHash: event.planHash,
    votes: [],
    planChanges: [],
    earlierPlans: [],
    handedVotes: [],
    glass: wholeGlass,
    overrides: event.overrides ?? [],
    owners: event.owners ?? [],
    rejection: null,
    requestedVia: event.via,
    lock: null,
    queuedAt: null,
    lockMetAt: null,
    remindedFor: null,
    endedBy: null,
    question: null,
    attempt: 0,
    run: null,
    retryServers: null,
    begun: new Set(),
    countdown: null,
    undoneBy: null,
    startedAt: null,
    endedAt: null,
    preparation: noPreparation(),
  };
}

/** Adds the next event of the log to a fold, in place. */
export function applyEvent(deployment: Deployment, stored: StoredEvent): void {
  if (stored.version !== deployment.version + 1)
    throw new Error(`event ${stored.version} of #${deployment.number} does not follow ${deployment.version}`);
  deployment.version = stored.version;
  if (deployment.run) applyToRun(deployment.run, stored.event, stored.at);
  applyToDeployment(deployment, stored.event, stored.at);
}
