import type { Slack } from '../slack/connection/connect.ts';
import { createNoticeGate, type NoticeGate } from '../slack/notices/notice-gate.ts';
import { createNotify, type Notify } from '../slack/notices/notify.ts';
import type { BotApp } from './bot-app.ts';

/** Who is written to directly, and what of it goes out at the moment of sending. */
export function createNotices(
  { needs, peopleOfRole }: BotApp,
  slack: Slack,
): { notify: Notify; gate: NoticeGate } {
  const { store, configuration } = needs;
  const workspaceUrl = async (): Promise<string | null> => await slack.workspaceUrl();
  return {
    notify: createNotify({ store, configuration, peopleOfRole, workspaceUrl }),
    gate: createNoticeGate(needs),
  };
}
