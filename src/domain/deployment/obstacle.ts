import { system } from '../actor.ts';
import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import type { Plan } from '../plan/plan.ts';
import { namesOfRole } from '../roles.ts';
import type { Busy } from '../rules/rule.ts';
import type { Refusal } from '../verdict.ts';
import type { Deployment } from './deployment.ts';
import type { EnvironmentLock } from './lock.ts';

/** One reason why a deployment does not run, with whoever can lift it. */
export interface Obstacle extends Refusal {
  /** Mentions of those who can lift it; empty where asking somebody changes nothing. */
  people: string[];
}

/** What stands around a deployment now. */
export interface ObstacleFacts {
  deployment: Deployment;
  plan: Plan;
  /** As it is configured now. */
  environment: Environment;
  configuration: Configuration;
  lock: EnvironmentLock | null;
  /** The other deployment that holds the environment. */
  busy: Busy | null;
  /** Mentions of whoever can still give an approval that is missing. */
  approvers: string[];
  /** Other deployments of the environment that were queued before it, oldest first. */
  ahead: number[];
}

/** Whoever asked for it is asked first; nobody did where the product undoes something. */
export function operators({ requestedBy }: Deployment, configuration: Configuration): string[] {
  return requestedBy === system ? admins(configuration) : [`<@${requestedBy}>`];
}

/** Mentions of whoever may change what an environment allows. */
export function admins(configuration: Configuration): string[] {
  const names = namesOfRole(configuration, 'promotion_admin') || namesOfRole(configuration, 'global_admin');
  return names.split(', ').filter(Boolean);
}
