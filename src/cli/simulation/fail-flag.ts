import { type Plan, type PlannedTask } from '../../domain/plan/plan.ts';
import { quote } from '../../domain/quote.ts';

/** A `--fail` as it was given, in its parts. */
export interface FailFlag {
  given: string;
  target: string;
  type: string;
  /** Null: the first task of the type. */
  action: string | null;
}

/** Reads `TARGET:TYPE[:ACTION]`; null where it is no such thing. */
export function readFailFlag(given: string): FailFlag | null {
  const [target = '', type = '', action = null, ...rest] = given.split(':');
  if (target === '' || type === '' || action === '' || rest.length > 0) return null;
  return { given, target, type, action };
}

/** The number of the first task that each flag means, or one sentence on the first flag that means none. */
export function findStrikes(
  plan: Plan,
  flags: FailFlag[],
): { ok: true; strikes: number[] } | { ok: false; message: string } {
  const tasks = failable(plan);
  const found = flags.map((flag) => ({ flag, task: tasks.find((task) => matches(task, flag)) }));
  const wrong = found.find(({ task }) => task === undefined);
  if (wrong) return { ok: false, message: sayNoMatch(tasks, wrong.flag) };
  return { ok: true, strikes: found.flatMap(({ task }) => task?.id ?? []) };
}

/** What is performed out there: being told, and a person's own work, cannot fail by themselves. */
function failable({ tasks, rollbackTasks }: Plan): PlannedTask[] {
  return [...tasks, ...rollbackTasks].filter(
    ({ phase, type }) => phase !== null && type !== 'NOTIFY' && type !== 'MANUAL',
  );
}

/** Where a type has no actions, its tasks are told apart by their step. */
function matches(task: PlannedTask, { target, type, action }: FailFlag): boolean {
  const isThere = targetsOf(task).includes(target);
  return isThere && task.type === type && (action === null || (task.action ?? task.step) === action);
}

function targetsOf({ server, on, cluster }: PlannedTask): string[] {
  return [on, server, cluster].filter((name) => name !== null);
}

function sayNoMatch(tasks: PlannedTask[], { given, target, type }: FailFlag): string {
  const there = tasks.filter((task) => targetsOf(task).includes(target));
  const sameType = tasks.filter((task) => task.type === type);
  const near = there.length > 0 ? there : sameType.length > 0 ? sameType : tasks;
  const kinds = new Map<string, Set<string>>();
  for (const task of near) {
    const name = there.length > 0 ? target : (targetsOf(task)[0] ?? '');
    kinds.set(name, (kinds.get(name) ?? new Set()).add(kindOf(task)));
  }
  const choices = [...kinds].map(([name, types]) => `${name} (${[...types].join(', ')})`);
  return `--fail ${quote(given)} matches no task of this plan; these can fail: ${choices.join('; ')}.`;
}

function kindOf({ type, action, step }: PlannedTask): string {
  const what = action ?? step;
  return what === null ? type : `${type}:${what}`;
}
