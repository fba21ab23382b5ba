import type { Environment } from '../domain/configured/environment.ts';
import type { AppNeeds } from './needs.ts';

/** Whom a message calls. */
export interface Asked {
  environment: Environment;
  /** Anybody who holds one of these roles there. */
  roles: string[];
  /** And these people, whatever they hold. */
  people?: string[];
  /** Nobody of these, whatever they hold. */
  but: string[];
}

/**
 * Mentions of exactly those who hold one of the roles and can act: members, and none of those left out. A group is
 * called by its name only where nobody of it is left out; else its people are, where they are known.
 */
export async function mentionsOf(
  needs: AppNeeds,
  { environment, roles, people: named = [], but }: Asked,
): Promise<string[]> {
  const configured = needs.configuration().roles;
  const held = roles.flatMap((name) => {
    const role = configured[name];
    return role && (role.environmentKinds?.includes(environment.kind) ?? true) ? [{ name, ...role }] : [];
  });
  const people = await Promise.all(
    [...held.flatMap(({ users }) => users), ...named]
      .filter((id) => !but.includes(id))
      .map(async (id) => await able(needs, id)),
  );
  const groups = await Promise.all(
    held.map(async ({ name, usergroups }) => await groupsOf(needs, { name, usergroups }, but)),
  );
  return [...new Set([...people.flat(), ...groups.flat()])];
}

/** Nobody is called who can do nothing; who cannot be looked up now may be able to. */
async function able(needs: AppNeeds, id: string): Promise<string[]> {
  const { standing } = await needs.findPerson(id);
  return standing === 'member' || standing === 'unknown' ? [`<@${id}>`] : [];
}

async function groupsOf(
  needs: AppNeeds,
  role: { name: string; usergroups: string[] },
  but: string[],
): Promise<string[]> {
  if (role.usergroups.length === 0) return [];
  const leftOut = await Promise.all(but.map(async (id) => (await needs.findPerson(id)).usergroups));
  const mixed = new Set(leftOut.flat());
  const whole = role.usergroups.filter((group) => !mixed.has(group)).map((group) => `<!subteam^${group}>`);
  if (whole.length === role.usergroups.length || !needs.peopleOfRole) return whole;
  return (await needs.peopleOfRole(role.name)).filter((id) => !but.includes(id)).map((id) => `<@${id}>`);
}
