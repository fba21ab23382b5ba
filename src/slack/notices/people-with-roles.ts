import type { NoticeFacts } from './notice.ts';

/** Everybody who holds one of these roles in one kind of environment, each with all that they hold of them. */
export async function peopleWithRoles(
  { configuration, peopleOfRole }: Pick<NoticeFacts, 'configuration' | 'peopleOfRole'>,
  environmentKind: string,
  roles: string[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of new Set(roles)) {
    const kinds = configuration.roles[name]?.environmentKinds ?? null;
    if (kinds !== null && !kinds.includes(environmentKind)) continue;
    for (const person of await peopleOfRole(name)) found.set(person, [...(found.get(person) ?? []), name]);
  }
  return found;
}
