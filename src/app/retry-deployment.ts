import type { Actor } from '../domain/actor.ts';
import { type Deployment, hasEnded, remainingServers } from '../domain/deployment.ts';
import { refuseRequester } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { isOpen, nextOpening } from '../domain/windows.ts';
import { decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { planDeployment, refusalsOf, samePlan } from './plan-deployment.ts';

/** A press on Deploy the remaining N, or `/deploy retry`. */
export interface RetryDeployment extends Actor {
  number: number;
}

/** What a retry deploys. */
export interface RetriedDeployment {
  number: number;
  servers: string[];
  /** When the next window opens, epoch milliseconds; null: it begins at once. */
  startsAt: number | null;
}

/**
 * Law 11: what failed, is unknown or never began, by name, with the same frozen plan; the approval holds while the plan
 * does. Outside the windows it waits for the next one.
 */
export async function retryDeployment(
  needs: AppNeeds,
  request: RetryDeployment,
): Promise<Verdict<RetriedDeployment>> {
  const person = await needs.findPerson(request.by);
  return await decide<RetriedDeployment>(needs, request.number, async ({ deployment, plan }) => {
    const { number } = deployment;
    const servers = remainingServers(deployment);
    if (!hasEnded(deployment.state) || servers.length === 0 || !deployment.run?.ended)
      return refuse(await nothingToRetry(needs, deployment));
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal = refuseRequester(person, needs.configuration(), environment, plan.revisions);
    if (refusal) return refuse(refusal);
    const isOpenNow = isOpen(environment, needs.now());
    const startsAt = isOpenNow ? null : nextOpening(environment, needs.now());
    const again = await planDeployment(needs, {
      ...samePlan(plan),
      person,
      startsAt,
    });
    if (!again.ok) return again;
    if (again.value.hash !== deployment.planHash) return refuse(otherPlan(number));
    const [first, ...others] = refusalsOf(again.value);
    if (first) return refuse(first, ...others);
    return accept({
      events: [
        {
          type: 'retry_requested',
          by: person.id,
          via: request.via,
          servers,
          ...(startsAt !== null && { startsAt }),
        },
      ],
      due: [{ remove: 'rollback' }, ...(startsAt === null ? [] : [{ add: 'start' as const, at: startsAt }])],
      answer: { number, servers, startsAt },
    });
  });
}

async function nothingToRetry({ store }: AppNeeds, deployment: Deployment): Promise<Refusal> {
  const { number, state } = deployment;
  const decided = hasEnded(state)
    ? null
    : await decidedAlready(store, deployment, ({ type }) => type === 'retry_requested');
  return {
    rule: 'law-11',
    message:
      decided ?? `There is nothing of #${number} to deploy again: it is ${state.replaceAll('_', ' ')}.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

function otherPlan(number: number): Refusal {
  return {
    rule: 'law-11',
    message: `The plan of #${number} is not what was approved any more, so the rest of it cannot be deployed.`,
    liftedBy: 'nobody',
    wayOut: 'Request a new deployment for the servers that remain.',
  };
}
