/** What keeps messages from Slack: why, and what to do. */
interface Reason {
  why: string;
  wayOut: string;
}

const notIn: Reason = {
  why: 'Lamplighter is not in it, or there is no such channel',
  wayOut: 'Invite Lamplighter there with /invite',
};
const mayNotPost: Reason = {
  why: 'Lamplighter may not post there',
  wayOut: 'Let apps post there in the settings of the channel',
};
const channelReasons: Record<string, Reason> = {
  is_archived: { why: 'it is archived', wayOut: 'Unarchive it' },
  not_in_channel: notIn,
  channel_not_found: notIn,
  user_not_in_channel: notIn,
  restricted_action: mayNotPost,
  restricted_action_read_only_channel: mayNotPost,
  restricted_action_thread_only_channel: mayNotPost,
  restricted_action_non_threadable_channel: mayNotPost,
};

const badToken: Reason = {
  why: 'Slack does not take the bot token',
  wayOut: 'Install the app again, put its token into SLACK_BOT_TOKEN, and restart Lamplighter',
};
const noScope: Reason = {
  why: 'the app lacks a scope',
  wayOut:
    'Compare its scopes with manifest.yml (`lamplighter doctor` names what is missing), and install the app again',
};
const keptOut: Reason = {
  why: 'the workspace keeps the app out',
  wayOut: 'Ask an administrator of the workspace to let it in',
};
const workspaceReasons: Record<string, Reason> = {
  not_authed: badToken,
  invalid_auth: badToken,
  token_revoked: badToken,
  token_expired: badToken,
  account_inactive: badToken,
  not_allowed_token_type: badToken,
  missing_scope: noScope,
  no_permission: noScope,
  access_denied: keptOut,
  accesslimited: keptOut,
  ekm_access_denied: keptOut,
  enterprise_is_restricted: keptOut,
  org_login_required: keptOut,
  team_access_not_granted: keptOut,
};

/** How far a refusal of Slack reaches: one channel, everything, or null for what concerns a single message. */
export function refusalReach(code: string): 'channel' | 'workspace' | null {
  if (Object.hasOwn(channelReasons, code)) return 'channel';
  return Object.hasOwn(workspaceReasons, code) ? 'workspace' : null;
}

/** Why a channel is told nothing now, what to do, and that nothing is lost: for logs, `/readyz` and the doctor. */
export function sayUndelivered(channel: string, error: string): string {
  const inChannel = channelReasons[error];
  const { why, wayOut } = inChannel ?? workspaceReasons[error] ?? otherReason;
  const where = inChannel ? `Channel ${channel} is told nothing: ` : 'Slack is told nothing: ';
  return `${where}${why} (${error}). ${wayOut}. Deployments go on; what was not told comes then, in order.`;
}

/** That a channel, or Slack altogether (`*`), is told again. */
export function sayToldAgain(channel: string): string {
  return `${channel === '*' ? 'Slack' : `Channel ${channel}`} is told again: what was not told comes now, in order.`;
}

const otherReason: Reason = {
  why: 'Slack does not take what is sent to it',
  wayOut: 'See status.slack.com, and whether this machine reaches Slack',
};
