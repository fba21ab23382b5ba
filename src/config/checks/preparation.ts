import { expandServers } from '../expand-servers.ts';
import { type Fault, warning } from '../fault.ts';
import { clustersOf, type EnvironmentContext } from './context.ts';

/** What is asked before a start of nobody. */
export function checkPreparation(context: EnvironmentContext): Fault[] {
  if (context.environment.ownerConsent === undefined) return [];
  const hasOwner = clustersOf(context).some(({ cluster }) =>
    expandServers(cluster).some(({ server }) => server.owner !== undefined),
  );
  return hasOwner
    ? []
    : [warning([...context.path, 'ownerConsent'], 'no server has an owner, so nobody is asked')];
}
