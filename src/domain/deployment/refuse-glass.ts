import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { deployRoles, namesOfRole, type Person, rolesOf, standingSentence } from '../roles.ts';
import type { Refusal } from '../verdict.ts';
import type { Deployment } from './deployment.ts';

/** Where and for what people go on without the approvals. */
export interface GlassCase {
  configuration: Configuration;
  environment: Environment;
  deployment: Pick<Deployment, 'number' | 'requestedBy'>;
}

/** Says why this person may not go on without the approvals here; null when they may. */
export function refuseGlassBreaker(person: Person, facts: GlassCase): Refusal | null {
  const { configuration, environment, deployment } = facts;
  const wayOut = askDeployers(configuration);
  if (!environment.approval?.breakGlass)
    return {
      rule: 'approval.breakGlass',
      message: `Nobody goes on without the approvals in \`${environment.name}\`: it is not configured there.`,
      liftedBy: 'whoever keeps the configuration',
      wayOut: 'Ask those who approve.',
    };
  if (person.standing !== 'member')
    return { rule: 'D-01', message: standingSentence(person), liftedBy: 'global_admin', wayOut };
  if (!rolesOf(person, configuration, environment.kind).some((role) => deployRoles.includes(role)))
    return {
      rule: 'approval.breakGlass',
      message: `Breaking the glass for \`${environment.name}\` takes a role that deploys there (${deployRoles.join(', ')}), which you do not hold.`,
      liftedBy: 'global_admin',
      wayOut,
    };
  if (environment.approval.excludeRequester && deployment.requestedBy === person.id)
    return {
      rule: 'approval.excludeRequester',
      message: `You requested #${deployment.number}, so others have to break the glass.`,
      liftedBy: deployRoles.join(' or '),
      wayOut,
    };
  return null;
}

/** Who can be asked, by name where the configuration gives names. */
function askDeployers(configuration: Configuration): string {
  const names = deployRoles.map((role) => namesOfRole(configuration, role)).filter(Boolean);
  return `Ask ${[...new Set(names.join(', ').split(', '))].join(', ') || 'a global_admin'}.`;
}
