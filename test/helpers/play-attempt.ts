import type { Action } from '../../src/domain/attempt/action.ts';
import { applyToRun } from '../../src/domain/attempt/apply-to-run.ts';
import { chooseCache } from '../../src/domain/attempt/choose-cache.ts';
import { beginsServer, nextActions } from '../../src/domain/attempt/next-action.ts';
import type { Run } from '../../src/domain/attempt/run.ts';
import { startRun } from '../../src/domain/attempt/start-run.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { TaskEnd } from '../../src/domain/events/states.ts';
import { type IndexedPlan, indexPlan } from '../../src/domain/plan/plan-index.ts';
import { type Plan, type PlannedTask, plannedServers } from '../../src/domain/plan/plan.ts';

/** An attempt that is decided by the domain alone, event by event. */
export interface Play {
  index: IndexedPlan;
  run: Run;
  /** What was done, in order: `disable eu`, `VQL a@1 vdp-1`, `probe …`, and the checks of groups. */
  done: string[];
  /** Why each member that is held is. */
  heldBecause: Map<string, string>;
  write(event: DeploymentEvent): void;
  /** What may be done now; the facts that follow are written first. */
  next(): Action[];
  /** Does one action, which ends as told. */
  act(action: Action, end?: TaskEnd): void;
  /** Goes on to the end; tasks end well unless named, as in `done`. Answers what was done. */
  toTheEnd(ends?: Record<string, TaskEnd>): string[];
}

/** How a task is called in these tests. */
export function nameOf({ type, action, revision, step, on, server, cluster }: PlannedTask): string {
  const what = [type, action, revision, step].filter((word) => word !== null).join(' ');
  return `${what} ${on ?? server ?? cluster}`.replace(/^SCRIPT_(?:SERVER|CLUSTER) /, '');
}

/** Begins the first attempt of a plan, with a good backup behind it. */
export function play(plan: Plan): Play {
  const index = indexPlan(plan);
  const servers = plannedServers(plan);
  const run = startRun(
    { type: 'attempt_started', attempt: 1, fence: 1, servers, backup: '/backups/1' },
    null,
  );
  const done: string[] = [];
  let version = 0;
  const heldBecause = new Map<string, string>();
  const write = (event: DeploymentEvent): void => {
    if (event.type === 'service_changed' && event.inService === 'held')
      heldBecause.set(event.member, event.reason);
    applyToRun(run, event, (version += 1));
  };
  const next = (): Action[] => {
    for (;;) {
      const actions = nextActions(index, run);
      const [first] = actions;
      if (first?.do !== 'record') return actions;
      first.events.forEach(write);
    }
  };
  const act = (action: Action, state: TaskEnd = 'ok'): void => {
    if (action.do === 'check-group') return check(plan, run, action.group, write);
    if (action.do !== 'perform' && action.do !== 'probe') throw new Error(`nobody plays ${action.do}`);
    const { task } = action;
    done.push(`${action.do === 'probe' ? 'probe ' : ''}${nameOf(task)}`);
    const server = beginsServer(run, task);
    if (server !== null) write({ type: 'server_started', server });
    write({ type: 'task_intended', task: task.id, run: action.run, fence: 1 });
    const rest = { exitCode: null, message: `it is ${state}`, lastLines: [], readBack: null, durationMs: 1 };
    write({ type: 'task_ended', task: task.id, run: action.run, state, ...rest });
  };
  const toTheEnd = (ends: Record<string, TaskEnd> = {}): string[] => {
    for (let [action] = next(); action; [action] = next())
      act(action, 'task' in action ? ends[nameOf(action.task)] : undefined);
    return done;
  };
  return { index, run, done, heldBecause, write, next, act, toTheEnd };
}

function check(plan: Plan, run: Run, group: number, write: (event: DeploymentEvent) => void): void {
  const inUse = plan.environment.sharedCache?.primaryUrl ?? null;
  const choice = chooseCache(plan, run, { server: plannedServers(plan)[0] ?? '', inUse });
  const cache = choice && 'next' in choice ? { cache: choice } : {};
  write({ type: 'group_checked', group, problems: [], refused: null, inService: 9, from: {}, ...cache });
}
