import { sayDrift } from '../domain/attempt/judge-group.ts';
import { type Run, serverRun, taskRun } from '../domain/attempt/run.ts';
import { canRollBack } from '../domain/attempt/server-outlook.ts';
import type { QuestionRule } from '../domain/configured/runbook.ts';
import { inOrder } from '../domain/deployment/in-order.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { ServerDrift } from '../domain/events/happening.ts';
import type { Choice, Question } from '../domain/events/question.ts';
import { fillPlaceholders } from '../domain/plan/placeholders.ts';
import type { IndexedPlan, Wave } from '../domain/plan/plan-index.ts';
import { type Plan, type PlannedTask, stepOf } from '../domain/plan/plan.ts';
import type { DueChange } from '../store/due.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

const betweenTriesMs = 250;

/** What is asked; when, until when and by which default follows from the environment. */
type Asked = Pick<Question, 'kind' | 'text' | 'task' | 'group' | 'server' | 'choices'> & {
  /** Until when, and what without an answer; the environment's where none is given. */
  rule?: QuestionRule;
};

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
  await book.decide(inOrder(because, { type: 'question_asked', question }), { due });
}

function withDeadline(
  needs: ExecutorNeeds,
  { plan }: Book,
  { rule = plan.environment.questions, ...asked }: Asked,
): { question: Question; due: DueChange[] } {
  const now = needs.now();
  const deadlineAt = now + rule.deadlineMinutes * 60_000;
  const wanted = rule.defaultAnswer;
  const isOffered = asked.task !== null && asked.choices.includes(wanted);
  const id = `${asked.kind}-${asked.task ?? asked.group}-${now}`;
  return {
    question: { ...asked, id, defaultChoice: isOffered ? wanted : 'stop', deadlineAt },
    due: [{ add: 'question', at: deadlineAt }],
  };
}

/** Law 2: where the probe cannot tell, a person can. */
export function aboutTask({ index }: Book, run: Run, task: PlannedTask, text: string): Asked {
  const undo = undoChoice(index, run, task);
  return {
    kind: 'unknown-task',
    text,
    task: task.id,
    group: null,
    ...undo,
    choices: ['retry', ...undo.choices, 'stop'],
  };
}

/** A step that failed and asks, or one that a person does. */
export function aboutStep({ index, plan }: Book, run: Run, task: PlannedTask): Asked {
  const { step } = stepOf(plan, task);
  const base = { task: task.id, group: null, rule: step.question };
  if (step.manual !== null)
    return {
      ...base,
      kind: 'manual-step',
      text: `${task.server}: ${fillPlaceholders(step.manual, wordsOf(plan, task))}`,
      ...(task.server !== null && { server: task.server }),
      choices: ['done', 'skip', 'stop'],
    };
  const undo = undoChoice(index, run, task);
  const text = `${task.server}: ${taskRun(run, task.id).message}.`;
  return { ...base, kind: 'failed-step', text, ...undo, choices: ['retry', 'skip', ...undo.choices, 'stop'] };
}

/** Rolling back is offered for the steps of a server that can be restored. */
function undoChoice(
  index: IndexedPlan,
  run: Run,
  { server, type }: PlannedTask,
): { server?: string; choices: Choice[] } {
  if (server === null || type !== 'STEP') return { choices: [] };
  return { server, choices: canRollBack(index, run, server) ? ['roll-back'] : [] };
}

/** What the words of a manual step may name: nothing that is secret. */
function wordsOf(plan: Plan, task: PlannedTask): Record<string, string> {
  const { revision } = stepOf(plan, task);
  const { name, version } = revision;
  return {
    revision: name,
    version,
    server: task.server ?? '',
    cluster: task.cluster,
    environment: plan.environment.name,
  };
}

/** "If not: stop and ask; never the next half anyway." */
export function aboutCapacity(group: number, refused: string): Asked {
  const text = `${refused}. Nothing of this group was touched.`;
  return { kind: 'capacity', text, task: null, group, choices: ['retry', 'stop'] };
}

/** Somebody else has changed what a deployment left there. */
export function aboutDrift(group: number, drift: ServerDrift[]): Asked {
  const text = `${drift.map(sayDrift).join('; ')}. Nothing of this group was touched.`;
  return { kind: 'drift', text, task: null, group, choices: ['resume', 'stop'] };
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
