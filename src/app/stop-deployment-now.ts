import type { Actor } from '../domain/actor.ts';
import { answerByStopping } from '../domain/deployment/answer.ts';
import { inOrder } from '../domain/deployment/in-order.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { refuseReason } from '../domain/reason.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { alreadyDecided, runningAttempt } from './running-deployment.ts';

/** The form behind Stop now. */
export interface StopDeploymentNow extends Actor {
  number: number;
  reason: string;
}

/**
 * Law 10: what runs on servers is ended by whichever process holds the deployment, now or after it was started again;
 * nothing further begins, and what was taken out and never touched is put back. Asked twice it is one.
 */
export async function stopDeploymentNow(
  needs: AppNeeds,
  { by, via, number, reason }: StopDeploymentNow,
): Promise<Verdict<{ number: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, ({ deployment, plan }) => {
    const run = runningAttempt(deployment);
    if ('rule' in run) return refuse(run);
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      (run.stopNow && alreadyDecided(deployment, 'stopped at once', run.stopNow)) ??
      refuseReason(reason, 'Say in a sentence why it is stopped.');
    if (refusal) return refuse(refusal);
    const stop: DeploymentEvent = { type: 'stop_now_requested', by, via, reason: reason.trim() };
    const events = inOrder(answerByStopping(deployment, by), stop);
    return accept({ events, due: [{ remove: 'question' }], answer: { number } });
  });
}
