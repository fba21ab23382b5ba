import { ownerRole } from '../../domain/deployment/seats.ts';
import { deployRoles } from '../../domain/roles.ts';
import { expandServers } from '../expand-servers.ts';
import { type Fault, fault, type Path, warning } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile } from '../schema/configuration.ts';
import { clustersOf, type EnvironmentContext, mainRoleOf, present } from './context.ts';
import { unknown } from './references.ts';

interface Seat {
  roles: string[];
  required: number;
  path: Path;
}

/** Roles that are not there, and approvals that the listed people can never give. */
export function checkPeople(context: EnvironmentContext): Fault[] {
  const { environment, file, path } = context;
  const known = Object.keys(file.roles ?? {});
  const others = [
    ...present(environment.watcher?.from).map(({ item, index }) => ({
      item,
      at: [...path, 'watcher', 'from', index],
    })),
    ...present(environment.freezes).flatMap((freeze) =>
      present(freeze.item.override?.from).map(({ item, index }) => ({
        item,
        at: [...path, 'freezes', freeze.index, 'override', 'from', index],
      })),
    ),
  ];
  return [
    ...checkApproval(context, known),
    ...checkOverrides(context),
    ...checkBreakGlass(context),
    ...others.flatMap(({ item, at }) => unknown('role', item, known, at)),
  ];
}

/** An override that nobody here can give, or too few. */
function checkOverrides({ environment, file, path }: EnvironmentContext): Fault[] {
  return present(environment.freezes).flatMap(({ item: { override }, index }) => {
    const here = [...path, 'freezes', index, 'override'];
    const roles = present(override?.from);
    const required = override?.persons ?? 1;
    return [
      ...roles.flatMap(({ item, index: at }) =>
        outsideKind(item, environment.kind, file, [...here, 'from', at]),
      ),
      ...(roles.length === 0
        ? []
        : tooMany({ roles: roles.map(({ item }) => item), required, path: [...here, 'persons'] }, file)),
    ];
  });
}

/** Glass that too few people could ever break. Groups are not counted. */
function checkBreakGlass({ environment, file, path }: EnvironmentContext): Fault[] {
  const persons = environment.approval?.breakGlass?.persons;
  const configured = deployRoles.flatMap((name) => file.roles?.[name] ?? []);
  if (persons === undefined || configured.some((role) => (role.usergroups ?? []).length > 0)) return [];
  const { size } = new Set(configured.flatMap((role) => role.users ?? []));
  if (size >= persons) return [];
  return [
    fault(
      [...path, 'approval', 'breakGlass', 'persons'],
      `asks for ${persons} people who deploy, and ${deployRoles.join(', ')} list ${size}`,
    ),
  ];
}

function checkApproval(context: EnvironmentContext, known: string[]): Fault[] {
  const { environment, file, path } = context;
  const { approval } = environment;
  if (approval === undefined) return [];
  const here = [...path, 'approval'];
  const entries = present<string | { role?: string | undefined; required?: number | undefined }>(
    approval.from,
  );
  const written = entries.flatMap(({ item, index }) =>
    typeof item === 'string'
      ? [{ role: item, at: [...here, 'from', index] }]
      : [{ role: item.role, at: [...here, 'from', index, 'role'] }],
  );
  const seats = seatsOf(
    entries.map(({ item }) => item),
    approval.required ?? 1,
    here,
  );
  const doubled = approval.required !== undefined && entries.some(({ item }) => typeof item !== 'string');
  return [
    // `owner` is a server's own `owner`, not a role of the file.
    ...written.flatMap(({ role, at }) => unknown('role', role, [...known, ownerRole], at)),
    ...written.flatMap(({ role, at }) => outsideKind(role, environment.kind, file, at)),
    ...(doubled ? [fault([...here, 'required'], 'stands in each entry of from; remove it here')] : []),
    ...seats.flatMap((seat) => (seat.roles.includes(ownerRole) ? tooManyOwners(seat) : tooMany(seat, file))),
    ...(written.some(({ role }) => role === ownerRole) ? withoutOwner(context, [...here, 'from']) : []),
  ];
}

/** A server has one owner, so only one can approve for it. */
function tooManyOwners({ required, path }: Seat): Fault[] {
  return required > 1 ? [fault(path, `asks for ${required} approvals of owner, and a server has one`)] : [];
}

const namedServers = 5;

/** Servers for which `owner` finds nobody; the others still approve. */
function withoutOwner(context: EnvironmentContext, path: Path): Fault[] {
  const names = clustersOf(context).flatMap(({ cluster }) =>
    expandServers(cluster).flatMap(({ server: { name, owner, role, enabled } }) =>
      owner === undefined && enabled !== false && role === mainRoleOf(context) ? [name] : [],
    ),
  );
  if (names.length === 0) return [];
  const more = names.length - namedServers;
  const listed = `${names.slice(0, namedServers).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    warning(
      path,
      `${listed} ${names.length === 1 ? 'has' : 'have'} no owner, so no owner approves for ${names.length === 1 ? 'it' : 'them'}`,
    ),
  ];
}

function seatsOf(
  entries: (string | { role?: string | undefined; required?: number | undefined })[],
  required: number,
  path: Path,
): Seat[] {
  const names = entries.filter((entry) => typeof entry === 'string');
  const roles = names.filter((name) => name !== ownerRole);
  if (names.length > 0)
    return [{ roles: roles.length > 0 ? roles : names, required, path: [...path, 'required'] }];
  return entries.flatMap((entry, index) =>
    typeof entry === 'string' || entry.role === undefined
      ? []
      : [{ roles: [entry.role], required: entry.required ?? 1, path: [...path, 'from', index, 'required'] }],
  );
}

/** Groups are not counted: only where single users alone are listed is the number known. */
function tooMany({ roles, required, path }: Seat, file: Salvaged<ConfigurationFile>): Fault[] {
  const configured = roles.flatMap((role) => file.roles?.[role] ?? []);
  if (configured.length < roles.length || configured.some((role) => (role.usergroups ?? []).length > 0))
    return [];
  const users = new Set(configured.flatMap((role) => role.users ?? []));
  if (users.size >= required) return [];
  return [
    fault(
      path,
      `asks for ${required} approvals, and ${roles.join(' and ')} ${roles.length > 1 ? 'list' : 'lists'} ${users.size} ${users.size === 1 ? 'person' : 'people'}`,
    ),
  ];
}

function outsideKind(
  role: string | undefined,
  kind: string | undefined,
  file: Salvaged<ConfigurationFile>,
  path: Path,
): Fault[] {
  const kinds = role === undefined ? undefined : file.roles?.[role]?.environmentKinds;
  if (kinds === undefined || kind === undefined || kinds.includes(kind)) return [];
  return [
    warning(
      path,
      `${role} holds for ${kinds.join(', ')} only, so nobody approves with it here (kind ${kind})`,
    ),
  ];
}
