import type { Choice } from '../events/question.ts';

/** A choice as its button reads. */
export function sayChoice(choice: Choice): string {
  const words: Record<Choice, string> = {
    retry: 'Retry',
    resume: 'Resume',
    stop: 'Stop here',
    start: 'Start now',
    skip: 'Skip',
    done: 'Done',
    keep: 'Still wanted',
    'roll-back': 'Roll this server back',
  };
  return words[choice];
}
