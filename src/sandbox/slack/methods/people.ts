import { word } from '../arguments.ts';
import type { JsonObject } from '../json.ts';
import { Refused } from '../refused.ts';
import type { PersonSetup, World } from '../world.ts';

/** `auth.test`. */
export function authTest(world: World): JsonObject {
  const { team, bot } = world;
  return {
    url: `https://${team.name}.example.com/`,
    team: team.name,
    team_id: team.id,
    user: bot.name,
    user_id: bot.id,
    bot_id: bot.botId,
    is_enterprise_install: false,
  };
}

/** `users.info`. */
export function usersInfo(world: World, given: JsonObject): JsonObject {
  const person = world.people.get(word(given, 'user'));
  if (!person) throw new Refused('user_not_found');
  return { user: userPayload(world, person) };
}

/** `users.list`. */
export function usersList(world: World): JsonObject {
  return {
    members: [...world.people.values()].map((person) => userPayload(world, person)),
    response_metadata: { next_cursor: '' },
  };
}

/** `usergroups.list`. */
export function usergroupsList(world: World): JsonObject {
  return {
    usergroups: [...world.usergroups.values()].map(({ id, handle, users }) => ({
      id,
      handle,
      name: handle,
      team_id: world.team.id,
      is_usergroup: true,
      user_count: users.length,
    })),
  };
}

/** `usergroups.users.list`. */
export function usergroupsUsersList(world: World, given: JsonObject): JsonObject {
  const group = world.usergroups.get(word(given, 'usergroup'));
  if (!group) throw new Refused('no_such_subteam');
  return { users: group.users };
}

const otherTeam = 'T0STRANGERS';

function userPayload(world: World, person: PersonSetup): JsonObject {
  const { id, name, timezone = 'UTC', realName = name } = person;
  return {
    id,
    team_id: person.stranger ? otherTeam : world.team.id,
    name,
    real_name: realName,
    deleted: person.deleted ?? false,
    is_bot: person.isBot ?? false,
    is_restricted: person.isGuest ?? false,
    is_ultra_restricted: false,
    ...(person.stranger && { is_stranger: true }),
    tz: timezone,
    tz_label: timezone,
    tz_offset: offsetSeconds(timezone, world.now()),
    profile: { display_name: name, real_name: realName },
  };
}

function offsetSeconds(timezone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  const name = parts.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /([+-])(\d\d):(\d\d)/.exec(name);
  if (!match) return 0;
  const seconds = Number(match[2]) * 3_600 + Number(match[3]) * 60;
  return match[1] === '-' ? -seconds : seconds;
}
