import { createHash } from 'node:crypto';

import type { Deployment } from '../../domain/deployment/deployment.ts';
import type { JudgedNotice } from '../../domain/person-settings.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import { ids } from '../ids.ts';
import type { Notice } from './notice.ts';
import { isOnlyNews } from './own-notice.ts';

/** What goes with a direct message until it is sent: settings judge by it. */
interface NoticePayload {
  notice: JudgedNotice;
}

/** A direct message as the row that is written; its channel is the person. */
export function noticeRow(
  { deployment, environment }: { deployment: Deployment; environment: string },
  { to, key, about, content }: Notice,
): OutgoingMessage {
  const actBy = asksSomething(content) ? actsBy(deployment) : null;
  const notice: JudgedNotice = { about, environment, onlyNews: isOnlyNews(key), actBy };
  const payload = JSON.stringify({ ...content, notice } satisfies Notice['content'] & NoticePayload);
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return {
    key,
    deployment: deployment.number,
    channel: to,
    threadOf: null,
    broadcast: false,
    payload,
    digest,
  };
}

/** What settings judge a message by; null where it is no direct message. */
export function noticeOf({ key, payload }: Pick<OutgoingMessage, 'key' | 'payload'>): JudgedNotice | null {
  return isNotice({ key }) ? (JSON.parse(payload) as NoticePayload).notice : null;
}

/** Whether a message goes to one person directly. */
export function isNotice({ key }: Pick<OutgoingMessage, 'key'>): boolean {
  return key.startsWith('notice:');
}

/** Looking asks for nothing. */
const looks: string[] = [ids.details];

function asksSomething({ blocks }: Notice['content']): boolean {
  return blocks.some(
    (block) =>
      block.type === 'actions' &&
      block.elements.some(
        (element) =>
          !('url' in element) && element.action_id !== undefined && !looks.includes(element.action_id),
      ),
  );
}

/** When what is asked is decided without them, or begins; at once where the deployment waits for nothing else. */
function actsBy({ question, startsAt, expiresAt }: Deployment): number {
  if (question) return question.deadlineAt;
  if (startsAt === null) return 0;
  return Math.min(startsAt, expiresAt ?? startsAt);
}
