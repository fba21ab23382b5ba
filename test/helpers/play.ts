import { applyToRun } from '../../src/domain/attempt/apply-to-run.ts';
import { chooseCache } from '../../src/domain/attempt/choose-cache.ts';
import { judgeGroup } from '../../src/domain/attempt/judge-group.ts';
import { beginsServer, nextActions } from '../../src/domain/attempt/next-action.ts';
import type { Run } from '../../src/domain/attempt/run.ts';
import { startRun } from '../../src/domain/attempt/start-run.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { TaskEnd } from '../../src/domain/events/states.ts';
import { indexPlan } from '../../src/domain/plan/plan-index.ts';
import { type Plan, plannedServers, type PlannedTask } from '../../src/domain/plan/plan.ts';
import { linesOf } from './build-denodo.ts';

/** What an attempt came to, where every server is ready and nobody interferes. */
export interface Played {
  /** Every task that was performed, in order, one line each. */
  done: string[];
  run: Run;
  log: DeploymentEvent[];
}

/** Plays an attempt event by event, one task after another; says of each task how it ends. */
export function play(
  plan: Plan,
  end: (task: PlannedTask, line: string) => TaskEnd = () => 'ok',
  { backup, cache }: { backup?: string; cache?: string } = {},
): Played {
  const index = indexPlan(plan);
  const servers = plannedServers(plan);
  const run = startRun(
    { type: 'attempt_started', attempt: 1, fence: 1, servers, ...(backup && { backup }) },
    null,
  );
  const played: Played = { done: [], run, log: [] };
  const write = (event: DeploymentEvent): void => {
    played.log.push(event);
    applyToRun(run, event, played.log.length);
  };
  for (;;) {
    const [action] = nextActions(index, run);
    if (!action) return played;
    if (action.do === 'record') action.events.forEach(write);
    else if (action.do === 'check-group') write(check(plan, run, action.group, cache ?? null));
    else if (action.do === 'perform') {
      const [line = ''] = linesOf({ tasks: [action.task] });
      played.done.push(line);
      const state = end(action.task, line);
      perform(write, run, { ...action, state });
    } else throw new Error(`the attempt waits: ${action.do}`);
  }
}

/** `end` for tasks whose line begins with any of these words. */
export function failing(...lines: string[]): (task: PlannedTask, line: string) => TaskEnd {
  return (_task, line) => (lines.some((words) => line.startsWith(words)) ? 'error' : 'ok');
}

function perform(
  write: (event: DeploymentEvent) => void,
  run: Run,
  { task, run: times, state }: { task: PlannedTask; run: number; state: TaskEnd },
): void {
  const server = beginsServer(run, task);
  if (server) write({ type: 'server_started', server });
  write({ type: 'task_intended', task: task.id, run: times, fence: 1 });
  const rest = { exitCode: 0, message: state, lastLines: [], readBack: null, durationMs: 1 };
  write({ type: 'task_ended', task: task.id, run: times, state, ...rest });
}

function check(plan: Plan, run: Run, group: number, inUse: string | null): DeploymentEvent {
  const servers = plannedServers(plan).filter((name) => run.servers.get(name)?.state === 'pending');
  const members = plan.groups[group] ?? [];
  const mine = plan.level === 'server' ? members : servers.filter((name) => isIn(plan, members, name));
  const choice = chooseCache(plan, run, { server: mine[0] ?? '', inUse });
  const problems = choice && 'server' in choice ? [choice] : [];
  const held = [...run.service].filter(([, state]) => state === 'held').map(([member]) => member);
  const findings = {
    problems,
    from: {},
    statuses: new Map(),
    out: new Set(held),
    drift: [],
    underWay: new Set<string>(),
  };
  const checked = judgeGroup(plan, group, mine, findings);
  return choice && 'next' in choice ? { ...checked, cache: choice } : checked;
}

function isIn({ environment }: Plan, clusters: string[], server: string): boolean {
  return environment.clusters.some(
    ({ name, servers }) => clusters.includes(name) && servers.some((candidate) => candidate.name === server),
  );
}
