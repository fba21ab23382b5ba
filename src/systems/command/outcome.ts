import type { Performed } from '../../drivers/perform.ts';
import type { TaskOutcome } from '../system.ts';
import type { StepOrder } from './step-order.ts';

/** What a step's run means for its task: 0 is success, anything else and a timeout are failures. */
export function outcomeOf(order: StepOrder, performed: Performed): TaskOutcome {
  const name = `step ${order.stepId}`;
  switch (performed.state) {
    case 'never-started':
    case 'interrupted':
      return performed;
    case 'fenced':
      return { state: 'fenced' };
    case 'lost':
      if (!performed.timedOut)
        return { state: 'lost', reason: performed.reason, lastLines: performed.lastLines };
      return failed(timeoutSentence(name, order), null, performed);
    case 'ended': {
      const { exitCode, timedOut, lastLines } = performed;
      if (timedOut && exitCode !== 0) return failed(timeoutSentence(name, order), exitCode, performed);
      if (exitCode !== 0) return failed(`${name} ended with exit code ${exitCode}`, exitCode, performed);
      return { state: 'ended', end: 'ok', exitCode, message: `${name} is done`, lastLines, readBack: null };
    }
  }
}

/** What was ended seldom leaves an exit code: that it runs no more is what counts. */
export function outcomeOfEnding(
  order: StepOrder,
  performed: Performed & { wasRunning: boolean },
): TaskOutcome {
  if (performed.state !== 'lost') return outcomeOf(order, performed);
  const name = `step ${order.stepId}`;
  const sentence = performed.wasRunning ? `${name} was ended` : `${name} runs no more and left no exit code`;
  return failed(sentence, null, performed);
}

function timeoutSentence(name: string, order: StepOrder): string {
  return `${name} did not finish in ${order.timeoutMs / 1_000} s and was ended`;
}

function failed(
  message: string,
  exitCode: number | null,
  { lastLines, output }: { lastLines: string[]; output: string },
): TaskOutcome {
  return { state: 'ended', end: 'error', exitCode, message, lastLines, output, readBack: null };
}
