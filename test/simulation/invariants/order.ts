import type { DeploymentEvent } from '../../../src/domain/events/deployment-event.ts';
import type { PlannedTask } from '../../../src/domain/plan/plan.ts';
import type { Marker } from '../../../src/drivers/command.ts';
import type { Invariant } from '../invariant.ts';
import { type AttemptEntry, type DeploymentEntry, runsOf, taskEntry, taskOfMarker } from '../ledger.ts';
import type { LogRow } from '../memory.ts';

/** 9. */
export const orderAndHalt: Invariant = {
  number: '9 order and halt',
  says: 'Steps follow the plan, nothing follows a failed step on its server, no server begins after a halt or in a pause, no step once everything is to be ended, nothing that has ended or was left out is begun again, and after its end an attempt does nothing but put back what a person asked for.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is === 'row') {
        const entry = ledger.deployments.get(happening.row.deployment);
        const attempt = entry?.attempts.at(-1);
        return entry && attempt ? wronglyGoesOn(entry, attempt, happening.row) : null;
      }
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { marker } = happening.event;
      const entry = ledger.deployments.get(marker.deployment);
      const task = entry && taskOfMarker(entry, marker.task);
      return entry && task?.action === null ? outOfOrder(entry, marker, task) : null;
    },
};

function wronglyGoesOn(entry: DeploymentEntry, attempt: AttemptEntry, { event }: LogRow): string | null {
  const { number } = entry;
  if (event.type === 'server_started' && attempt.halted !== null)
    return `${event.server} of #${number} begins, though ${attempt.halted}`;
  if (event.type === 'server_started' && attempt.paused)
    return `${event.server} of #${number} begins, though it is paused`;
  if (event.type === 'task_intended') return wronglyIntended(entry, attempt, event.task);
  return attempt.ended && !mayFollowEnd(attempt, event)
    ? `#${number} goes on with ${event.type} after its end`
    : null;
}

function wronglyIntended(
  { number, plan }: DeploymentEntry,
  attempt: AttemptEntry,
  id: number,
): string | null {
  const { end } = taskEntry(attempt, id);
  if (end !== null) return `task ${id} of #${number} is begun again, and stands as ${end}`;
  if (attempt.ended && attempt.putBack?.task !== id) return `task ${id} of #${number} begins after its end`;
  const task = [...plan.tasks, ...plan.rollbackTasks].find((known) => known.id === id);
  const isStep = task?.action === null && task.type !== 'VERIFY';
  return isStep && attempt.endsNow
    ? `step ${id} of #${number} begins, though everything is to be ended`
    : null;
}

/** After the end nothing goes on but what puts back the member that a person asked for. */
function mayFollowEnd({ putBack }: AttemptEntry, event: DeploymentEvent): boolean {
  if (!/^(task_|server_|group_|service_|attempt_(resumed|ended))/.test(event.type)) return true;
  if (!putBack?.isStarted) return false;
  if ('task' in event) return event.task === putBack.task;
  if (event.type === 'service_changed') return event.member === putBack.member;
  return event.type === 'attempt_resumed';
}

function outOfOrder(
  entry: DeploymentEntry,
  { attempt: number, run }: Marker,
  task: PlannedTask,
): string | null {
  const attempt = entry.attempts.find((candidate) => candidate.number === number);
  if (!attempt || run <= taskEntry(attempt, task.id).givenUpRun) return null;
  const isUndo = entry.plan.rollbackTasks.includes(task);
  if (task.server !== null && attempt.rollingBack.has(task.server) !== isUndo)
    return `step ${task.step} of ${task.server} begins, and it is ${isUndo ? 'not ' : ''}rolled back`;
  const steps = (isUndo ? entry.plan.rollbackTasks : entry.plan.tasks).filter(
    ({ action, server, type }) => action === null && server !== null && type !== 'VERIFY',
  );
  for (const other of steps) {
    const began = runsOf(entry, number, other.id).length > 0;
    if (other.id > task.id && began && (other.server === task.server || !entry.environment.parallel))
      return `step ${task.step} of ${task.server} begins after step ${other.step} of ${other.server}`;
    if (other.id >= task.id || other.server !== task.server) continue;
    const { end } = taskEntry(attempt, other.id);
    if (end !== 'ok' && end !== 'warning' && end !== 'skipped')
      return `step ${task.step} of ${task.server} begins, and step ${other.step} stands as ${end ?? 'not ended'}`;
  }
  return null;
}
