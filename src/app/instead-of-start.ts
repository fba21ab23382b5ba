import type { QuestionRule } from '../domain/configured/runbook.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { QuestionKind } from '../domain/events/question.ts';
import type { DueChange } from '../store/due.ts';

/** What is written in the place of a start. */
export interface InsteadOfStart {
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
}

/** It ends as missed, and why. */
export function skipStart(reason: string): InsteadOfStart {
  return { events: [{ type: 'missed', reason }], due: [] };
}

/** Somebody is asked whether it starts all the same; without an answer in time it is skipped. */
export function askInstead(
  { deadlineMinutes }: QuestionRule,
  { kind, text, now }: { kind: QuestionKind; text: string; now: number },
): InsteadOfStart {
  const deadlineAt = now + deadlineMinutes * 60_000;
  const question = {
    id: `${kind}-${now}`,
    kind,
    text,
    task: null,
    group: null,
    choices: ['start' as const, 'skip' as const],
    defaultChoice: 'skip' as const,
    deadlineAt,
  };
  return { events: [{ type: 'question_asked', question }], due: [{ add: 'question', at: deadlineAt }] };
}
