import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { deployRoles, type Person, rolesOf } from '../roles.ts';
import { approvalRuleFor, approvalStanding, refuseApprover } from './approval.ts';
import type { Deployment } from './deployment.ts';
import { refuseOperator } from './operator.ts';

/** A deployment with the environment as it is configured now. */
export interface Placed {
  deployment: Deployment;
  environment: Environment;
}

/** Whether it waits for an approval that this person can give: one that would count. */
export function canApprove(
  person: Person,
  configuration: Configuration,
  { deployment, environment, now }: Placed & { now: number },
): boolean {
  const { state, votes, expiresAt } = deployment;
  if (state !== 'awaiting_approval' || (expiresAt !== null && expiresAt <= now)) return false;
  if (votes.some(({ by }) => by === person.id)) return false;
  if (refuseApprover(person, configuration, environment, deployment) !== null) return false;
  const rule = approvalRuleFor(environment, deployment);
  const mine = { by: person.id, roles: rolesOf(person, configuration, environment.kind), at: now };
  return approvalStanding(rule, [...votes, mine]).given > approvalStanding(rule, votes).given;
}

/** Whether this person may stop it, answer for it and put back what it holds. */
export function canDecide(person: Person, configuration: Configuration, placed: Placed): boolean {
  return refuseOperator(person, configuration, placed.environment, placed.deployment) === null;
}

/** Whether an environment is this person's: they may deploy or approve there, or a server of it belongs to them. */
export function isTheirs(person: Person, configuration: Configuration, environment: Environment): boolean {
  const approvers = environment.approval?.rules.flatMap(({ roles }) => roles) ?? [];
  const roles = new Set([...deployRoles, ...approvers]);
  return (
    rolesOf(person, configuration, environment.kind).some((role) => roles.has(role)) ||
    environment.clusters.some(({ servers }) => servers.some(({ owner }) => owner === person.id))
  );
}
