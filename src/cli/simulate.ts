import type { PlanningNeeds } from '../app/needs.ts';
import { planDeployment, refusalsOf } from '../app/plan-deployment.ts';
import { nextOpening, refuseStart } from '../domain/calendar/windows.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { refuse, type Verdict, accept } from '../domain/verdict.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { plainText } from '../wording/plain.ts';
import { sayRefusals } from '../wording/refusal.ts';
import { loadPlanning, type PlanOptions, requestOf } from './load-planning.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { type FailFlag, findStrikes } from './simulation/fail-flag.ts';
import type { SimulatedLine } from './simulation/line.ts';
import { linesOf } from './simulation/lines.ts';
import { simulatePlan } from './simulation/simulate-plan.ts';
import { asTable } from './simulation/table.ts';

/** The flags of `simulate`: those of `plan`, and what fails. */
export interface SimulateOptions extends PlanOptions {
  fail: FailFlag[];
}

/**
 * `simulate`: runs the real engine over servers that only exist in memory, and prints what becomes of each task. Exit
 * code 0 once the end is printed, 1 where the plan is refused, 2 where a flag means nothing.
 */
export async function runSimulate(options: SimulateOptions): Promise<number> {
  const planning = await loadPlanning(options);
  if (!planning) return 2;
  const planned = await planForSimulation(planning, options);
  if (!planned.ok) return fail(1, sayRefusals(planned.refusals));
  const { plan, startsAt } = planned.value;
  const found = findStrikes(plan, options.fail);
  if (!found.ok) return fail(2, found.message);
  const store = await openSqliteStore({ file: ':memory:', migrationsFolder });
  try {
    const { events } = await simulatePlan(plan, { store, startsAt, strikes: found.strikes });
    const lines = linesOf(plan, events);
    process.stdout.write(options.format === 'json' ? asJsonLines(lines) : asTable(lines));
    return 0;
  } finally {
    await store.close();
  }
}

function fail(code: number, message: string): number {
  process.stderr.write(`${plainText(message)}\n`);
  return code;
}

/** The plan as it would be made when a window is open: now, or when the next one opens. */
async function planForSimulation(
  planning: PlanningNeeds,
  options: SimulateOptions,
): Promise<Verdict<{ plan: Plan; startsAt: number }>> {
  const startsAt = startOf(planning, options.environment);
  const scriptsMayBeElsewhere = {
    ...planning,
    digestFile: async (path: string) => await digest(planning, path),
  };
  const planned = await planDeployment(scriptsMayBeElsewhere, { ...requestOf(options), startsAt });
  if (!planned.ok) return planned;
  const [first, ...others] = refusalsOf(planned.value);
  return first ? refuse(first, ...others) : accept({ plan: planned.value.plan, startsAt });
}

/** More openings than this inside freezes are nothing that anybody waits for. */
const mostOpenings = 50;

/** Now, or when a window opens next in which it may start; where none does, now, which is refused with the reason. */
function startOf({ configuration, now }: PlanningNeeds, name: string): number {
  const environment = configuration().environments.find((candidate) => candidate.name === name);
  if (!environment) return now();
  let at: number | null = now();
  for (let tries = 0; at !== null && tries < mostOpenings; tries += 1) {
    if (refuseStart(environment, at).length === 0) return at;
    at = nextOpening(environment, at);
  }
  return now();
}

/** A simulation runs no script: where one is missing it says so, and goes on. */
async function digest({ digestFile }: PlanningNeeds, path: string): Promise<string> {
  const found = await digestFile(path);
  if (found === null)
    process.stderr.write(`warning: ${path} cannot be read; nothing could be deployed without it\n`);
  return found ?? '';
}

function asJsonLines(lines: SimulatedLine[]): string {
  return lines
    .map(({ type, action, cluster, server, revision, step, state, note }, index) => {
      const task = { type, action, cluster, server, revision, step };
      return `${JSON.stringify({ seq: index + 1, ...task, state, note: plainText(note) })}\n`;
    })
    .join('');
}
