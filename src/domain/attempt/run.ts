import type { Decided } from '../actor.ts';
import type { CacheChoice } from '../events/happening.ts';
import type { ExcludedServer } from '../events/preparation-event.ts';
import type { Question } from '../events/question.ts';
import type { ServerProblem } from '../events/server-problem.ts';
import type { AttemptEnd, ServerState, TaskEnd } from '../events/states.ts';

/** How one task of the running attempt stands. */
export interface TaskRun {
  /** Rises with each decision to run the task again. */
  run: number;
  /** An intent without an outcome: nobody knows yet what came of it. */
  intended: boolean;
  /** When the open intent was written, epoch milliseconds. */
  intendedAt: number | null;
  end: TaskEnd | null;
  /** A person was asked about its failure, and answered: it is not asked again. */
  isDecided: boolean;
  exitCode: number | null;
  message: string;
  lastLines: string[];
  readBack: string | null;
}

/** How one server of the running attempt stands. */
export interface ServerRun {
  state: ServerState;
  message: string | null;
  startedAt: number | null;
  endedAt: number | null;
  from: string | null;
  to: string | null;
  /** Its failure is being undone: what follows is its rollback. */
  isRollingBack: boolean;
}

/** What the check of a group said. */
export interface GroupCheck {
  problems: ServerProblem[];
  refused: string | null;
  /** Time of unknown length has passed since: before anything of the group is taken out, it is looked at once more. */
  isOld: boolean;
}

/** One attempt, folded from its events. */
export interface Run {
  attempt: number;
  fence: number;
  servers: Map<string, ServerRun>;
  /** What a named person left out of it, in the order of the plan. */
  excluded: ExcludedServer[];
  /** How earlier attempts left the servers of the plan. */
  before: ReadonlyMap<string, ServerRun>;
  tasks: Map<number, TaskRun>;
  groups: Map<number, GroupCheck>;
  /** What was found on servers instead of what was left there, and let pass. */
  knownDrift: Map<string, string>;
  /** In service as last told, by member; absent: not touched by this attempt. */
  service: Map<string, 'yes' | 'no' | 'held'>;
  question: Question | null;
  /** First groups of the waves that a person let begin. */
  resumedWaves: Set<number>;
  /** Who wants the server at hand finished, and nothing further begun. */
  stop: Decided | null;
  /** Who wants what runs on servers ended at once; `system` where the end of the window does. */
  stopNow: Decided | null;
  /** Who keeps anything further from beginning until it is resumed. */
  paused: Decided | null;
  /** A question that was answered with "stop": no new server begins. */
  stoppedBy: string | null;
  /** The window that closed on it: no new server begins. */
  endedWindow: string | null;
  ended: { state: AttemptEnd; endedBy: string } | null;
  /** After the end: a held member that is put back into service; started once the environment was leased for it. */
  putBack: { member: string; task: number; isStarted: boolean } | null;
  /** Held members that somebody wants to stay out. */
  keptOut: Map<string, Decided>;
  /** The backup of the latest successful deployment when the attempt began; null where there is none. */
  backup: string | null;
  /** The caches of the deployment, once they are chosen: the same for every server and every attempt (D-47a). */
  cache: CacheChoice | null;
  /** When the first and the latest member came back with what was deployed, epoch milliseconds; null before that. */
  back: { first: number; latest: number } | null;
  /** What tasks said while they were under way, as `task:key`. */
  told: Set<string>;
}

/** How a task stands; one that was never intended is at its first run. */
export function taskRun(run: Run, task: number): TaskRun {
  return (
    run.tasks.get(task) ?? {
      run: 1,
      intended: false,
      intendedAt: null,
      end: null,
      isDecided: false,
      exitCode: null,
      message: '',
      lastLines: [],
      readBack: null,
    }
  );
}

/** How a server of the attempt stands. */
export function serverRun(run: Run, server: string): ServerRun {
  const found = run.servers.get(server);
  if (!found) throw new Error(`server ${server} is not part of attempt ${run.attempt}`);
  return found;
}
