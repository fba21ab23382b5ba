import type { Actor } from '../domain/actor.ts';
import type { EnvironmentEvent, EnvironmentLock } from '../domain/deployment/lock.ts';

/** Lifts exactly the lock that was decided about. */
export interface Unlock extends Actor {
  environment: string;
  /** When that lock was set, epoch milliseconds. */
  since: number;
  at: number;
}

/** An entry of an environment's trail. */
export interface StoredEnvironmentEvent {
  environment: string;
  /** Epoch milliseconds. */
  at: number;
  event: EnvironmentEvent;
}

/** Closed environments, and the trail of each environment. */
export interface LockStore {
  /**
   * Closes an environment: nothing queued there can be claimed, and its log says which lock it met, as does the log of
   * whatever is queued later. Answers the lock that already stands, and then writes nothing; null: it is closed now.
   */
  lockEnvironment(lock: EnvironmentLock): Promise<EnvironmentLock | null>;
  /** Opens it again and says so in the log of everything queued there; null when this lock does not stand any more. */
  unlockEnvironment(unlock: Unlock): Promise<EnvironmentLock | null>;
  lock(environment: string): Promise<EnvironmentLock | null>;
  /** All closed environments, by name. */
  locks(): Promise<EnvironmentLock[]>;
  /** Writes into the trail of each of these environments that a reload changed its configuration. */
  noteReload(reload: { at: number; environments: string[] }): Promise<void>;
  /** Who closed and opened an environment or filled in properties, and when its configuration was changed, in order. */
  environmentEvents(environment: string): Promise<StoredEnvironmentEvent[]>;
}
