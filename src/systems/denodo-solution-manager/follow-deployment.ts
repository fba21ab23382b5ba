import { type Conversation, ended } from '../conversation.ts';
import type { TaskOutcome } from '../system.ts';
import { type ManagerTask, type Progress, readProgress } from './manager-api.ts';

/** Lines of a failed task that stand in the thread. */
const toldLines = 3;

/**
 * Follows a deployment on the Solution Manager until it has ended or time is up, and says each of its tasks in the thread
 * once per state. Null where it goes on.
 */
export async function followDeployment(
  talk: Conversation,
  id: number,
  hasTime: () => boolean,
): Promise<TaskOutcome | null> {
  let since: string | null = null;
  for (;;) {
    const progress = await readProgress(talk, id, since);
    for (const task of progress.tasks) await mirror(talk, task);
    if (hasEnded(progress.state)) return await outcomeOf(talk, id);
    if (!hasTime()) return null;
    since = newestChange(progress.tasks) ?? since;
    await talk.pause();
  }
}

/** Whether a deployment in this state runs no more; `Pending` and what nobody knows yet go on. */
export function hasEnded(state: string): boolean {
  return /^(?:OK|WARN|ERROR|CANCEL)/i.test(state);
}

/** The whole of it, once more: what failed early has not changed lately. */
async function outcomeOf(talk: Conversation, id: number): Promise<TaskOutcome> {
  const { state, tasks }: Progress = await readProgress(talk, id, null);
  for (const task of tasks) await mirror(talk, task);
  const name = `deployment ${id} on the Solution Manager`;
  const troubled = tasks.filter((task) => /^(?:ERROR|WARN)/i.test(task.state));
  const lines = troubled.flatMap((task) => [`${sayTask(task)}:`, ...linesOf(task.output)]);
  if (/^CANCEL/i.test(state)) return ended('error', `${name} was cancelled there`, lines);
  if (/^ERROR/i.test(state)) return ended('error', `${name} failed`, lines);
  return /WARN/i.test(state)
    ? ended('warning', `${name} is done with warnings`, lines)
    : ended('ok', `${name} is done`);
}

const waiting = /^PENDING/i;

async function mirror(talk: Conversation, task: ManagerTask): Promise<void> {
  const { id, state } = task;
  if (waiting.test(state)) return;
  const isError = /^ERROR/i.test(state);
  const words = isError ? linesOf(task.output).slice(-toldLines).join(' · ') : '';
  const said = isError ? 'failed' : state.toLowerCase().replaceAll('_', ' ');
  await talk.tell(`manager-${id}-${state}`, `${sayTask(task)} ${said}${words === '' ? '' : `: ${words}`}`);
}

function sayTask({ place, type }: ManagerTask): string {
  return place === '' ? type : `${place}: ${type}`;
}

function linesOf(output: string): string[] {
  return output.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** In the way in which the Solution Manager takes times: to the second, so that nothing of that second is missed. */
function newestChange(tasks: ManagerTask[]): string | null {
  const newest =
    tasks
      .map(({ changedAt }) => changedAt)
      .toSorted()
      .at(-1) ?? '';
  return newest === '' ? null : newest.replace(/\.\d+/, '');
}
