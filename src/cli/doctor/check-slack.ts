import type { Configuration } from '../../domain/configured/configuration.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { type Finding, reportOn, sentenceOf } from './finding.ts';
import { judgeChannel, judgeClock, judgeGroup, judgePerson, judgeScopes } from './judge-slack.ts';
import type { CallSlack, SlackAnswer } from './slack-call.ts';

const { ok, warning, fault } = reportOn('slack');

/** What asking Slack is done with. */
export interface SlackNeeds {
  asBot: CallSlack;
  /** Null in HTTP mode, which has no app-level token. */
  asApp: CallSlack | null;
  configuration: Configuration;
  /** Whose channels are looked at. */
  environments: Environment[];
  now: () => number;
}

/** Asks Slack whether tokens, scopes, channels, people and groups are what the configuration counts on. Posts nothing. */
export async function checkSlack(needs: SlackNeeds): Promise<Finding[]> {
  const app = await checkAppToken(needs.asApp);
  const asked = await answerOf(needs.asBot, 'auth.test');
  if (!asked.ok) return [fault('bot token', `auth.test: ${asked.error}; ${wayOutOf(asked.error)}`), app];
  const { body, slackTime, scopes } = asked;
  const groups = rolesOf(needs).flatMap(({ usergroups }) => usergroups);
  return [
    judgeClock(needs.now(), slackTime),
    ok('bot token', `${String(body['user'])} in team ${String(body['team'])} (${String(body['team_id'])})`),
    app,
    ...(scopes === null
      ? [warning('scopes', 'Slack did not say what is granted')]
      : judgeScopes(scopes, groups.length > 0)),
    ...(await checkChannels(needs, scopes ?? [])),
    ...(await checkRoles(needs, groups)),
  ];
}

/** Slack hands out the address of a socket; it is not opened. */
async function checkAppToken(asApp: CallSlack | null): Promise<Finding> {
  if (asApp === null)
    return ok('way in', 'HTTP mode; whether Slack finds the way is seen by typing /deploy help');
  const asked = await answerOf(asApp, 'apps.connections.open');
  if (asked.ok) return ok('app token', 'Slack offers a socket');
  return fault('app token', `apps.connections.open: ${asked.error}; ${wayOutOf(asked.error)}`);
}

async function checkChannels(
  { asBot, configuration, environments }: SlackNeeds,
  granted: string[],
): Promise<Finding[]> {
  const { adminChannel } = configuration;
  const channels = new Set([
    ...environments.map(({ channel }) => channel),
    ...(adminChannel === null ? [] : [adminChannel]),
  ]);
  return await inTurn([...channels], async (channel) =>
    judgeChannel(channel, await answerOf(asBot, 'conversations.info', { channel }), granted),
  );
}

async function checkRoles(needs: SlackNeeds, groups: string[]): Promise<Finding[]> {
  const people = new Set(rolesOf(needs).flatMap(({ users }) => users));
  const owners = approvingOwners(needs).filter((owner) => !people.has(owner));
  return [
    ...(await inTurn([...people], async (user) =>
      judgePerson(user, await answerOf(needs.asBot, 'users.info', { user })),
    )),
    ...(await inTurn([...new Set(owners)], async (user) =>
      judgePerson(user, await answerOf(needs.asBot, 'users.info', { user }), 'owners of servers'),
    )),
    ...(await inTurn([...new Set(groups)], async (usergroup) =>
      judgeGroup(usergroup, await answerOf(needs.asBot, 'usergroups.users.list', { usergroup })),
    )),
  ];
}

function rolesOf({ configuration }: SlackNeeds) {
  return Object.values(configuration.roles);
}

/** Without whom nothing is approved where owners approve. */
function approvingOwners({ configuration: { environments } }: SlackNeeds): string[] {
  return environments
    .filter(({ approval }) => approval?.rules.some(({ perOwner }) => perOwner))
    .flatMap(({ clusters }) =>
      clusters.flatMap(({ servers }) => servers.flatMap(({ owner }) => owner ?? [])),
    );
}

/** One after another: Slack counts calls by the minute. */
async function inTurn<T>(items: T[], ask: (item: T) => Promise<Finding>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const item of items) findings.push(await ask(item));
  return findings;
}

/** No answer is an answer too: the sentence that says so. */
async function answerOf(
  call: CallSlack,
  method: string,
  given?: Record<string, string>,
): Promise<SlackAnswer> {
  try {
    return await call(method, given);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return {
      ok: false,
      error: `no answer (${sentenceOf(error)}${cause})`,
      body: {},
      scopes: null,
      slackTime: null,
    };
  }
}

function wayOutOf(error: string): string {
  if (error.startsWith('no answer'))
    return 'see whether this machine reaches Slack (SLACK_API_URL, proxy, firewall)';
  return "take the token from the app's pages again, and install the app again if it was removed";
}
