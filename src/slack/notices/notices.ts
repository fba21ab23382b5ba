import type { OutgoingMessage } from '../../store/messages.ts';
import { approvalNotices } from './approval-notices.ts';
import { noticeRow } from './notice-row.ts';
import type { Notice, NoticeFacts, NoticeMaker } from './notice.ts';
import { ownNotices } from './own-notices.ts';
import { ownerNotices } from './owner-notice.ts';
import { questionNotices } from './question-notices.ts';
import { watchNotices } from './watch-notice.ts';

/** Everything that writes to people directly. */
const makers: NoticeMaker[] = [approvalNotices, questionNotices, ownNotices, ownerNotices, watchNotices];

/** All direct messages that these facts are worth; each key once. */
async function noticesOf(facts: NoticeFacts): Promise<Notice[]> {
  const made = await Promise.all(makers.map(async (make) => await make(facts)));
  return [...new Map(made.flat().map((notice) => [notice.key, notice])).values()];
}

/** What direct messages are made with. */
export type NoticeNeeds = Pick<NoticeFacts, 'peopleOfRole'> & {
  configuration: () => NoticeFacts['configuration'];
};

/** The rows of all direct messages that what happened is worth. Rejects while Slack does not say who is in a group. */
export async function noticeRows(
  { peopleOfRole, configuration }: NoticeNeeds,
  facts: Pick<NoticeFacts, 'deployment' | 'plan' | 'news' | 'cardLink' | 'hands'>,
): Promise<OutgoingMessage[]> {
  const notices = await noticesOf({ ...facts, peopleOfRole, configuration: configuration() });
  const about = { deployment: facts.deployment, environment: facts.plan.environment.name };
  return notices.map((notice) => noticeRow(about, notice));
}
