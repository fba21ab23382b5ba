import { Refused } from './refused.ts';

/** The scope that Slack wants for a method; those that are not listed want none, or are never refused here. */
const scopeOf: Record<string, string> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.history': 'channels:history',
  'conversations.info': 'channels:read',
  'conversations.replies': 'channels:history',
  'usergroups.users.list': 'usergroups:read',
  'users.info': 'users:read',
};

/** What a token is granted where a workspace is set up without a word about it: all that the manifest asks for. */
export const allScopes = [
  'commands',
  'chat:write',
  'users:read',
  'chat:write.public',
  'usergroups:read',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
];

/** Refuses as Slack does, naming what is needed and what was granted. */
export function requireScope(method: string, granted: string[]): void {
  const needed = scopeOf[method];
  if (needed !== undefined && !granted.includes(needed))
    throw new Refused('missing_scope', { needed, provided: granted.join(',') });
}
