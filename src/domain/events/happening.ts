import type { ExcludedServer } from './preparation-event.ts';
import type { Question } from './question.ts';
import type { ServerProblem } from './server-problem.ts';
import type { AttemptEnd, ServerState, TaskEnd } from './states.ts';

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

/** What an attempt meets out there, and what comes after it by itself. */
export type Happening =
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
  /** The window in which the attempt began has closed, and says that no further server begins. */
  | {
      type: 'window_ended';
      window: string;
      /** What runs on servers is ended as well, as with Stop now. */
      stops?: true;
    }
  /** What failed is rolled back by itself then, unless somebody stops it. */
  | { type: 'rollback_announced'; servers: string[]; at: number }
  /** The countdown ran out, and it cannot be rolled back. */
  | { type: 'rollback_failed'; reason: string }
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
      type: 'attempt_ended';
      attempt: number;
      state: AttemptEnd;
      endedBy: string;
      /** Where the backup lies that it leaves; absent where it made none, or did not succeed. */
      backup?: string;
      /** What a named person left out of it, to be said last (law 13); absent: nothing. */
      excluded?: ExcludedServer[];
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

/** Whether it is something that an attempt meets out there. */
export function isHappening(event: { type: string }): event is Happening {
  return Object.hasOwn(happenings, event.type);
}
