import type { Configuration } from '../domain/configured/configuration.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { foldDeployment } from '../domain/deployment/fold-deployment.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { Store } from '../store/store.ts';

/** A deployment with its frozen plan. */
export interface LoadedDeployment {
  deployment: Deployment;
  plan: Plan;
}

/** Reads a deployment by its number, or says that there is none. */
export async function loadDeployment(store: Store, number: number): Promise<Verdict<LoadedDeployment>> {
  const deployment = foldDeployment(await store.eventsAfter(number, 0));
  const plan = deployment && (await store.plan(deployment.planHash));
  if (!deployment || !plan)
    return refuse({
      rule: 'unknown-deployment',
      message: `There is no deployment #${number}.`,
      liftedBy: 'nobody',
      wayOut: 'See `/deploy list` for those there are.',
    });
  return accept({ deployment, plan });
}

/** The environment as it is configured now; the plan's own where it was taken out of the file meanwhile. */
export function currentEnvironment(configuration: Configuration, plan: Plan): Environment {
  return configuration.environments.find(({ name }) => name === plan.environment.name) ?? plan.environment;
}
