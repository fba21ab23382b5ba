import type { Logger } from 'pino';

import type { Reach } from '../../domain/fault-point.ts';
import type { Store } from '../../store/store.ts';
import type { Seldom } from '../connection/seldom.ts';
import type { NoticeGate } from '../notices/notice-gate.ts';
import type { Holds } from './holds.ts';
import type { OutboxClient } from './outbox-client.ts';
import type { RefusedBlocks } from './refused-blocks.ts';
import type { Troubles } from './trouble.ts';

/** How long is waited between tries, in milliseconds. */
export interface DeliveryPace {
  /** Least time between two edits of one card. */
  betweenEditsOfOneCard: number;
  /** After the first unclear answer; doubled with each further one. */
  firstRetry: number;
  longestRetry: number;
  /** Where a person has to mend something first. */
  betweenTriesOfRefused: number;
  /** Where Slack takes a message in no form. */
  betweenTriesOfDead: number;
}

/** What bringing a message to Slack is done with. */
export interface DeliverNeeds {
  store: Store;
  client: OutboxClient;
  now: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  gate: NoticeGate;
  seldom: Seldom;
  pace: DeliveryPace;
  holds: Holds;
  troubles: Troubles;
  refusedBlocks: RefusedBlocks;
  reach: Reach;
  /** Is told that Slack shows a message that was wanted since then (epoch milliseconds); absent: nobody is. */
  said?: (message: { kind: string; wantedAt: number }) => void;
}
