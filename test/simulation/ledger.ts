import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Question } from '../../src/domain/events/question.ts';
import type { ServerState, TaskEnd } from '../../src/domain/events/states.ts';
import type { Plan, PlannedTask } from '../../src/domain/plan/plan.ts';
import type { Happening } from './invariant.ts';

/** What the log says of one task in one attempt. */
export interface TaskEntry {
  intents: { run: number; fence: number }[];
  end: TaskEnd | null;
  /** How often a person, or a default, decided that it may run again. */
  retries: number;
  /** The last run of which was decided that nobody will know; 0 where none was. */
  givenUpRun: number;
  /** It was decided that it is left out, or that somebody has done it. */
  passed: 'skip' | 'done' | null;
}

/** What the log says of one attempt. */
export interface AttemptEntry {
  number: number;
  startedAt: number;
  servers: Map<string, ServerState>;
  tasks: Map<number, TaskEntry>;
  service: Map<string, 'yes' | 'no' | 'held'>;
  /** Why no further server may begin; null while one may. */
  halted: string | null;
  failures: number;
  /** Somebody keeps anything further from beginning. */
  paused: boolean;
  /** Somebody wants everything ended: no step is begun any more. */
  endsNow: boolean;
  ended: boolean;
  /** After the end: what a person wants back in service, and by which task. */
  putBack: { member: string; task: number; isStarted: boolean } | null;
  keptOut: Set<string>;
  /** Servers that are restored instead of deployed to. */
  rollingBack: Set<string>;
  /** Servers on which something else runs, and nobody has said that this is all right. */
  drifting: Set<string>;
  /** What was found on servers instead of what was left there, as last named: it is named once. */
  named: Map<string, string>;
}

/** What the log says of one deployment. */
export interface DeploymentEntry {
  number: number;
  plan: Plan;
  environment: Environment;
  planHash: string;
  requestedBy: string;
  startsAt: number | null;
  expiresAt: number | null;
  approvals: { by: string; for?: string; planHash: string; at: number }[];
  /** Those who went on without the approvals of this plan; null while nobody did. */
  glass: string[] | null;
  /** Waits for its hour. */
  scheduled: boolean;
  /** Waits for its environment. */
  queued: boolean;
  /** A person, or the default, let a missed start begin. */
  lateStartAllowed: boolean;
  /** How it ended before any attempt; null while it may still begin. */
  closed: string | null;
  attempts: AttemptEntry[];
  question: Question | null;
  /** When it is rolled back by itself; null while nothing counts down. */
  countdown: number | null;
  /** Approvals that its freezes take besides. */
  overrides: number;
  /** Runs in the world: `attempt/task` → how each ended; null while it goes on. */
  runs: Map<string, { run: number; exitCode: number | null; open: boolean; fence: number }[]>;
}

/** A small fold of the log and the world, written apart from the product's own. */
export interface Ledger {
  deployments: Map<number, DeploymentEntry>;
  /** How each member was last said to stand, and by which deployment. */
  service: Map<string, { inService: 'yes' | 'no' | 'held'; deployment: number }>;
  add(happening: Happening): void;
}

/** The attempt of an entry that goes on now; null where none does. */
export function openAttempt(entry: DeploymentEntry | undefined): AttemptEntry | null {
  const attempt = entry?.attempts.at(-1);
  return attempt && !attempt.ended ? attempt : null;
}

/** What is known of a task in an attempt. */
export function taskEntry(attempt: AttemptEntry, task: number): TaskEntry {
  const known = attempt.tasks.get(task);
  if (known) return known;
  const fresh = { intents: [], end: null, retries: 0, givenUpRun: 0, passed: null };
  attempt.tasks.set(task, fresh);
  return fresh;
}

/** What goes on of an entry out there: its attempt, or after the end what puts a member back. */
export function atWork(entry: DeploymentEntry | undefined): AttemptEntry | null {
  const attempt = entry?.attempts.at(-1);
  return attempt && (!attempt.ended || attempt.putBack?.isStarted) ? attempt : null;
}

/** The task that a marker names: `3-install`, `4-enable-web-1`. */
export function taskOfMarker({ plan }: DeploymentEntry, name: string): PlannedTask | undefined {
  const id = Number(name.split('-', 1)[0]);
  return [...plan.tasks, ...plan.rollbackTasks].find((task) => task.id === id);
}

/** Runs of one task in one attempt, in the order of their starts. */
export function runsOf(
  entry: DeploymentEntry,
  attempt: number,
  task: number,
): { run: number; exitCode: number | null; open: boolean; fence: number }[] {
  const key = `${attempt}/${task}`;
  const known = entry.runs.get(key) ?? [];
  entry.runs.set(key, known);
  return known;
}

/** How many have to approve besides freezes; nobody where a rollback comes about by a countdown that was approved. */
export function usualApprovals({ environment, plan, requestedBy }: DeploymentEntry): number {
  if (plan.undoes && requestedBy === 'system') return 0;
  return environment.approval?.rules[0]?.required ?? 0;
}

/** True where every deployment has ended, or waits for approval that nobody gave. */
export function isAtRest({ deployments }: Ledger): boolean {
  return [...deployments.values()].every((entry) => {
    const { attempts, closed, queued, scheduled, approvals, countdown } = entry;
    if (closed !== null) return true;
    const usual = entry.glass ? 0 : usualApprovals(entry);
    if (attempts.length === 0 && approvals.length < usual + entry.overrides) return true;
    if (countdown !== null || (scheduled && attempts.length > 0)) return false;
    const last = attempts.at(-1);
    return !queued && last?.ended === true && last.putBack === null;
  });
}
