import { answerByStopping } from '../domain/deployment/answer.ts';
import { inOrder } from '../domain/deployment/in-order.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { refuseReason } from '../domain/reason.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { AppNeeds } from './needs.ts';
import { type Operated, type OperateRun, operateRun } from './operate-run.ts';
import { alreadyDecided } from './running-deployment.ts';

/** The form behind Stop now. */
export interface StopDeploymentNow extends OperateRun {
  reason: string;
}

/**
 * Law 10: what runs on servers is ended by whichever process holds the deployment, now or after it was started again;
 * nothing further begins, and what was taken out and never touched is put back. Asked twice it is one.
 */
export async function stopDeploymentNow(
  needs: AppNeeds,
  request: StopDeploymentNow,
): Promise<Verdict<Operated>> {
  const { by, via, number, reason } = request;
  return await operateRun(needs, request, ({ stopNow }, deployment) => {
    const refusal =
      (stopNow && alreadyDecided(deployment, 'stopped at once', stopNow)) ??
      refuseReason(reason, 'Say in a sentence why it is stopped.');
    if (refusal) return refuse(refusal);
    const stop: DeploymentEvent = { type: 'stop_now_requested', by, via, reason: reason.trim() };
    const events = inOrder(answerByStopping(deployment, by), stop);
    return accept({ events, due: [{ remove: 'question' }], answer: { number } });
  });
}
