import { serverRun, taskRun } from '../domain/attempt/run.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { applyEvent, foldDeployment } from '../domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../domain/events/deployment-event.ts';
import { type Plan, type PlannedTask, taskOf } from '../domain/plan/plan.ts';

/** One thing worth telling in the thread: the event, and what was known when it happened. */
export interface Fact {
  version: number;
  at: number;
  event: DeploymentEvent;
  /** How long the server or the attempt took, in milliseconds; null where nothing was timed, or the clock was set back meanwhile. */
  durationMs: number | null;
  /** At the end of an attempt: for how long what is new and what was before were in service side by side, in milliseconds. */
  sideBySideMs: number | null;
  /** The last lines that a failed task printed; once for each failure. */
  lastLines: string[];
  /** The task that failed a server, and where all that it printed is kept; null in any other fact. */
  failed: { attempt: number; task: number; run: number } | null;
  /** Needs somebody, or is the end: also said in the channel. */
  matters: boolean;
}

/** Event kinds that the thread never tells on their own: other lines say what follows from them. */
const silent = new Set<DeploymentEvent['type']>([
  'task_intended',
  'put_back_started',
  'scheduled',
  'server_started',
  'batch_waits',
  'rehearsal_asked',
  'server_checked',
]);

/** The facts of a log in order. Pure: telling twice tells the same. */
export function factsOf(plan: Plan, events: StoredEvent[]): Fact[] {
  const [first, ...rest] = events;
  if (!first) return [];
  const deployment = foldDeployment([first]);
  if (!deployment) return [];
  const facts = [factOf(plan, deployment, first)];
  const shown = new Set<string>();
  for (const stored of rest) {
    const startedAt = startOf(deployment, stored.event);
    applyEvent(deployment, stored);
    if (!isSilent(plan, stored.event))
      facts.push(withoutRepeat(shown, factOf(plan, deployment, stored, startedAt)));
  }
  return facts;
}

/** What a task printed stands with the question about it, and not once more where its server ended. */
function withoutRepeat(shown: Set<string>, fact: Fact): Fact {
  if (fact.failed === null) return fact;
  const key = Object.values(fact.failed).join(':');
  const isRepeated = shown.has(key);
  shown.add(key);
  return isRepeated ? { ...fact, ...noFailure } : fact;
}

function isSilent(plan: Plan, event: DeploymentEvent): boolean {
  if (event.type === 'task_ended')
    return event.state !== 'warning' && !isToldByItself(taskOf(plan, event.task));
  if (event.type === 'group_checked')
    return event.problems.length === 0 && event.refused === null && !event.drift;
  if (event.type === 'service_changed') return event.inService === 'no';
  if (event.type === 'put_back_ended') return event.notDone === undefined;
  if (event.type === 'server_ended') return false;
  return silent.has(event.type);
}

/** A notice, and what belongs to no server's run. */
function isToldByItself({ type, phase }: PlannedTask): boolean {
  return type === 'NOTIFY' || phase === 'cluster' || phase === 'end';
}

function startOf(deployment: Deployment, event: DeploymentEvent): number | null {
  if (event.type === 'attempt_ended') return deployment.startedAt;
  if (event.type === 'server_ended') return deployment.run?.servers.get(event.server)?.startedAt ?? null;
  return null;
}

function factOf(
  plan: Plan,
  deployment: Deployment,
  stored: StoredEvent,
  startedAt: number | null = null,
): Fact {
  const { event, version, at } = stored;
  return {
    version,
    at,
    event,
    durationMs: startedAt === null || at < startedAt ? null : at - startedAt,
    sideBySideMs: event.type === 'attempt_ended' ? sideBySide(deployment) : null,
    ...failureToldWith(plan, deployment, event),
    matters: matters(event),
  };
}

/** From the first return of something new to the last one; null where there were not two, or not all came back (D-33). */
function sideBySide({ run }: Deployment): number | null {
  // What was excluded goes on as it was.
  if (!run?.back || run.excluded.length > 0 || [...run.servers.values()].some(({ state }) => state !== 'ok'))
    return null;
  return run.back.latest > run.back.first ? run.back.latest - run.back.first : null;
}

/** The rest of what was kept stands in the log. */
const shownLines = 20;

const noFailure = { lastLines: [], failed: null };

/** Whoever is asked about a step that failed has to see what it printed, and not only whoever reads how its server ended. */
function failureToldWith(
  plan: Plan,
  deployment: Deployment,
  event: DeploymentEvent,
): Pick<Fact, 'lastLines' | 'failed'> {
  if (event.type === 'server_ended') return failureOf(plan, deployment, event.server);
  if (event.type !== 'question_asked') return noFailure;
  const { kind, task } = event.question;
  const isAboutFailure = task !== null && (kind === 'failed-step' || kind === 'unknown-task');
  return isAboutFailure ? failureOfTask(deployment, task) : noFailure;
}

/** What a server's failed task printed last, and which it was; nothing where nothing failed there. */
export function failureOf(
  plan: Plan,
  deployment: Deployment,
  server: string,
): Pick<Fact, 'lastLines' | 'failed'> {
  const { run } = deployment;
  if (!run || !['error', 'unknown', 'rolled_back'].includes(serverRun(run, server).state)) return noFailure;
  const failed = plan.tasks
    .filter((task) => task.server === server || (task.phase === 'take-out' && task.server === null))
    .find((task) => ['error', 'unknown'].includes(taskRun(run, task.id).end ?? ''));
  return failed ? failureOfTask(deployment, failed.id) : noFailure;
}

function failureOfTask({ run, attempt }: Deployment, task: number): Pick<Fact, 'lastLines' | 'failed'> {
  if (!run) return noFailure;
  const { lastLines, run: times } = taskRun(run, task);
  return { lastLines: lastLines.slice(-shownLines), failed: { attempt, task, run: times } };
}

function matters(event: DeploymentEvent): boolean {
  if (event.type === 'rehearsed') return event.problems.length + event.obstacles.length > 0;
  if (event.type === 'attempt_ended') return event.state === 'error' || event.state === 'partial';
  const told = [
    'rollback_announced',
    'rollback_failed',
    'lock_met',
    'question_asked',
    'missed',
    'expired',
    'plan_changed',
    'restored',
    'glass_asked',
    'glass_broken',
    'glass_lapsed',
  ];
  return told.includes(event.type);
}
