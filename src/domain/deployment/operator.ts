import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { namesOfRole, type Person, rolesOf, standingSentence } from '../roles.ts';
import type { Refusal } from '../verdict.ts';
import type { Deployment } from './deployment.ts';

/** Roles that decide about whatever is deployed. */
export const operatorRoles = ['global_admin', 'promotion_admin', 'promotion'];

/** Who may stop, retry or answer for a deployment: its requester, and whoever may deploy there. */
export function refuseOperator(
  person: Person,
  configuration: Configuration,
  environment: Environment,
  deployment: Deployment,
): Refusal | null {
  const wayOut = `Ask <@${deployment.requestedBy}>, or ${namesOfRole(configuration, 'promotion_admin') || namesOfRole(configuration, 'global_admin')}.`;
  if (person.standing !== 'member')
    return { rule: 'D-01', message: standingSentence(person), liftedBy: 'global_admin', wayOut };
  if (person.id === deployment.requestedBy) return null;
  if (rolesOf(person, configuration, environment.kind).some((role) => operatorRoles.includes(role)))
    return null;
  return {
    rule: 'D-01',
    message: `You may not decide about #${deployment.number}: you neither requested it nor may deploy to \`${environment.name}\`.`,
    liftedBy: 'global_admin',
    wayOut,
  };
}
