import type { Logger } from 'pino';

import type { Plan } from '../domain/plan/plan.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Fact } from '../progress/facts.ts';
import { plainText } from '../wording/plain.ts';
import { threadLine } from '../wording/thread-line.ts';

/** What is done with each fact besides telling it in Slack. */
interface ObserverNeeds {
  metrics: Pick<Metrics, 'deploymentEnded' | 'serverEnded'>;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Writes each fact into the log, and counts how long what ended took. Each is told once, whichever process did it. */
export function observeFacts({
  metrics,
  log,
}: ObserverNeeds): (plan: Plan, number: number, facts: Fact[]) => void {
  return (plan, deployment, facts) => {
    const environment = plan.environment.name;
    for (const fact of facts) {
      const line = { deployment, environment, event: fact.event.type, ...serverOf(fact) };
      log[fact.matters ? 'warn' : 'info'](line, plainText(threadLine(plan, fact, sayInstant)));
      measure(metrics, environment, fact);
    }
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
