import { system } from '../domain/actor.ts';
import { undoableServers } from '../domain/attempt/undoing.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Change } from '../store/changes.ts';
import type { DueChange } from '../store/due.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

/** What is written together with the end of an attempt. */
export interface Aftermath {
  events: DeploymentEvent[];
  due: DueChange[];
  lock: NonNullable<Change['lock']> | null;
}

/** Law 12: what failed is rolled back by itself after a countdown, and after a rollback the environment is closed. */
export async function aftermathOf(
  needs: ExecutorNeeds,
  book: Book,
  ended: Extract<DeploymentEvent, { type: 'attempt_ended' }>,
): Promise<Aftermath> {
  const { plan, deployment } = book;
  const { rollback, name } = plan.environment;
  const countdown = await countdownOf(needs, book, ended);
  const wasRolledBack = [...(deployment.run?.servers.values() ?? [])].some(
    ({ state }) => state === 'rolled_back',
  );
  const locks = rollback?.lockAfter && (plan.undoes !== null || wasRolledBack);
  const reason = plan.undoes
    ? `#${deployment.number} rolled back #${plan.undoes.deployment}`
    : `#${deployment.number} failed and was rolled back`;
  return {
    events: countdown ? [countdown] : [],
    due: countdown ? [{ add: 'rollback', at: countdown.at }] : [],
    lock: locks ? { environment: name, by: system, reason, since: needs.now() } : null,
  };
}

async function countdownOf(
  { store, now }: ExecutorNeeds,
  { plan, deployment, index }: Book,
  { state }: Extract<DeploymentEvent, { type: 'attempt_ended' }>,
): Promise<Extract<DeploymentEvent, { type: 'rollback_announced' }> | null> {
  const seconds = plan.environment.rollback?.countdownSeconds ?? null;
  // A part of it that somebody chose, and that went well, leaves nothing to undo.
  const wentWell = [...(deployment.run?.servers.values() ?? [])].every((server) => server.state === 'ok');
  const hasFailed = !wentWell && (state === 'error' || state === 'partial');
  if (seconds === null || plan.undoes || !hasFailed) return null;
  const { servers } = undoableServers(index, await store.eventsAfter(deployment.number, 0));
  const names = Object.keys(servers).toReversed();
  return names.length === 0
    ? null
    : { type: 'rollback_announced', servers: names, at: now() + seconds * 1_000 };
}
