import type { Configuration } from '../configured/configuration.ts';
import type { EnvironmentLock } from '../deployment/lock.ts';
import type { ServerLook } from '../plan/inspection.ts';
import type { Plan } from '../plan/plan.ts';
import type { Person } from '../roles.ts';
import type { Refusal } from '../verdict.ts';

/** What the checks look at, all read beforehand. */
export interface PreconditionFacts {
  plan: Plan;
  configuration: Configuration;
  /** Who asks; null on the command line, where nobody is asked for a role. */
  person: Person | null;
  /** The start that is asked for. */
  startsAt: number;
  /** It is to start as soon as it may, not at an hour. */
  startsNow: boolean;
  /** The environment's lock; null where it is open, and where nobody looks. */
  lock: EnvironmentLock | null;
  /** Another deployment that runs in the environment; null where none does, and where nobody looks. */
  busy: Busy | null;
  /** Where the last good backup lies; null where nobody looks. */
  backup: KnownBackup | null;
  /** What the planned servers said lately; empty where nobody asked them. */
  looks: ServerLook[];
}

/** The deployment that has the environment now. */
export interface Busy {
  number: number;
  requestedBy: string;
  /** Epoch milliseconds. */
  since: number;
  /** Servers that have ended, of those it deploys to. */
  done: number;
  servers: number;
}

/** What was looked up about the last good backup: its path, or null where there is none. */
export interface KnownBackup {
  path: string | null;
}

/** What a check found: why not, what is worth saying although it holds, or nothing. */
export type Finding = Refusal | { news: string } | null;

/** One rule of the report. */
export interface Rule {
  rule: string;
  /** The sentence that stands where it holds. */
  holds: string;
  /** Whether there is anything to say of it here; absent: always. */
  concerns?: (facts: PreconditionFacts) => boolean;
  check: (facts: PreconditionFacts) => Finding;
}

/** Who lifts what the file says. */
export const byConfiguration = 'global_admin, by changing the configuration';
