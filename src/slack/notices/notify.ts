import type { OutgoingMessage, Store } from '../../store/store.ts';
import type { NoticeFacts } from './notice.ts';
import { type NoticeNeeds, noticeRows } from './notices.ts';

/** What happened, and the channel of its card. */
export type Told = Pick<NoticeFacts, 'deployment' | 'plan' | 'news'> & { channel: string };

/** The rows of the direct messages that it is worth. Rejects while Slack does not say who is in a group. */
export type Notify = (told: Told) => Promise<OutgoingMessage[]>;

/** What notifying is built with. */
export interface NotifyNeeds extends NoticeNeeds {
  store: Pick<Store, 'message'>;
  /** Address of the workspace, ends in `/`; null while Slack does not say. */
  workspaceUrl: () => Promise<string | null>;
}

/** Writes to people directly, with a link to the card once it stands. */
export function createNotify(needs: NotifyNeeds): Notify {
  return async ({ channel, ...told }) => {
    const card = await needs.store.message(`card:${told.deployment.number}`);
    const url = card?.ts ? await needs.workspaceUrl() : null;
    const cardLink = url && `${url}archives/${channel}/p${card?.ts?.replace('.', '') ?? ''}`;
    return await noticeRows(needs, { ...told, cardLink });
  };
}
