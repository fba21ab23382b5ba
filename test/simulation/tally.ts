import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { isIntervention } from '../../src/domain/events/intervention.ts';
import type { Happening } from './invariant.ts';
import type { Ledger } from './ledger.ts';

/** How often what happened: histories in which nothing did prove nothing. */
export type Tally = Record<string, number>;

const counted = new Set([
  'put_back_ended',
  'rollback_decided',
  'rollback_announced',
  'rollback_failed',
  'window_ended',
  'glass_asked',
  'glass_broken',
  'glass_lapsed',
  'vote_delegated',
]);

/** Counts one happening. */
export function count(tally: Tally, happening: Happening): void {
  if (happening.is === 'world') add(tally, `runs ${happening.event.type}`);
  if (happening.is !== 'row') return;
  const { event } = happening.row;
  if (event.type === 'attempt_resumed') add(tally, 'takeovers');
  if (event.type === 'question_asked') add(tally, `questions ${event.question.kind}`);
  if (event.type === 'question_answered')
    add(tally, `answers ${event.choice}${event.by === 'system' ? ' by default' : ''}`);
  if (counted.has(event.type)) add(tally, event.type);
  if (event.type === 'group_checked' && event.drift) add(tally, 'drift found');
  countDecision(tally, event);
  if (event.type === 'server_ended') add(tally, `servers ${event.state}`);
  if (event.type === 'task_found') add(tally, `found ${event.seen}`);
  if (event.type === 'attempt_ended') add(tally, `attempts ${event.state}`);
  if (isIntervention(event)) add(tally, event.type);
}

function countDecision(tally: Tally, event: DeploymentEvent): void {
  if ((event.type === 'requested' || event.type === 'plan_changed') && event.overrides)
    add(tally, 'overrides asked for');
  if (event.type === 'approved' && event.for !== undefined) add(tally, 'votes for others');
  if (event.type === 'retry_requested' && event.startsAt !== undefined)
    add(tally, 'retries in the next window');
}

/** Adds to one count. */
export function add(tally: Tally, what: string, times = 1): void {
  tally[what] = (tally[what] ?? 0) + times;
}

/** Adds all counts of one tally to another. */
export function addAll(tally: Tally, more: Tally): void {
  for (const [what, times] of Object.entries(more)) add(tally, what, times);
}

/** Adds how the deployments of a history stand at its end. */
export function countDeployments(tally: Tally, { deployments }: Ledger): void {
  for (const { attempts, closed, plan, requestedBy, overrides } of deployments.values()) {
    if (plan.undoes)
      add(tally, requestedBy === 'system' ? 'rollbacks by themselves' : 'rollbacks by a person');
    if (plan.undoes && attempts.some(({ servers }) => [...servers.values()].every((state) => state === 'ok')))
      add(tally, 'rollbacks ok');
    add(tally, 'deployments');
    if (overrides > 0 && attempts.length > 0) add(tally, 'started by an override');
    add(tally, 'attempts', attempts.length);
    if (closed !== null) add(tally, `closed ${closed}`);
    if (
      attempts.some(({ tasks }) =>
        [...tasks.values()].some(({ intents }) => new Set(intents.map(({ fence }) => fence)).size > 1),
      )
    )
      add(tally, 'tasks intended by two owners');
  }
}
