import type { Actor } from '../domain/actor.ts';
import { type EnvironmentLock, refuseUnlocker } from '../domain/deployment/lock.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { findEnvironment } from './find-environment.ts';
import type { AppNeeds } from './needs.ts';

/** Somebody opens a closed environment again. */
export interface UnlockEnvironment extends Actor {
  environment: string;
}

/** What was lifted, and what that lets go on. */
export interface UnlockedEnvironment {
  lock: EnvironmentLock;
  /** Queued there, the first to begin first. */
  waiting: number[];
}

const shownDeployments = 100;

/** Opens an environment: its locker or an admin may. What was held back is checked again as at any start. */
export async function unlockEnvironment(
  needs: AppNeeds,
  request: UnlockEnvironment,
): Promise<Verdict<UnlockedEnvironment>> {
  const found = findEnvironment(needs.configuration(), request.environment);
  if (!found.ok) return found;
  const { environment, by, via } = request;
  const person = await needs.findPerson(by);
  const lock = await needs.store.lock(environment);
  if (!lock) return refuse(notLocked(environment));
  const refusal = refuseUnlocker(person, needs.configuration(), { environment: found.value, lock });
  if (refusal) return refuse(refusal);
  const lifted = await needs.store.unlockEnvironment({
    environment,
    by,
    via,
    since: lock.since,
    at: needs.now(),
  });
  if (!lifted) return refuse(notLocked(environment));
  const queued = await needs.store.list({ environment, states: ['queued'], limit: shownDeployments });
  return accept({ lock: lifted, waiting: queued.map(({ number }) => number).toReversed() });
}

function notLocked(environment: string): Refusal {
  return {
    rule: 'law-14',
    message: `\`${environment}\` is not locked.`,
    liftedBy: 'nobody',
    wayOut: 'See `/deploy list` for what is.',
  };
}
