import type { Slack } from '../slack/connection/connect.ts';
import { createNoticeGate, type NoticeGate } from '../slack/notices/notice-gate.ts';
import { createNotify } from '../slack/notices/notify.ts';
import type { NameOf } from '../slack/outbox/names-for-mentions.ts';
import type { Companion } from '../slack/outbox/story.ts';
import { createNameOf } from '../slack/people.ts';
import type { BotApp } from './bot-app.ts';

/** Who is written to directly, and what of it goes out at the moment of sending. */
export function createNotices(
  { needs, peopleOfRole }: BotApp,
  slack: Slack,
): { sayDirectly: Companion; gate: NoticeGate; nameOf: NameOf } {
  const { store, configuration } = needs;
  const workspaceUrl = async (): Promise<string | null> => await slack.workspaceUrl();
  return {
    sayDirectly: createNotify({ store, configuration, peopleOfRole, workspaceUrl, now: needs.now }),
    gate: createNoticeGate(needs),
    nameOf: createNameOf(needs),
  };
}
