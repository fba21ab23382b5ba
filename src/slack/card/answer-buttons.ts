import type { Button } from '@slack/types';

import { sayChoice } from '../../domain/deployment/choice.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import { button } from '../blocks.ts';
import { encodeButton, ids } from '../ids.ts';

/** A button for each answer to the open question, the first one primary; none where nothing is asked. */
export function answerButtons({ number, version, planHash, question }: Deployment): Button[] {
  if (!question) return [];
  const value = encodeButton({ number, version, planHash, question: question.id });
  return question.choices.map((choice, index) =>
    button(ids.answer(choice), sayChoice(choice), value, {
      accessibilityLabel: `${sayChoice(choice)}: deployment ${number}`,
      ...(index === 0 && { style: 'primary' }),
    }),
  );
}
