import { type Decided, mention } from '../domain/actor.ts';
import type { Run } from '../domain/attempt/run.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { type Deployment, hasEnded } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import type { Refusal } from '../domain/verdict.ts';

/** The attempt that runs now, be it paused or at a question; else why there is none. */
export function runningAttempt(deployment: Deployment): Run | Refusal {
  const { run, number, state } = deployment;
  if (run && !run.ended && !hasEnded(state)) return run;
  if (run?.putBack) return puttingBack(number, run.putBack.member);
  const message = hasEnded(state)
    ? `#${number} has already ended: ${sayState(state)}.`
    : `#${number} has not begun.`;
  const wayOut = hasEnded(state)
    ? `See \`/deploy show ${number}\`.`
    : `\`/deploy cancel ${number}\` cancels it.`;
  return { rule: 'law-14', message, liftedBy: 'nobody', wayOut };
}

/** After its end, while a held member goes back into service, there is nothing to pause or to stop. */
export function puttingBack(number: number, member: string): Refusal {
  return {
    rule: 'law-14',
    message: `#${number} has ended, and ${member} is being put back into service.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

/** Law 14: somebody decided the same before, and nothing changes. */
export function alreadyDecided({ number, zone }: Deployment, what: string, decided: Decided): Refusal {
  return {
    rule: 'law-14',
    message: `#${number} was already ${what} by ${mention(decided)} at ${sayTime(decided.at, zone)}.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}
