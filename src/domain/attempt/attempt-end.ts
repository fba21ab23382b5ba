import { sayActor } from '../actor.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { AttemptEnd, ServerState } from '../events/states.ts';
import type { IndexedPlan } from '../plan/plan-index.ts';
import { nextAtEnd } from './after-cluster.ts';
import { haltOf, type Halt } from './halt.ts';
import { lanesOf } from './lanes.ts';
import type { MemberOutlook } from './member-outlook.ts';
import { type Run, taskRun } from './run.ts';
import { leftOut } from './standing.ts';

/** The attempt's end, once no server is under way and everything that may be put back was tried. */
export function endOfAttempt(index: IndexedPlan, run: Run, outlooks: MemberOutlook[]): DeploymentEvent[] {
  const open = outlooks.some(({ isSettled, mayBeEnabled, enable }) => {
    const toEnable = mayBeEnabled && enable !== null && taskRun(run, enable.id).end === null;
    return !isSettled || toEnable;
  });
  const isFollowed = [...lanesOf(index, run).values()].some(({ after }) => after !== null);
  if (open || isFollowed || nextAtEnd(index, run)) return [];
  const states = [...run.servers.values()].map((server) => server.state);
  const halt = haltOf(index.plan, run);
  const left = leftOut(run, [...index.serverTasks.keys()]).length;
  const state = endState(run, { states, left }, halt);
  const endedBy = sayHalt(halt, states.every((each) => each === 'ok') ? left : 0);
  const backup = state === 'ok' || state === 'ok_with_warnings' ? backupLeft(index, run) : null;
  const end = { type: 'attempt_ended' as const, attempt: run.attempt, state, endedBy };
  const { excluded } = run;
  return [{ ...end, ...(backup !== null && { backup }), ...(excluded.length > 0 && { excluded }) }];
}

/** Only what succeeded is worth going back to. */
function backupLeft(index: IndexedPlan, run: Run): string | null {
  const task = index.endTasks.find(({ type }) => type === 'BACKUP');
  const { end, lastLines } = task ? taskRun(run, task.id) : { end: null, lastLines: [] };
  return end === 'ok' ? (lastLines.at(-1) ?? null) : null;
}

/** Law 13: what somebody chose to leave for later is no success. */
function endState(
  run: Run,
  { states, left }: { states: ServerState[]; left: number },
  halt: Halt | null,
): AttemptEnd {
  const succeeded = states.filter((state) => state === 'ok').length;
  if (succeeded === states.length && left > 0) return 'partial';
  if (succeeded === states.length)
    return [...run.tasks.values()].some(({ end }) => end !== 'ok' && end !== 'skipped')
      ? 'ok_with_warnings'
      : 'ok';
  if (halt?.by === 'person') return 'cancelled';
  return succeeded > 0 ? 'partial' : 'error';
}

function sayHalt(halt: Halt | null, left: number): string {
  if (halt === null && left > 0) return `the choice of servers: ${left} ${left === 1 ? 'remains' : 'remain'}`;
  if (halt === null) return 'completion';
  if ('rule' in halt) return halt.rule;
  return halt.by === 'person' ? sayActor(halt.person, halt.via) : sayActor(halt.person);
}
