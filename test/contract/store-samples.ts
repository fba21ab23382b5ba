import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Alongside, Change, NewDeployment } from '../../src/store/changes.ts';
import type { OutgoingMessage } from '../../src/store/messages.ts';
import type { Store } from '../../src/store/store.ts';

/** Any events, as many as a test wants. */
export type Events = [DeploymentEvent, ...DeploymentEvent[]];

/** A plan that is only looked up and handed back: the store never reads inside. */
export function samplePlan(environment: string): Plan {
  const plan = { environment: { name: environment }, revisions: [], tasks: [], groups: [['s1', 's2']] };
  return plan as unknown as Plan;
}

/** The first event of every log. */
export function requested(changes: Partial<Extract<DeploymentEvent, { type: 'requested' }>> = {}) {
  return {
    type: 'requested' as const,
    by: 'U0ANA',
    reason: 'quarter end',
    startsAt: null,
    expiresAt: null,
    typed: null,
    zone: 'Europe/Madrid',
    planHash: 'hash-1',
    acceptedWarnings: 0,
    ...changes,
  };
}

let requests = 0;

/** A request nobody made before. */
export function newDeployment(changes: Partial<NewDeployment> = {}): NewDeployment {
  requests += 1;
  const environment = changes.environment ?? 'ibex';
  return {
    environment,
    title: 'customer360@2',
    channel: 'C0DEPLOY',
    plan: samplePlan(environment),
    planHash: 'hash-1',
    requestKey: `request-${requests}`,
    requestedBy: 'U0ANA',
    startsAt: null,
    zone: 'Europe/Madrid',
    typed: null,
    at: 1_000,
    events: [requested()],
    due: [],
    quota: null,
    ...changes,
  };
}

/** The new deployment rolls this one back, as decided on this version. */
export function alongside(deployment: number, expectedVersion: number): Alongside {
  const event = (created: number): DeploymentEvent => ({
    type: 'rollback_requested',
    deployment: created,
    by: 'U0ANA',
  });
  return {
    deployment,
    expectedVersion,
    events: (created) => [event(created)],
    due: [{ remove: 'rollback' }],
  };
}

/** Writes a request and answers its number. */
export async function create(store: Store, changes: Partial<NewDeployment> = {}): Promise<number> {
  const outcome = await store.createDeployment(newDeployment(changes));
  if (!('number' in outcome)) throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome.number;
}

/** A deployment that stands in its environment's queue. */
export async function createQueued(store: Store, environment: string, at = 1_000): Promise<number> {
  return await create(store, { environment, at, events: [requested(), { type: 'queued', behind: null }] });
}

/** A change that nothing but the log minds. */
export function change(deployment: number, events: Events, changes: Partial<Change> = {}): Change {
  return { deployment, expectedVersion: null, fence: null, at: 2_000, events, ...changes };
}

/** An event that leaves everything as it is. */
export const reminded: DeploymentEvent = { type: 'reminded', minutesBefore: 15 };

/** The beginning of an attempt on two servers. */
export function attemptStarted(attempt = 1, fence = 1): DeploymentEvent {
  return { type: 'attempt_started', attempt, servers: ['s1', 's2'], fence };
}

/** The end of an attempt. */
export function attemptEnded(attempt = 1): DeploymentEvent {
  return { type: 'attempt_ended', attempt, state: 'ok', endedBy: 'completion' };
}

/** The card of a deployment, saying these words. */
export function card(deployment: number, words: string): OutgoingMessage {
  return {
    key: `card:${deployment}`,
    deployment,
    channel: 'C0DEPLOY',
    threadOf: null,
    payload: JSON.stringify({ text: words }),
    digest: `digest of ${words}`,
    broadcast: false,
  };
}

/** A line in the thread of a deployment's card. */
export function line(deployment: number, version: number): OutgoingMessage {
  const words = `line ${version}`;
  return {
    ...card(deployment, words),
    key: `thread:${deployment}:${version}`,
    threadOf: `card:${deployment}`,
    broadcast: true,
  };
}
