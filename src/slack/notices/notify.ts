import { handsOn } from '../../domain/deployment/delegation.ts';
import type { Store } from '../../store/store.ts';
import type { Companion } from '../outbox/story.ts';
import { type NoticeNeeds, noticeRows } from './notices.ts';

/** What notifying is built with. */
export interface NotifyNeeds extends NoticeNeeds {
  store: Pick<Store, 'message' | 'delegations'>;
  now: () => number;
  /** Address of the workspace, ends in `/`; null while Slack does not say. */
  workspaceUrl: () => Promise<string | null>;
}

/** Writes to people directly, with a link to the card once it stands. Rejects while Slack does not say who is in a group. */
export function createNotify(needs: NotifyNeeds): Companion {
  return async ({ deployment, plan, base: { channel } }, news) => {
    const card = await needs.store.message(`card:${deployment.number}`);
    const url = card?.ts ? await needs.workspaceUrl() : null;
    const cardLink = url && `${url}archives/${channel}/p${card?.ts?.replace('.', '') ?? ''}`;
    const environment = plan.environment.name;
    const usual = await needs.store.delegations({ environment });
    const hands = handsOn(deployment.handedVotes, usual, needs.now());
    return await noticeRows(needs, { deployment, plan, news, cardLink, hands });
  };
}
