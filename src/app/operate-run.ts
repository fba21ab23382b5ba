import type { Actor } from '../domain/actor.ts';
import type { Run } from '../domain/attempt/run.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { refuse, type Verdict } from '../domain/verdict.ts';
import { type Decision, decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { runningAttempt } from './running-deployment.ts';

/** What a person wants of a deployment that runs. */
export interface OperateRun extends Actor {
  number: number;
}

/** The number of the deployment that was operated. */
export interface Operated {
  number: number;
}

/** A person's decision about an attempt that runs now: `make` is asked where there is one and the person may operate it. */
export async function operateRun(
  needs: AppNeeds,
  { by, number }: OperateRun,
  make: (run: Run, deployment: Deployment) => Decision<Operated>,
): Promise<Verdict<Operated>> {
  const person = await needs.findPerson(by);
  return await decide<Operated>(needs, number, ({ deployment, plan }) => {
    const run = runningAttempt(deployment);
    if ('rule' in run) return refuse(run);
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal = refuseOperator(person, needs.configuration(), environment, deployment);
    return refusal ? refuse(refusal) : make(run, deployment);
  });
}
