import { ownerRole } from '../../domain/deployment/seats.ts';
import { fault, type Fault, warning } from '../fault.ts';
import { didYouMean } from '../issues.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile, EnvironmentFile } from '../schema/configuration.ts';
import { present } from './context.ts';

/** What the product itself gives a meaning (D-01); other roles count only where an approval names them. */
const productRoles = ['global_admin', 'promotion_admin', 'promotion', 'developer'];

/** Roles that give nobody anything: misspelt ones, and ones without people. */
export function checkRoles(file: Salvaged<ConfigurationFile>): Fault[] {
  const asked = new Set(
    Object.values(file.environments ?? {}).flatMap((item) => (item ? rolesAsked(item) : [])),
  );
  return Object.entries(file.roles ?? {}).flatMap(([name, role]): Fault[] => {
    const path = ['roles', name];
    if (name === ownerRole)
      return [
        fault(path, 'owner stands for the owner of each server and cannot be a role; give it another name'),
      ];
    if (role !== undefined && present(role.users).length + present(role.usergroups).length === 0)
      return [warning(path, 'nobody holds this role: give it users or usergroups')];
    if (productRoles.includes(name) || asked.has(name)) return [];
    return [
      warning(
        path,
        `no environment asks for this role, so it allows nothing${didYouMean(name, productRoles)}`,
      ),
    ];
  });
}

function rolesAsked({ approval, watcher, freezes }: Salvaged<EnvironmentFile>): string[] {
  const seats = present<string | { role?: string | undefined }>(approval?.from).flatMap(({ item }) =>
    typeof item === 'string' ? item : (item.role ?? []),
  );
  const overrides = present(freezes).flatMap(({ item }) => present(item.override?.from));
  return [...seats, ...[...present(watcher?.from), ...overrides].map(({ item }) => item)];
}
