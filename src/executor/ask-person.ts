import type { Choice, DeploymentEvent, Question } from '../domain/events.ts';
import type { Wave } from '../domain/plan-index.ts';
import type { PlannedTask } from '../domain/plan.ts';
import { type Run, serverRun } from '../domain/run.ts';
import type { DueChange } from '../store/store.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

const betweenTriesMs = 250;

/** What is asked; when, until when and by which default follows from the environment. */
type Asked = Pick<Question, 'kind' | 'text' | 'task' | 'group' | 'choices'>;

/**
 * Asks a question, together with the event that led to it. One question is open at a time: while another one is, or
 * when somebody wrote first, nothing is written, and the caller looks again.
 */
export async function askPerson(
  needs: ExecutorNeeds,
  book: Book,
  asked: Asked,
  signal: AbortSignal,
  because: DeploymentEvent[] = [],
): Promise<void> {
  await book.refresh();
  if (book.deployment.question) return await needs.sleep(betweenTriesMs, signal);
  const { question, due } = withDeadline(needs, book, asked);
  const [first, ...rest] = [...because, { type: 'question_asked' as const, question }];
  if (first) await book.decide([first, ...rest], { due });
}

function withDeadline(
  needs: ExecutorNeeds,
  { plan }: Book,
  asked: Asked,
): { question: Question; due: DueChange[] } {
  const { deadlineMinutes, defaultAnswer } = plan.environment.questions;
  const now = needs.now();
  const deadlineAt = now + deadlineMinutes * 60_000;
  const mayRetry = asked.kind === 'unknown-task' && defaultAnswer === 'retry';
  const defaultChoice: Choice = mayRetry ? 'retry' : 'stop';
  const id = `${asked.kind}-${asked.task ?? asked.group}-${now}`;
  return {
    question: { ...asked, id, defaultChoice, deadlineAt },
    due: [{ add: 'question', at: deadlineAt }],
  };
}

/** Law 2: where the probe cannot tell, a person can. */
export function aboutTask(task: PlannedTask, text: string): Asked {
  return { kind: 'unknown-task', text, task: task.id, group: null, choices: ['retry', 'stop'] };
}

/** "If not: stop and ask; never the next half anyway." */
export function aboutCapacity(group: number, refused: string): Asked {
  const text = `${refused}. Nothing of this group was touched.`;
  return { kind: 'capacity', text, task: null, group, choices: ['retry', 'stop'] };
}

/** Between waves: how the ones before came out, and what would be next. */
export function aboutNextWave(book: Book, run: Run, done: Wave[], next: Wave): Asked {
  const sayDone = done.map((wave) => {
    const states = serversOf(book, run, wave).map((name) => serverRun(run, name).state);
    return `${wave.cluster ?? ''} ${states.filter((state) => state === 'ok').length} of ${states.length} ok`;
  });
  const servers = serversOf(book, run, next);
  const text = `Waves that are done: ${sayDone.join(', ')}. The next one is ${next.cluster ?? ''} (${servers.join(', ')}).`;
  return {
    kind: 'next-wave',
    text,
    task: null,
    group: next.groups[0] ?? null,
    choices: ['resume', 'stop'],
  };
}

function serversOf({ index }: Book, run: Run, wave: Wave): string[] {
  return [...run.servers.keys()].filter((name) =>
    wave.groups.includes(index.memberOfServer.get(name)?.group ?? -1),
  );
}
