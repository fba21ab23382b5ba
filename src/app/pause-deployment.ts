import type { Actor } from '../domain/actor.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { alreadyDecided, runningAttempt } from './running-deployment.ts';

/** A press on Pause or Resume. */
export interface PauseDeployment extends Actor {
  number: number;
}

/** The server at hand is finished, and nothing further begins until it is resumed. Asked twice it is one. */
export async function pauseDeployment(
  needs: AppNeeds,
  { by, via, number }: PauseDeployment,
): Promise<Verdict<{ number: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, ({ deployment, plan }) => {
    const run = runningAttempt(deployment);
    if ('rule' in run) return refuse(run);
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      (run.paused && alreadyDecided(deployment, 'paused', run.paused));
    if (refusal) return refuse(refusal);
    return accept({ events: [{ type: 'paused', by, via }], answer: { number } });
  });
}

/** Goes on with what was paused, by whoever may pause it. */
export async function resumeDeployment(
  needs: AppNeeds,
  { by, via, number }: PauseDeployment,
): Promise<Verdict<{ number: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, ({ deployment, plan }) => {
    const run = runningAttempt(deployment);
    if ('rule' in run) return refuse(run);
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      (run.paused ? null : notPaused(number));
    if (refusal) return refuse(refusal);
    return accept({ events: [{ type: 'resumed', by, via }], answer: { number } });
  });
}

function notPaused(number: number): Refusal {
  return {
    rule: 'law-14',
    message: `#${number} is not paused: somebody has resumed it already.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}
