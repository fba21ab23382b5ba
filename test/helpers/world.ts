import type { Balancer } from '../../src/balancer/balancer.ts';
import type { MemberStatus } from '../../src/domain/attempt/judge-group.ts';
import type { PlannedTask } from '../../src/domain/plan/plan.ts';
import type { CheckOutcome, System, TaskContext, TaskOutcome } from '../../src/systems/system.ts';

/** Something that happened to the world, as an outside witness writes it down. */
export type WorldEntry = string;

/** A world of servers behind a balancer that remembers everything done to it, and does as the test says. */
export interface World {
  system: System;
  balancer: Balancer;
  /** `disable north`, `web-1 install`, `enable north`, in order. */
  done: WorldEntry[];
  /** Makes one act come out otherwise: `web-1 install` → an outcome, or a promise of one. */
  when(entry: WorldEntry, outcome: (signal: AbortSignal) => TaskOutcome | Promise<TaskOutcome>): void;
  /** A step that runs on until it is ended; whoever follows it may let go. */
  hangs(entry: WorldEntry): void;
  /** The backup's path that each act was given. */
  backupPaths: Map<WorldEntry, string | null>;
  unreachable: Set<string>;
  /** What the checks of a server find before the hour, one call each; all is well where nothing is said. */
  checks: Map<WorldEntry, (signal: AbortSignal) => CheckOutcome | Promise<CheckOutcome>>;
  statuses: Map<string, MemberStatus>;
}

/** How an act is called: `disable north`, `web-1 install`. */
export function entryOf(task: PlannedTask): WorldEntry {
  return task.action
    ? `${task.action} ${task.server ?? task.cluster}`
    : `${task.server} ${task.step ?? 'read-back'}`;
}

/** An outcome by its end. */
export function ended(end: 'ok' | 'error' | 'warning', message: string = end): TaskOutcome {
  return { state: 'ended', end, exitCode: end === 'error' ? 1 : 0, message, lastLines: [], readBack: null };
}

/** A world in which everything goes well unless told otherwise. A probe answers what is true there. */
export function createWorld(): World {
  const done: WorldEntry[] = [];
  const outcomes = new Map<WorldEntry, (signal: AbortSignal) => TaskOutcome | Promise<TaskOutcome>>();
  const unreachable = new Set<string>();
  const backupPaths = new Map<WorldEntry, string | null>();
  const checks: World['checks'] = new Map();
  const statuses = new Map<string, MemberStatus>();
  const begun = new Map<string, TaskOutcome>();
  const keyOf = ({ deployment, attempt, task, run }: TaskContext): string =>
    `${deployment}/${attempt}/${task.id}.${run}`;

  const perform = async (context: TaskContext, signal: AbortSignal): Promise<TaskOutcome> => {
    const entry = entryOf(context.task);
    const outcome = outcomes.get(entry);
    outcomes.delete(entry);
    done.push(entry);
    backupPaths.set(entry, context.backupPath);
    begun.set(keyOf(context), ended('ok'));
    const result = (await outcome?.(signal)) ?? ended('ok');
    if (result.state !== 'interrupted') begun.set(keyOf(context), result);
    return result;
  };
  const probe = async (context: TaskContext): Promise<TaskOutcome> =>
    begun.get(keyOf(context)) ?? { state: 'never-started' };
  return {
    done,
    backupPaths,
    unreachable,
    statuses,
    checks,
    when: (entry, outcome) => void outcomes.set(entry, outcome),
    hangs: (entry) =>
      void outcomes.set(
        entry,
        async (signal) =>
          await new Promise((resolve) => {
            const letGo = (): void => resolve({ state: 'interrupted', reason: 'nobody follows it any more' });
            if (signal.aborted) letGo();
            else signal.addEventListener('abort', letGo, { once: true });
          }),
      ),
    system: {
      perform,
      probe,
      end: async (context) => {
        done.push(`end ${entryOf(context.task)}`);
        return begun.has(keyOf(context)) ? ended('error', 'was ended') : { state: 'never-started' };
      },
      check: async ({ task }, signal) => (await checks.get(entryOf(task))?.(signal)) ?? { state: 'passed' },
      prepare: () => undefined,
      release: async () => undefined,
      inspect: async (_plan, server) => ({
        problem: unreachable.has(server) ? `${server} cannot be reached` : null,
        readBack: 'shop@1',
      }),
    },
    balancer: { perform, probe, status: async (_plan, member) => statuses.get(member) ?? 'unknown' },
  };
}
