import type { CacheChoice } from '../domain/events/happening.ts';
import type { TaskEnd } from '../domain/events/states.ts';
import type { Plan, PlannedTask } from '../domain/plan/plan.ts';
import type { Fence } from '../drivers/command.ts';

/** One task of a running attempt, with everything that names it on a target. */
export interface TaskContext {
  plan: Plan;
  task: PlannedTask;
  deployment: number;
  attempt: number;
  /** The how-manieth run of this task; rises with each decision to run it again. */
  run: number;
  fence: Fence;
  /** When the attempt began, epoch milliseconds. */
  startedAt: number;
  /** When the row was written that says that this run of the task begins, epoch milliseconds. */
  intendedAt: number;
  /** Where the server's backup of this attempt lies; null where none is known. */
  backupPath: string | null;
  /** The task is part of a rollback: what the server said before it was deployed to. Null in any other task. */
  undoing: { before: string | null } | null;
  /** The caches of the deployment; null where they are left alone. */
  cache: CacheChoice | null;
  /** Says something in the thread while the task is under way; the same key says nothing twice. */
  tell: (key: string, message: string) => Promise<void>;
  /** Whether this process still holds the environment: asked before each act that no fence on the target guards. */
  isStillOurs: () => Promise<boolean>;
}

/** What came of a task. */
export type TaskOutcome =
  | {
      state: 'ended';
      end: TaskEnd;
      exitCode: number | null;
      /** One sentence for people; it names what happened, not the server. */
      message: string;
      lastLines: string[];
      /** Of a failure: all that it printed, at most 1 MB; absent: no more than the last lines is known. */
      output?: string;
      readBack: string | null;
    }
  /** The probe found that it never began: it may be performed. */
  | { state: 'never-started' }
  /** It began, and neither runs nor left a result. */
  | { state: 'lost'; reason: string; lastLines: string[] }
  /** Nothing is known: the way to the target broke. Probe again. */
  | { state: 'interrupted'; reason: string }
  /** The target saw a higher token: this process no longer owns the environment. */
  | { state: 'fenced' };

/** What a probe saw before it followed: told in the thread after a restart. */
export type OnSeen = (seen: 'running' | 'ended' | 'never-started' | 'lost', message: string) => Promise<void>;

/** What is found on a server before anything is done to it. */
export interface Inspection {
  /** Null when it is ready; else one sentence. */
  problem: string | null;
  /** What it says runs there now; null where no read-back is configured or it did not answer. */
  readBack: string | null;
  /** The URL of the cache that is in use there; absent where nothing was to be known. */
  cache?: string | null;
  /** Whether its cache is on; absent where nothing was to be known. */
  cacheIsOn?: boolean;
}

/** A step that only looks, run before the hour. */
export interface CheckContext {
  plan: Plan;
  task: PlannedTask;
  deployment: number;
  /** When the deployment is to start, epoch milliseconds. */
  startsAt: number;
}

/** What such a step found: it passed, it failed, or nobody knows because it could not be run; reasons name no server. */
export type CheckOutcome = { state: 'passed' } | { state: 'failed' | 'not-run'; reason: string };

/** What performs the tasks of a plan: a system on its servers, or the load balancer with its scripts. */
export interface TaskPerformer {
  /** Performs a task whose intent is committed. */
  perform(context: TaskContext, signal: AbortSignal): Promise<TaskOutcome>;
  /** Law 2: seals, looks, and follows what still runs to its end. */
  probe(context: TaskContext, onSeen: OnSeen, signal: AbortSignal): Promise<TaskOutcome>;
}

/** A system that is deployed to. */
export interface System extends TaskPerformer {
  /** Law 10: seals, and ends what still runs of a task: SIGTERM, and SIGKILL to what does not go. Answers how it ended. */
  end(context: TaskContext, signal: AbortSignal): Promise<TaskOutcome>;
  /** Reaches a server, checks that it is ready, and reads what runs there. Changes nothing. */
  inspect(plan: Plan, server: string, signal: AbortSignal): Promise<Inspection>;
  /** Runs a step that only looks, outside any attempt. Changes nothing, and leaves nothing running. Never rejects. */
  check(context: CheckContext, signal: AbortSignal): Promise<CheckOutcome>;
  /** Opens the way to a server ahead of time; failures are left to the call that needs it. */
  prepare(plan: Plan, server: string): void;
  /** Lets go of the ways to the servers of an attempt; what runs there goes on. */
  release(plan: Plan): Promise<void>;
}
