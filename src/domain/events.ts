import type { Actor, Decided } from './actor.ts';
import type { BatchOnFailure } from './batch/batch.ts';
import type { FreezeOverride } from './configured/hours.ts';
import type { DelegationEvent } from './deployment/delegation-event.ts';
import type { GlassEvent } from './deployment/glass-event.ts';
import type { ExcludedServer, PreparationEvent } from './preparation-events.ts';
import type { Warning } from './verdict.ts';

/** How one server's run stands. `preflight_failed` and `skipped` were never begun. */
export type ServerState =
  | 'pending'
  | 'preflight_failed'
  | 'deploying'
  | 'ok'
  | 'error'
  | 'unknown'
  | 'skipped'
  | 'cancelled'
  /** It failed, and stands again as it was before; it stays held. */
  | 'rolled_back'
  /** A named person left it out before the start: it was not touched. */
  | 'excluded';

/** How a task ended. `unknown` is never written as failed: nobody can say what happened. */
export type TaskEnd = 'ok' | 'warning' | 'error' | 'skipped' | 'unknown';

/** How an attempt ended. */
export type AttemptEnd = 'ok' | 'ok_with_warnings' | 'partial' | 'error' | 'cancelled';

/** What a question is about; each kind has its own choices. */
export type QuestionKind =
  | 'unknown-task'
  | 'failed-step'
  | 'manual-step'
  | 'capacity'
  | 'next-wave'
  | 'drift'
  | 'missed-start'
  | 'no-watcher'
  | 'after-restore';

/** What a person may answer. */
export type Choice = 'retry' | 'resume' | 'stop' | 'start' | 'skip' | 'done' | 'roll-back' | 'keep';

/** A question that only a person can answer, with what happens if nobody does. */
export interface Question {
  /** Unique within the deployment: the version of the event that asked. */
  id: string;
  kind: QuestionKind;
  text: string;
  task: number | null;
  group: number | null;
  /** The server it is about; absent where it is about none. */
  server?: string;
  choices: Choice[];
  defaultChoice: Choice;
  deadlineAt: number;
}

/** Why a server is not ready, in one sentence. */
export interface ServerProblem {
  server: string;
  message: string;
}

/** What a server says of itself, where a deployment left something else. */
export interface ServerDrift {
  server: string;
  recorded: string;
  found: string;
}

