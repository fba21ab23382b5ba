import type { Step } from '../configured/runbook.ts';
import { findStep, type Plan, type PlannedTask, plannedServers } from '../plan/plan.ts';
import type { Deployment } from './deployment.ts';

/** How many servers run their checks at once. */
export const checksAtOnce = 8;

/** How long all checks of one server may take together, in milliseconds. */
export const checkDeadlineMs = 120_000;

/** A step that only looks, before anything is changed. */
export interface OpeningCheck {
  task: PlannedTask;
  step: Step;
}

/** A server of a rehearsal whose checks are to be run now. */
export interface WantedCheck {
  deployment: number;
  plan: Plan;
  server: string;
  checks: OpeningCheck[];
  /** The rehearsal that wants to know, by its instant, epoch milliseconds. */
  askedAt: number;
  /** When it is to start, epoch milliseconds. */
  startsAt: number;
}

/**
 * What a deployment looks at on a server before it changes anything there: its steps of `kind: verify`, which only
 * look, up to the first task that is none. Notices between them are passed over. Only these may be run in a rehearsal:
 * what stands later judges what earlier steps have made, and a step of any other kind changes the server.
 */
export function openingChecks(plan: Plan, server: string): OpeningCheck[] {
  const checks: OpeningCheck[] = [];
  for (const task of plan.tasks) {
    if (task.server !== server || task.phase !== 'server' || task.type === 'NOTIFY') continue;
    const step = task.type === 'STEP' ? findStep(plan, task)?.step : undefined;
    if (step?.kind !== 'verify') break;
    checks.push({ task, step });
  }
  return checks;
}

/** How long the checks of so many servers may take, in milliseconds; 0 where there is none. */
export function checksTakeMs(plan: Plan, servers: string[]): number {
  const checked = servers.filter((server) => openingChecks(plan, server).length > 0);
  return Math.ceil(checked.length / checksAtOnce) * checkDeadlineMs;
}

/** The servers of a rehearsal under way that have checks of which nothing is known yet, in the order of the plan. */
export function wantedChecks(deployment: Deployment, plan: Plan): WantedCheck[] {
  const { number, startsAt, attempt, preparation } = deployment;
  const { rehearsal } = preparation;
  if (!rehearsal || rehearsal.result || startsAt === null || attempt > 0) return [];
  const { askedAt, servers, checked } = rehearsal;
  return plannedServers(plan)
    .filter((server) => servers.includes(server) && !checked.has(server))
    .map((server) => ({
      deployment: number,
      plan,
      server,
      checks: openingChecks(plan, server),
      askedAt,
      startsAt,
    }))
    .filter(({ checks }) => checks.length > 0);
}
