import { type Actor, system } from '../domain/actor.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { type EnvironmentLock, refuseLocker, sayLock } from '../domain/deployment/lock.ts';
import { refuseReason } from '../domain/reason.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import { findEnvironment } from './find-environment.ts';
import type { AppNeeds } from './needs.ts';

/** Somebody closes an environment. */
export interface LockEnvironment extends Actor {
  environment: string;
  reason: string;
}

/** What a lock leaves as it is, and what it holds back. */
export interface LockedEnvironment {
  lock: EnvironmentLock;
  /** Goes on to its end. */
  running: number[];
  /** Waits until the environment is unlocked. */
  waiting: number[];
}

const shownDeployments = 100;

/** Closes an environment: what runs goes on, and nothing begins until it is unlocked. The same lock twice is one. */
export async function lockEnvironment(
  needs: AppNeeds,
  request: LockEnvironment,
): Promise<Verdict<LockedEnvironment>> {
  const reason = request.reason.trim();
  const found = findEnvironment(needs.configuration(), request.environment);
  if (!found.ok) return found;
  const person = await needs.findPerson(request.by);
  const refusals = [
    refuseReason(reason, 'Say in a sentence why the environment is closed.'),
    refuseLocker(person, needs.configuration(), found.value),
  ].filter((refusal) => refusal !== null);
  const [first, ...others] = refusals;
  if (first) return refuse(first, ...others);
  const { by, via, environment } = request;
  const lock = { environment, reason, by, via, since: needs.now() };
  const standing = await needs.store.lockEnvironment(lock);
  if (standing && (standing.by !== by || standing.reason !== reason))
    return refuse(alreadyLocked(standing, found.value.timezone));
  return accept(await describe(needs, standing ?? lock));
}

async function describe({ store }: AppNeeds, lock: EnvironmentLock): Promise<LockedEnvironment> {
  const { environment } = lock;
  const open = await store.list({
    environment,
    states: ['running', 'paused', 'waiting', 'queued'],
    limit: shownDeployments,
  });
  const numbers = (wanted: (deployment: DeploymentSummary) => boolean): number[] =>
    open.filter(wanted).map(({ number }) => number);
  return {
    lock,
    // One that waits before its first attempt is asked about a missed start: it has not begun.
    running: numbers(({ state, attempt }) => state !== 'queued' && attempt > 0),
    waiting: numbers(({ state }) => state === 'queued'),
  };
}

function alreadyLocked(lock: EnvironmentLock, timezone: string): Refusal {
  return {
    rule: 'law-14',
    message: `Already so: ${sayLock(lock, sayTime(lock.since, timezone))}`,
    liftedBy: lock.by === system ? 'an admin' : `<@${lock.by}> or an admin`,
    wayOut: `\`/deploy unlock ${lock.environment}\` lifts it.`,
  };
}
