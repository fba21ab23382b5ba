import type { Configuration } from './configured/configuration.ts';
import type { Environment } from './configured/environment.ts';
import { type Revision, revisionName } from './revision.ts';
import { type Refusal } from './verdict.ts';

/** A person as Slack knows them now; asked for again at every decision. */
export interface Person {
  id: string;
  name: string;
  /** IANA zone of their profile. */
  timezone: string;
  /** Only members decide; everybody else is refused with this word. */
  standing: 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger' | 'unknown';
  usergroups: string[];
}

/** The roles a person holds for one kind of environment; none for anybody who is not a full member. */
export function rolesOf(person: Person, configuration: Configuration, environmentKind: string): string[] {
  if (person.standing !== 'member') return [];
  return Object.entries(configuration.roles)
    .filter(([, role]) => role.environmentKinds === null || role.environmentKinds.includes(environmentKind))
    .filter(
      ([, role]) =>
        role.users.includes(person.id) || role.usergroups.some((group) => person.usergroups.includes(group)),
    )
    .map(([name]) => name);
}

/** The roles whose people may deploy. */
export const deployRoles = ['global_admin', 'promotion_admin', 'promotion'];

/** The roles whose people decide about an environment itself; whoever is nearest to it is asked first. */
export const adminRoles = ['promotion_admin', 'global_admin'];

/** The admins as mentions, for "ask …", each once; without a person whom the sentence names already. */
export function namesOfAdmins(configuration: Configuration, named?: string): string {
  const names = adminRoles.flatMap((role) => namesOfRole(configuration, role).split(', '));
  const others = names.filter((name) => name !== '' && name !== `<@${named}>`);
  return [...new Set(others)].join(', ') || 'a global_admin';
}

/** Refuses, in the rule's name and words, everybody who holds none of these roles in the environment. */
export function refuseWithout(
  person: Person,
  configuration: Configuration,
  {
    environment,
    roles,
    rule,
    message,
  }: { environment: Environment; roles: string[] } & Pick<Refusal, 'rule' | 'message'>,
): Refusal | null {
  const wayOut = `Ask ${namesOfAdmins(configuration)}.`;
  if (person.standing !== 'member')
    return { rule: 'D-01', message: standingSentence(person), liftedBy: 'global_admin', wayOut };
  if (rolesOf(person, configuration, environment.kind).some((role) => roles.includes(role))) return null;
  return { rule, message, liftedBy: 'global_admin', wayOut };
}

/** D-01, D-19: who may deploy what. A `promotion` user deploys only their own revisions, an admin anyone's. */
export function refuseRequester(
  person: Person,
  configuration: Configuration,
  environment: Environment,
  revisions: Revision[],
): Refusal | null {
  const roles = rolesOf(person, configuration, environment.kind);
  const admin = roles.includes('global_admin') || roles.includes('promotion_admin');
  const wayOut = `Ask ${namesOfRole(configuration, 'promotion_admin') || namesOfRole(configuration, 'global_admin')} to request it.`;
  if (person.standing !== 'member')
    return { rule: 'D-01', message: standingSentence(person), liftedBy: 'global_admin', wayOut };
  if (!roles.some((role) => deployRoles.includes(role)))
    return {
      rule: 'D-19',
      message: `You may not deploy to \`${environment.name}\`: you need the role promotion or promotion_admin there, and you are a developer.`,
      liftedBy: 'global_admin',
      wayOut,
    };
  const foreign = revisions.find((revision) => revision.author !== null && revision.author !== person.id);
  if (!admin && foreign)
    return {
      rule: 'D-19',
      message: `With the role promotion you deploy only your own revisions; \`${revisionName(foreign)}\` is by <@${foreign.author}>.`,
      liftedBy: 'promotion_admin',
      wayOut,
    };
  return null;
}

/** Says in words why somebody who is not a full member decides nothing. */
export function standingSentence(person: Person): string {
  const reasons: Record<Person['standing'], string> = {
    member: 'You are a member.',
    guest: 'Guests may not request, approve or stop deployments.',
    bot: 'Bots may not request, approve or stop deployments.',
    deactivated: 'This account is deactivated, or there is none of this id.',
    stranger: 'People of another workspace may not request, approve or stop deployments.',
    unknown: 'Slack did not say who you are, so nothing was decided.',
  };
  return reasons[person.standing];
}

/** The people of a role as mentions, for "ask …"; empty where the role is not configured. */
export function namesOfRole(configuration: Configuration, name: string): string {
  const role = configuration.roles[name];
  if (!role) return '';
  return [...role.users.map((id) => `<@${id}>`), ...role.usergroups.map((id) => `<!subteam^${id}>`)].join(
    ', ',
  );
}
