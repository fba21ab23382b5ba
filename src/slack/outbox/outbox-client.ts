import type { WebClient } from '@slack/web-api';

/** The calls that background messages need. */
export type OutboxClient = Pick<WebClient, 'auth' | 'chat' | 'conversations' | 'files'>;