/** The cache that was in use before a deployment, and the other one, which its servers are swapped to (D-47a). */
export interface CacheChoice {
  before: string;
  next: string;
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
      /** What they said, so that the start knows which is new; absent in logs of earlier versions. */
      warnings?: Warning[];
      /** What it takes to start inside the freezes of its hour; absent: it lies in none. */
      overrides?: FreezeOverride[];
    } & Actor)
  | {
      type: 'approved';
      by: string;
      /** The approver whose vote it is, where that person handed it over; absent: their own. */
      for?: string;
      roles: string[];
      planHash: string;
    }
  | GlassEvent
  | DelegationEvent
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
  /** Somebody asks whoever can lift what keeps it from running: why that is, and mentions of those who are asked. */
  | ({ type: 'lift_asked'; rule: string; message: string; people: string[] } & Actor)
  | {
      type: 'plan_changed';
      planHash: string;
      changes: string[];
      expiresAt: number;
      overrides?: FreezeOverride[];
      /** What an approval of it accepts; absent: what was accepted before. */
      warnings?: Warning[];
      /** Who had approved what it was before. */
      approvedBy?: (Decided & { for?: string })[];
      /** Those of them who are asked to look once more: they still may. */
      ask?: string[];
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
  /** The server at hand is finished, and nothing further begins. */
  | ({ type: 'stop_requested' } & Actor)
  /** What runs on servers is ended, and nothing further begins. */
  | ({ type: 'stop_now_requested'; reason: string } & Actor)
  /** The server at hand is finished, and nothing further begins until somebody resumes it. */
  | ({ type: 'paused' } & Actor)
  | ({ type: 'resumed' } & Actor)
  | ({
      type: 'retry_requested';
      servers: string[];
      /** How many remained, where only these of them were chosen; absent: all of them. */
      of?: number;
      /** Its hour, where it waits for the next window; absent: at once. */
      startsAt?: number;
    } & Actor)
  /** After the end: a held member goes back into service, by this task of the plan. */
  | ({ type: 'put_back_requested'; member: string; task: number } & Actor)
  /** After the end: a held member stays out, and that is how somebody wants it. */
  | ({ type: 'kept_out'; member: string } & Actor)
  /** What failed is rolled back by itself then, unless somebody stops it. */
  | { type: 'rollback_announced'; servers: string[]; at: number }
  /** The countdown ran out, and it cannot be rolled back. */
  | { type: 'rollback_failed'; reason: string }
  | ({ type: 'rollback_snoozed'; at: number } & Actor)
  | ({ type: 'rollback_kept' } & Actor)
  /** What this deployment changed is undone by another one. */
  | ({ type: 'rollback_requested'; deployment: number } & Actor)
  | { type: 'put_back_started'; member: string; fence: number }
  /** `state` is what the deployment goes back to. */
  | {
      type: 'put_back_ended';
      member: string;
      state: AttemptEnd;
      /** Why nothing was done, in one sentence; absent where it was tried. */
      notDone?: string;
    }
  | {
      type: 'attempt_started';
      attempt: number;
      servers: string[];
      fence: number;
      /** Where the backup of the latest successful deployment lies; absent where there is none. */
      backup?: string;
      /** What a named person left out of it; absent: nothing. */
      excluded?: ExcludedServer[];
    }
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
      /** Servers on which something else runs than a deployment left there; absent where nothing was compared or found. */
      drift?: ServerDrift[];
      /** The caches, chosen at the first group that swaps them. */
      cache?: CacheChoice;
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
  /** What a task says while it is under way; each key once. */
  | { type: 'task_told'; task: number; key: string; message: string }
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
  /** A failed server is restored by itself, because the configuration says so. */
  | { type: 'rollback_decided'; server: string }
  | { type: 'server_ended'; server: string; state: ServerState; message: string | null; to: string | null }
  | {
      type: 'service_changed';
      member: string;
      servers: string[];
      inService: 'yes' | 'no' | 'held';
      reason: string;
    }
  | { type: 'question_asked'; question: Question }
  | {
      type: 'question_answered';
      question: string;
      choice: Choice;
      by: string;
      /** Somebody had paused the deployment: it goes on being paused. */
      paused?: true;
    }
  /** The window in which the attempt began has closed, and says that no further server begins. */
  | {
      type: 'window_ended';
      window: string;
      /** What runs on servers is ended as well, as with Stop now. */
      stops?: true;
    }
  /** It was requested as the last of a batch; `behind` is what stands before it there. */
  | { type: 'batch_joined'; behind: number[] }
  /** It has another place in its batch, or the batch another way with failures. */
  | { type: 'batch_ordered'; by: string; place: number; of: number; onFailure: BatchOnFailure }
  /** The morning after the hour of its batch has come, and not everything there has ended. */
  | { type: 'batch_waits' }
  /** The database was put back to an older copy: whatever happened after `copiedAt` is not in this log. */
  | { type: 'restored'; copiedAt: number }
  | {
      type: 'attempt_ended';
      attempt: number;
      state: AttemptEnd;
      endedBy: string;
      /** Where the backup lies that it leaves; absent where it made none, or did not succeed. */
      backup?: string;
      /** What a named person left out of it, to be said last (law 13); absent: nothing. */
      excluded?: ExcludedServer[];
    }
  | PreparationEvent;

/** An event as it stands in the log: `version` counts within its deployment from 1. */
export interface StoredEvent {
  deployment: number;
  version: number;
  /** Epoch milliseconds. */
  at: number;
  event: DeploymentEvent;
}

/** What people do to a deployment that was approved. */
export type Intervention = Extract<
  DeploymentEvent,
  {
    type:
      | 'cancelled'
      | 'stop_requested'
      | 'stop_now_requested'
      | 'paused'
      | 'resumed'
      | 'retry_requested'
      | 'put_back_requested'
      | 'kept_out'
      | 'rollback_snoozed'
      | 'rollback_kept'
      | 'rollback_requested';
  }
>;

/** What an attempt meets out there. */
export type Happening = Extract<
  DeploymentEvent,
  {
    type:
      | 'attempt_started'
      | 'attempt_resumed'
      | 'attempt_ended'
      | 'task_intended'
      | 'task_found'
      | 'task_told'
      | 'task_ended'
      | 'group_checked'
      | 'server_started'
      | 'server_ended'
      | 'rollback_decided'
      | 'service_changed'
      | 'window_ended'
      | 'rollback_announced'
      | 'rollback_failed'
      | 'put_back_started'
      | 'put_back_ended'
      | 'question_asked';
  }
>;

const interventions: Record<Intervention['type'], true> = {
  cancelled: true,
  stop_requested: true,
  stop_now_requested: true,
  paused: true,
  resumed: true,
  retry_requested: true,
  put_back_requested: true,
  kept_out: true,
  rollback_snoozed: true,
  rollback_kept: true,
  rollback_requested: true,
};

const happenings: Record<Happening['type'], true> = {
  attempt_started: true,
  attempt_resumed: true,
  attempt_ended: true,
  task_intended: true,
  task_found: true,
  task_told: true,
  task_ended: true,
  group_checked: true,
  server_started: true,
  server_ended: true,
  rollback_decided: true,
  service_changed: true,
  window_ended: true,
  rollback_announced: true,
  rollback_failed: true,
  put_back_started: true,
  put_back_ended: true,
  question_asked: true,
};

/** Whether it is something that a person does to an approved deployment. */
export function isIntervention(event: DeploymentEvent): event is Intervention {
  return Object.hasOwn(interventions, event.type);
}

/** Whether it is something that an attempt meets out there. */
export function isHappening(event: DeploymentEvent): event is Happening {
  return Object.hasOwn(happenings, event.type);
}
