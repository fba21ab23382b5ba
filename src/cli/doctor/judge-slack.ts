import type { Untold } from '../../store/messages.ts';
import { refusalReach, sayUndelivered } from '../../wording/undelivered.ts';
import { type Finding, reportOn } from './finding.ts';

const slack = reportOn('slack');
const clock = reportOn('clock');

interface Need {
  scope: string;
  state: 'warning' | 'fault';
  without: string;
}

/** What each scope is for, and what is lost without it. */
const needs: Need[] = [
  { scope: 'commands', state: 'fault', without: 'nobody can type /deploy' },
  { scope: 'chat:write', state: 'fault', without: 'nothing can be told' },
  {
    scope: 'users:read',
    state: 'fault',
    without: 'nobody can be known, so nothing can be requested or approved',
  },
  {
    scope: 'channels:history',
    state: 'warning',
    without: 'a message whose sending was interrupted may come twice',
  },
  { scope: 'im:write', state: 'warning', without: 'direct messages may not reach everybody' },
  {
    scope: 'im:history',
    state: 'warning',
    without: 'what people write to the bot in direct messages is not read',
  },
  { scope: 'channels:read', state: 'warning', without: 'the doctor cannot look at channels' },
];

const groupsNeed: Need = {
  scope: 'usergroups:read',
  state: 'fault',
  without: 'the user groups of the roles count as empty',
};

/** Compares the scopes that were granted with those that are needed. */
export function judgeScopes(granted: string[], usesGroups: boolean): Finding[] {
  const missing = [...needs, ...(usesGroups ? [groupsNeed] : [])].filter(
    ({ scope }) => !granted.includes(scope),
  );
  if (missing.length === 0) return [slack.ok('scopes', granted.join(', '))];
  return missing.map(({ scope, state, without }) =>
    slack[state](
      `scope ${scope}`,
      `is not granted: without it ${without}; add it to the app and install the app again`,
    ),
  );
}

const tolerableMs = 30_000;

/** Compares this machine's clock with Slack's, which says its time to the second. Epoch milliseconds. */
export function judgeClock(here: number, slackTime: number | null): Finding {
  if (slackTime === null) return clock.warning('clock', 'Slack did not say what time it is');
  const offMs = here - slackTime;
  const seconds = Math.round(Math.abs(offMs) / 1_000);
  if (Math.abs(offMs) <= tolerableMs) return clock.ok('clock', `within ${Math.max(1, seconds)} s of Slack's`);
  const way = offMs > 0 ? 'ahead of' : 'behind';
  return clock.fault(
    'clock',
    `${seconds} s ${way} Slack's: hours and signatures will be wrong; start time synchronisation (NTP)`,
  );
}

/** Whether messages can be posted to a channel, from what `conversations.info` said. */
export function judgeChannel(
  id: string,
  { ok, error, body }: { ok: boolean; error: string; body: Record<string, unknown> },
  granted: string[],
): Finding {
  const name = `channel ${id}`;
  if (error === 'missing_scope' && !ok)
    return slack.warning(
      name,
      'could not be looked at: it needs the scope channels:read (groups:read for private ones)',
    );
  if (!ok)
    return slack.fault(
      name,
      `Slack says ${error}: correct the id in the configuration, or invite the bot if it is private`,
    );
  const channel = Object(body['channel']) as Record<string, unknown>;
  if (channel['is_archived'] === true)
    return slack.fault(name, 'is archived: unarchive it, or name another one');
  if (channel['is_member'] === true) return slack.ok(name, `#${String(channel['name'])}, the bot is in it`);
  if (channel['is_private'] !== true && granted.includes('chat:write.public'))
    return slack.warning(
      name,
      `#${String(channel['name'])}: the bot may post without being in it, but not read back; invite it`,
    );
  return slack.fault(name, `#${String(channel['name'])}: the bot is not in it; type /invite there`);
}

/** Whether somebody whom a role names can decide anything. */
export function judgePerson(
  id: string,
  { ok, error, body }: { ok: boolean; error: string; body: Record<string, unknown> },
  where: 'roles' | 'owners of servers' = 'roles',
): Finding {
  const name = `person ${id}`;
  if (!ok) return slack.fault(name, `Slack says ${error}: correct the ${where} in the configuration`);
  const user = Object(body['user']) as Record<string, unknown>;
  const excluded = ['deleted', 'is_bot', 'is_restricted', 'is_ultra_restricted', 'is_stranger'];
  const why = excluded.find((flag) => user[flag] === true);
  if (why === undefined) return slack.ok(name, String(user['name']));
  return slack.warning(
    name,
    `${String(user['name'])} is ${why.replace('is_', '').replaceAll('_', ' ')} and decides nothing; take the id out of the ${where}`,
  );
}

/** Whether a group that a role names has anybody in it. */
export function judgeGroup(
  id: string,
  { ok, error, body }: { ok: boolean; error: string; body: Record<string, unknown> },
): Finding {
  const name = `group ${id}`;
  if (!ok)
    return slack.fault(
      name,
      `Slack says ${error}, so it counts as empty: correct the roles, or grant usergroups:read`,
    );
  const users: unknown[] = Array.isArray(body['users']) ? body['users'] : [];
  return users.length > 0 ? slack.ok(name, `${users.length} people`) : slack.fault(name, 'nobody is in it');
}

/** What a channel has not been told, from the bot's own rows; nothing about what only waits its turn. */
export function judgeUndelivered({ channel, error, messages }: Untold): Finding[] {
  if (error === null) return [];
  const message = `${messages} not told. ${sayUndelivered(channel, error)}`;
  return [slack[refusalReach(error) === null ? 'warning' : 'fault'](`messages for ${channel}`, message)];
}
