import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Logger } from 'pino';

import type { Configuration, Role } from '../domain/configured/configuration.ts';
import type { Person } from '../domain/roles.ts';
import { judgeFailure } from './failure.ts';
import { within } from './within.ts';

/** What looking people up is built with. */
export interface PeopleNeeds {
  client: Pick<WebClient, 'users' | 'usergroups'>;
  /** The bot's own workspace; people of another one are strangers. */
  teamId: () => Promise<string>;
  configuration: () => Configuration;
  now: () => number;
  log: Pick<Logger, 'warn'>;
}

const cachedMs = 60_000;
const nameCachedMs = 3_600_000;
/** What is told waits no longer for who people are. */
const longestWaitMs = 3_000;

/**
 * Looks people up as Slack knows them, at most a minute old. Fails closed: who cannot be looked up now has no standing,
 * and a group that Slack refuses to show has no members.
 */
export function createPeople(needs: PeopleNeeds): (id: string) => Promise<Person> {
  const people = cache(needs.now, async (id: string) => await lookUp(needs, id));
  const groups = cache(needs.now, async (group: string) => await membersOf(needs, group));
  return async (id) => {
    try {
      const person = await people(id);
      if (person.standing !== 'member') return person;
      const used = new Set(Object.values(needs.configuration().roles).flatMap((role) => role.usergroups));
      const memberships = await Promise.all(
        [...used].map(async (group) => ((await groups(group)).has(id) ? [group] : [])),
      );
      return { ...person, usergroups: memberships.flat() };
    } catch (error) {
      needs.log.warn({ error, person: id }, 'Slack did not say who this is; nothing is decided for them');
      return { id, name: id, timezone: 'UTC', standing: 'unknown', usergroups: [] };
    }
  };
}

/** How people are called, at most an hour old; null where Slack does not say at once. */
export function createNameOf({
  findPerson,
  now,
}: {
  findPerson: (id: string) => Promise<Person>;
  now: () => number;
}): (id: string) => Promise<string | null> {
  const load = async (id: string): Promise<string | null> => {
    const { name, standing } = await findPerson(id);
    if (standing === 'unknown') throw new Error(`Slack did not say who ${id} is`);
    return name === id ? null : name;
  };
  const names = cache(now, load, nameCachedMs);
  return async (id) => await within(longestWaitMs, names(id)).catch(() => null);
}

/**
 * Everybody who holds a role, by themselves or by a group, and is a member of the workspace as far as Slack says;
 * at most a minute old. Rejects while Slack does not say at once who is in a group.
 */
export function createPeopleOfRole(
  needs: PeopleNeeds & { findPerson: (id: string) => Promise<Person> },
): (role: string) => Promise<string[]> {
  const groups = cache(needs.now, async (group: string) => await membersOf(needs, group));
  const load = async ({ users, usergroups }: Role): Promise<string[]> => {
    const ofGroups = await Promise.all(usergroups.map(async (group) => [...(await groups(group))]));
    const people = await Promise.all(
      [...new Set([...users, ...ofGroups.flat()])].map(async (id) => await needs.findPerson(id)),
    );
    // Whoever Slack says nothing of now is asked for again before anything is sent.
    return people.flatMap(({ id, standing }) =>
      standing === 'member' || standing === 'unknown' ? [id] : [],
    );
  };
  return async (name) => {
    const role = needs.configuration().roles[name];
    return role ? await within(longestWaitMs, load(role)) : [];
  };
}

/** Remembers answers for so long; a failed look-up is not remembered. */
function cache<T>(
  now: () => number,
  load: (key: string) => Promise<T>,
  longestMs = cachedMs,
): (key: string) => Promise<T> {
  const known = new Map<string, { at: number; value: Promise<T> }>();
  return async (key) => {
    const found = known.get(key);
    // An entry that seems to come from the future is older than it looks: the clock was set back.
    const age = found ? now() - found.at : null;
    if (found && age !== null && age >= 0 && age < longestMs) return await found.value;
    const value = load(key);
    known.set(key, { at: now(), value });
    value.catch(() => known.delete(key));
    return await value;
  };
}

/** A person, or nobody's account where Slack knows none. Rejects while Slack gives no answer. */
async function lookUp({ client, teamId }: PeopleNeeds, id: string): Promise<Person> {
  const nobody: Person = { id, name: id, timezone: 'UTC', standing: 'deactivated', usergroups: [] };
  try {
    const { user } = await client.users.info({ user: id });
    if (!user) return nobody;
    const name = user.profile?.display_name || user.real_name || user.name || id;
    return {
      id,
      name,
      timezone: user.tz ?? 'UTC',
      standing: standingOf(user, await teamId()),
      usergroups: [],
    };
  } catch (error) {
    if (error instanceof WebAPIPlatformError && error.data.error === 'user_not_found') return nobody;
    throw error;
  }
}

/** No bot by its flag. */
const slackbot = 'USLACKBOT';

interface SlackUser {
  id?: string;
  deleted?: boolean;
  is_bot?: boolean;
  is_restricted?: boolean;
  is_ultra_restricted?: boolean;
  is_stranger?: boolean;
  team_id?: string;
}

/** A member is who Slack says is one: of this workspace by its id, and nothing that speaks against it. */
function standingOf(user: SlackUser, teamId: string): Person['standing'] {
  if (user.deleted) return 'deactivated';
  if (user.is_bot || user.id === slackbot) return 'bot';
  if (user.is_stranger || user.team_id !== teamId) return 'stranger';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}

/** The members of a group; none where Slack refuses to show it (a free plan, a missing scope). Rejects while Slack gives no answer. */
async function membersOf({ client, log }: PeopleNeeds, group: string): Promise<Set<string>> {
  try {
    const { users } = await client.usergroups.users.list({ usergroup: group });
    return new Set(users);
  } catch (error) {
    const failure = judgeFailure(error);
    const hidden =
      failure.kind === 'refused' || (failure.kind === 'place' && failure.code === 'missing_scope');
    if (!hidden) throw error;
    log.warn({ error: failure.code, group }, 'Slack does not show this user group; it counts as empty');
    return new Set();
  }
}
