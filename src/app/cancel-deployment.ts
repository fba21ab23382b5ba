import type { Actor } from '../domain/actor.ts';
import { answerByStopping } from '../domain/deployment/answer.ts';
import { hasEnded } from '../domain/deployment/deployment.ts';
import { inOrder } from '../domain/deployment/in-order.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { alreadyDecided, puttingBack } from './running-deployment.ts';

/** A press on Cancel or Stop after this server, or `/deploy cancel`. */
export interface CancelDeployment extends Actor {
  number: number;
}

/** What a cancellation came to: it never began, no new server begins, or the rest of it stays as it is. */
export interface CancelledDeployment {
  number: number;
  stopping: boolean;
  /** An earlier attempt has run; absent: none has, or one runs now. */
  rest?: true;
}

/** Before it runs: it never will. While it runs: the server at hand is finished, and no other begins (law 10). */
export async function cancelDeployment(
  needs: AppNeeds,
  request: CancelDeployment,
): Promise<Verdict<CancelledDeployment>> {
  const person = await needs.findPerson(request.by);
  return await decide<CancelledDeployment>(needs, request.number, async ({ deployment, plan }) => {
    const { number, run, state } = deployment;
    const nothing = { liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
    if (hasEnded(state))
      return refuse({
        rule: 'law-14',
        message:
          (await decidedAlready(needs.store, deployment, ({ type }) => type === state)) ??
          `#${number} has already ended: ${sayState(state)}.`,
        ...nothing,
      });
    if (run?.putBack) return refuse(puttingBack(number, run.putBack.member));
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal = refuseOperator(person, needs.configuration(), environment, deployment);
    if (refusal) return refuse(refusal);
    if (run && !run.ended) {
      const stopped = run.stopNow ?? run.stop;
      if (stopped) return refuse(alreadyDecided(deployment, 'stopped', stopped));
      const stop: DeploymentEvent = { type: 'stop_requested', by: person.id, via: request.via };
      return accept({
        events: inOrder(answerByStopping(deployment, person.id), stop),
        due: [{ remove: 'question' }],
        answer: { number, stopping: true },
      });
    }
    const rest = deployment.attempt > 0 && { rest: true as const };
    return accept({
      events: [{ type: 'cancelled', by: person.id, via: request.via, ...rest }],
      due: [{ remove: 'start' }, { remove: 'expire' }, { remove: 'remind' }, { remove: 'question' }],
      releaseLease: true,
      answer: { number, stopping: false, ...rest },
    });
  });
}
