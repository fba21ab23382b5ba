import type { Question } from '../../../src/domain/events/question.ts';
import type { Invariant } from '../invariant.ts';
import type { LogRow } from '../memory.ts';

/** What the end of a window answers with stop: what would begin next. */
const aboutNext = new Set<string>(['next-wave', 'capacity', 'drift']);

/** 13. */
export const oneAnswer: Invariant = {
  number: '13 one answer',
  says: 'Of a deployment one question is open at a time; it is answered once, by one of its choices: by a person, or by its default and not before its deadline.',
  watch: ({ ledger }) => {
    const closedAt = new Map<number, number>();
    return (happening) => {
      if (happening.is !== 'row') return null;
      const { row } = happening;
      if (row.event.type === 'window_ended') closedAt.set(row.deployment, row.at);
      const isClosing = closedAt.get(row.deployment) === row.at;
      const open = ledger.deployments.get(row.deployment)?.question ?? null;
      if (row.event.type === 'question_asked' && open)
        return `#${row.deployment} asks ${row.event.question.id} while ${open.id} is open`;
      if (isClosing && open && aboutNext.has(open.kind)) return null;
      return row.event.type === 'question_answered' ? wronglyAnswered(open, row, row.event) : null;
    };
  },
};

function wronglyAnswered(
  open: Question | null,
  { deployment, at }: LogRow,
  { question, choice, by }: Extract<LogRow['event'], { type: 'question_answered' }>,
): string | null {
  if (open?.id !== question) return `${question} of #${deployment} is answered, and ${open?.id} is open`;
  if (!open.choices.includes(choice)) return `${question} of #${deployment} is answered with ${choice}`;
  if (by !== 'system') return null;
  if (at < open.deadlineAt) return `${question} of #${deployment} is answered before its deadline`;
  return choice === open.defaultChoice
    ? null
    : `${question} of #${deployment} is answered by ${choice} in place of ${open.defaultChoice}`;
}
