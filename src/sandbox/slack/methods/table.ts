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

/** Every method that takes the bot token, and how many calls a minute Slack allows (undefined: its own rules). */
export const methods: Record<string, { call: Method; perMinute: number | undefined }> = {
  'auth.test': { call: authTest, perMinute: undefined },
  'chat.delete': { call: chatDelete, perMinute: 50 },
  'chat.getPermalink': { call: chatGetPermalink, perMinute: undefined },
  'chat.postEphemeral': { call: chatPostEphemeral, perMinute: 100 },
  'chat.postMessage': { call: chatPostMessage, perMinute: undefined },
  'chat.update': { call: chatUpdate, perMinute: 50 },
  'conversations.history': { call: conversationsHistory, perMinute: 50 },
  'conversations.info': { call: conversationsInfo, perMinute: 50 },
  'conversations.members': { call: conversationsMembers, perMinute: 100 },
  'conversations.open': { call: conversationsOpen, perMinute: 50 },
  'conversations.replies': { call: conversationsReplies, perMinute: 50 },
  'files.completeUploadExternal': { call: filesCompleteUploadExternal, perMinute: 100 },
  'files.getUploadURLExternal': { call: filesGetUploadUrlExternal, perMinute: 100 },
  'files.info': { call: filesInfo, perMinute: 100 },
  'reactions.add': { call: reactionsAdd, perMinute: 50 },
  'usergroups.list': { call: usergroupsList, perMinute: 20 },
  'usergroups.users.list': { call: usergroupsUsersList, perMinute: 20 },
  'users.info': { call: usersInfo, perMinute: 100 },
  'users.list': { call: usersList, perMinute: 20 },
  'views.open': { call: viewsOpen, perMinute: 100 },
  'views.publish': { call: viewsPublish, perMinute: 100 },
  'views.push': { call: viewsPush, perMinute: 100 },
  'views.update': { call: viewsUpdate, perMinute: 100 },
};
