import type { Logger } from 'pino';

import type { StoredEvent } from '../domain/events/deployment-event.ts';
import { findServer, isScript, type Plan, type PlannedTask, taskOf } from '../domain/plan/plan.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Fact } from '../progress/facts.ts';
import { plainText } from '../wording/plain.ts';
import { threadLine } from '../wording/thread-line.ts';

/** What is done with each fact besides telling it in Slack. */
interface ObserverNeeds {
  metrics: Pick<Metrics, 'deploymentEnded' | 'serverEnded' | 'taskEnded'>;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** What was told just now. */
interface News {
  facts: Fact[];
  events: StoredEvent[];
}

/** Writes each fact into the log, and counts how long what ended took. Each is told once, whichever process did it. */
export function observeFacts({
  metrics,
  log,
}: ObserverNeeds): (plan: Plan, number: number, news: News) => void {
  return (plan, deployment, { facts, events }) => {
    const environment = plan.environment.name;
    for (const fact of facts) {
      const line = { deployment, environment, event: fact.event.type, ...serverOf(fact) };
      log[fact.matters ? 'warn' : 'info'](line, plainText(threadLine(plan, fact, sayInstant)));
      measure(metrics, environment, fact);
    }
    for (const { event } of events) if (event.type === 'task_ended') measureTask(metrics, plan, event);
  };
}

function sayInstant(at: number): string {
  return new Date(at).toISOString();
}

function serverOf({ event }: Fact): { server?: string } {
  if ('server' in event && event.server) return { server: event.server };
  if (event.type === 'question_asked' && event.question.server) return { server: event.question.server };
  return event.type === 'service_changed' && event.servers.length === 1 ? { server: event.member } : {};
}

function measure(metrics: ObserverNeeds['metrics'], environment: string, { event, durationMs }: Fact): void {
  if (durationMs === null) return;
  const seconds = durationMs / 1_000;
  if (event.type === 'attempt_ended') metrics.deploymentEnded({ environment, result: event.state, seconds });
  if (event.type === 'server_ended') metrics.serverEnded({ environment, result: event.state, seconds });
}

function measureTask(
  metrics: ObserverNeeds['metrics'],
  plan: Plan,
  { task, state, durationMs }: Extract<StoredEvent['event'], { type: 'task_ended' }>,
): void {
  const planned = taskOf(plan, task);
  const seconds = Math.max(0, durationMs) / 1_000;
  metrics.taskEnded({ driver: driverOf(plan, planned), type: planned.type, result: state, seconds });
}

/** How what a task acts on is reached: few words, of which none is a name. */
function driverOf({ environment }: Plan, task: PlannedTask): string {
  if (isScript(task)) return 'script';
  if (task.type === 'MANUAL' || task.type === 'NOTIFY') return 'none';
  return findServer(environment, task.on ?? task.server ?? '')?.server.connection.driver ?? 'none';
}

/** Counts how long Slack took to show what was to be said, from the moment at which it was first wanted. */
export function observeSaid(
  metrics: Pick<Metrics, 'delivered'>,
  now: () => number,
): (message: { kind: string; wantedAt: number }) => void {
  return ({ kind, wantedAt }) =>
    metrics.delivered({ kind, lagSeconds: Math.max(0, now() - wantedAt) / 1_000 });
}
