import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';
import {
  conversationsHistory,
  conversationsInfo,
  conversationsMembers,
  conversationsOpen,
  conversationsReplies,
} from './channels.ts';
import {
  chatDelete,
  chatGetPermalink,
  chatPostEphemeral,
  chatPostMessage,
  chatUpdate,
  reactionsAdd,
} from './chat.ts';
import { filesCompleteUploadExternal, filesGetUploadUrlExternal, filesInfo } from './files.ts';
import { authTest, usergroupsList, usergroupsUsersList, usersInfo, usersList } from './people.ts';
import { viewsOpen, viewsPublish, viewsPush, viewsUpdate } from './views.ts';

/** One method of the Web API: what it answers besides `ok`, or a refusal thrown. */
export type Method = (world: World, given: JsonObject) => JsonObject;

/** A method with what Slack asks of its callers. */
interface KnownMethod {
  call: Method;
  /** How many calls a minute; undefined: its own rules. */
  perMinute: number | undefined;
  /** Any one of these is enough, by the kind of channel; none are needed where the list is empty. */
  scopes: string[];
}

/** Every method that takes the bot token. */
export const methods: Record<string, KnownMethod> = {
  'auth.test': { call: authTest, perMinute: undefined, scopes: [] },
  'chat.delete': { call: chatDelete, perMinute: 50, scopes: ['chat:write'] },
  'chat.getPermalink': { call: chatGetPermalink, perMinute: undefined, scopes: [] },
  'chat.postEphemeral': { call: chatPostEphemeral, perMinute: 100, scopes: ['chat:write'] },
  'chat.postMessage': { call: chatPostMessage, perMinute: undefined, scopes: ['chat:write'] },
  'chat.update': { call: chatUpdate, perMinute: 50, scopes: ['chat:write'] },
  'conversations.history': {
    call: conversationsHistory,
    perMinute: 50,
    scopes: ['channels:history', 'groups:history', 'im:history'],
  },
  'conversations.info': { call: conversationsInfo, perMinute: 50, scopes: ['channels:read', 'groups:read'] },
  'conversations.members': {
    call: conversationsMembers,
    perMinute: 100,
    scopes: ['channels:read', 'groups:read'],
  },
  'conversations.open': { call: conversationsOpen, perMinute: 50, scopes: ['im:write'] },
  'conversations.replies': {
    call: conversationsReplies,
    perMinute: 50,
    scopes: ['channels:history', 'groups:history'],
  },
  'files.completeUploadExternal': {
    call: filesCompleteUploadExternal,
    perMinute: 100,
    scopes: ['files:write'],
  },
  'files.getUploadURLExternal': { call: filesGetUploadUrlExternal, perMinute: 100, scopes: ['files:write'] },
  'files.info': { call: filesInfo, perMinute: 100, scopes: ['files:read'] },
  'reactions.add': { call: reactionsAdd, perMinute: 50, scopes: ['reactions:write'] },
  'usergroups.list': { call: usergroupsList, perMinute: 20, scopes: ['usergroups:read'] },
  'usergroups.users.list': { call: usergroupsUsersList, perMinute: 20, scopes: ['usergroups:read'] },
  'users.info': { call: usersInfo, perMinute: 100, scopes: ['users:read'] },
  'users.list': { call: usersList, perMinute: 20, scopes: ['users:read'] },
  'views.open': { call: viewsOpen, perMinute: 100, scopes: [] },
  'views.publish': { call: viewsPublish, perMinute: 100, scopes: [] },
  'views.push': { call: viewsPush, perMinute: 100, scopes: [] },
  'views.update': { call: viewsUpdate, perMinute: 100, scopes: [] },
};
