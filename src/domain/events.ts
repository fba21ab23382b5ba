import type { Actor } from './actor.ts';
import type { FreezeOverride } from './environment.ts';

/** How one server's run stands. `preflight_failed` and `skipped` were never begun. */
export type ServerState =
  | 'pending'
  | 'preflight_failed'
  | 'deploying'
  | 'ok'
  | 'error'
  | 'unknown'
  | 'skipped'
  | 'cancelled';

/** How a task ended. `unknown` is never written as failed: nobody can say what happened. */
export type TaskEnd = 'ok' | 'warning' | 'error' | 'skipped' | 'unknown';

/** How an attempt ended. */
export type AttemptEnd = 'ok' | 'ok_with_warnings' | 'partial' | 'error' | 'cancelled';

/** What a question is about; each kind has its own choices. */
export type QuestionKind = 'unknown-task' | 'capacity' | 'next-wave' | 'missed-start';

/** What a person may answer. */
export type Choice = 'retry' | 'resume' | 'stop' | 'start' | 'skip';

/** A question that only a person can answer, with what happens if nobody does. */
export interface Question {
  /** Unique within the deployment: the version of the event that asked. */
  id: string;
  kind: QuestionKind;
  text: string;
  task: number | null;
  group: number | null;
  choices: Choice[];
  defaultChoice: Choice;
  deadlineAt: number;
}

/** Why a server is not ready, in one sentence. */
export interface ServerProblem {
  server: string;
  message: string;
}

/** Everything that can happen to a deployment. The log of these is the single truth; all else is a fold of it. */
export type DeploymentEvent =
  | ({
      type: 'requested';
      reason: string;
      /** Null: as soon as it is approved. */
      startsAt: number | null;
      expiresAt: number | null;
      typed: string | null;
      zone: string;
      planHash: string;
      acceptedWarnings: number;
      /** What it takes to start inside the freezes of its hour; absent: it lies in none. */
      overrides?: FreezeOverride[];
    } & Actor)
  | { type: 'approved'; by: string; roles: string[]; planHash: string }
  | { type: 'rejected'; by: string; reason: string }
  | { type: 'scheduled'; startsAt: number }
  | {
      type: 'reminded';
      /** Minutes that are left. */
      minutesBefore: number;
      about?: 'start' | 'approval';
      /** The due row that it answers, so that each is answered once. */
      dueAt?: number;
      /** Mentions of those who can still approve; nobody else is called. */
      people?: string[];
    }
  | {
      type: 'plan_changed';
      planHash: string;
      changes: string[];
      expiresAt: number;
      overrides?: FreezeOverride[];
    }
  | {
      type: 'queued';
      behind: number | null;
      /** Why it begins later than the grace, in words; absent: it is in time. */
      late?: string;
    }
  /** It is queued, and somebody closed its environment: it begins only when that is lifted. */
  | ({ type: 'lock_met'; reason: string; since: number } & Actor)
  | ({ type: 'lock_lifted' } & Actor)
  | { type: 'expired'; reason: string }
  | { type: 'missed'; reason: string }
  | ({ type: 'cancelled' } & Actor)
  | ({ type: 'stop_requested' } & Actor)
  /** Its hour, where it waits for the next window; absent: at once. */
  | ({ type: 'retry_requested'; servers: string[]; startsAt?: number } & Actor)
  | { type: 'attempt_started'; attempt: number; servers: string[]; fence: number }
  | { type: 'attempt_resumed'; attempt: number; fence: number; during: string | null }
  | {
      type: 'group_checked';
      group: number;
      problems: ServerProblem[];
      /** The capacity floor's sentence when it refuses; null when it holds. */
      refused: string | null;
      inService: number;
      /** What each server of the group said runs there now; null where nothing could be read. */
      from: Record<string, string | null>;
    }
  | { type: 'server_started'; server: string }
  | { type: 'task_intended'; task: number; run: number; fence: number }
  | {
      type: 'task_found';
      task: number;
      run: number;
      seen: 'running' | 'ended' | 'never-started' | 'lost';
      again: boolean;
      message: string;
    }
  | {
      type: 'task_ended';
      task: number;
      run: number;
      state: TaskEnd;
      exitCode: number | null;
      /** One sentence about the end, for people. */
      message: string;
      lastLines: string[];
      /** What the system said runs there now, for VERIFY. */
      readBack: string | null;
      durationMs: number;
    }
  | { type: 'server_ended'; server: string; state: ServerState; message: string | null; to: string | null }
  | {
      type: 'service_changed';
      member: string;
      servers: string[];
      inService: 'yes' | 'no' | 'held';
      reason: string;
    }
  | { type: 'question_asked'; question: Question }
  | { type: 'question_answered'; question: string; choice: Choice; by: string }
  /** The window in which the attempt began has closed, and says that no further server begins. */
  | { type: 'window_ended'; window: string }
  /** The database was put back to an older copy: whatever happened after `copiedAt` is not in this log. */
  | { type: 'restored'; copiedAt: number }
  | { type: 'attempt_ended'; attempt: number; state: AttemptEnd; endedBy: string };

/** An event as it stands in the log: `version` counts within its deployment from 1. */
export interface StoredEvent {
  deployment: number;
  version: number;
  /** Epoch milliseconds. */
  at: number;
  event: DeploymentEvent;
}
