import { system } from '../actor.ts';
import { windowEnd } from '../calendar/windows.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { Question } from '../events/question.ts';
import type { Plan } from '../plan/plan.ts';
import { answerByStopping } from './answer.ts';
import type { Deployment } from './deployment.ts';

/**
 * What follows when the window in which an attempt began has ended: it begins nothing further, and a question about
 * what would begin next is answered with stop; where what runs is ended as well, whatever is asked is. Null where no
 * window ended, and where that is written already.
 */
export function windowEndEvents(
  deployment: Deployment,
  plan: Plan,
  now: number,
): [DeploymentEvent, ...DeploymentEvent[]] | null {
  const { run, startedAt, question } = deployment;
  // What went wrong may be undone at any hour.
  if (plan.undoes || !run || run.ended || run.endedWindow !== null || startedAt === null) return null;
  const end = windowEnd(plan.environment, startedAt);
  if (end === null || end.at > now) return null;
  const { window, stops } = end;
  const ended: DeploymentEvent = { type: 'window_ended', window, ...(stops && { stops }) };
  const answers = question !== null && (stops || isAboutNext(question));
  return answers ? [ended, ...answerByStopping(deployment, system)] : [ended];
}

/** Asked before anything was touched; a question about a step that began stays a person's. */
function isAboutNext({ kind }: Question): boolean {
  return kind === 'next-wave' || kind === 'capacity' || kind === 'drift';
}
