import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { Choice, Question } from '../events/question.ts';
import type { Deployment } from './deployment.ts';

/** The answer to an open question, by a Slack user or by `system`; a paused deployment goes on being paused. */
export function answerTo(
  { run }: Deployment,
  question: Question,
  choice: Choice,
  by: string,
): Extract<DeploymentEvent, { type: 'question_answered' }> {
  return {
    type: 'question_answered',
    question: question.id,
    choice,
    by,
    ...(run?.paused && { paused: true }),
  };
}

/** What a stop answers along: whoever stops a deployment has answered whatever it asked. */
export function answerByStopping(deployment: Deployment, by: string): DeploymentEvent[] {
  const { question } = deployment;
  return question ? [answerTo(deployment, question, 'stop', by)] : [];
}
