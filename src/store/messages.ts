import type { OutgoingFile } from './files.ts';

/** A message to Slack: wanted as a row before it is a call. */
export interface OutgoingMessage {
  /** Unique and stable: `card:1042`, `thread:1042:17`. */
  key: string;
  deployment: number;
  channel: string;
  /** Key of the message in whose thread it stands; null for the card itself. */
  threadOf: string | null;
  /** JSON of what it should say now: `{ text, blocks }`. */
  payload: string;
  /** Digest of `payload`. */
  digest: string;
  /** Also shown in the channel (final failures and what needs a person). */
  broadcast: boolean;
  /** A file that stands in the thread by itself; its key begins with `file:`. Absent: the message is words. */
  file?: OutgoingFile;
}

/**
 * How delivery of a message stands. `unknown`: nobody knows whether Slack took it. `dead`: Slack refuses it in every
 * form; it holds nothing up and is tried again seldom.
 */
export type DeliveryState = 'wanted' | 'sending' | 'unknown' | 'delivered' | 'dead';

/** A message with its delivery. */
export interface StoredMessage extends Omit<OutgoingMessage, 'file'> {
  id: number;
  state: DeliveryState;
  ts: string | null;
  /** The conversation that Slack opened for it, where `channel` is a person; null: `channel` itself. */
  place: string | null;
  /** Digest of what Slack shows now; null when nothing was posted yet. */
  saidDigest: string | null;
  threadTs: string | null;
  /** The thread of the card that was there before; null where there was none. */
  earlierThreadTs: string | null;
  /** Time stamp of an earlier message in whose place it is posted anew; null where it is the first. */
  replaces: string | null;
  /** When it was wanted first, epoch milliseconds. */
  createdAt: number;
  /** Since when it has had something to say that Slack does not show, epoch milliseconds; of no meaning where it has nothing. */
  wantedAt: number;
  attempts: number;
  notBefore: number;
  error: string | null;
}

/** What a channel has not been told yet. */
export interface Untold {
  channel: string;
  /** What Slack said of the oldest message that was tried; null where none was. */
  error: string | null;
  messages: number;
}

/** A deployment of which something is to be told. */
export interface UntoldDeployment {
  deployment: number;
  /** The version up to which its messages were written. */
  told: number;
  /** A line of its thread was written, and Slack has not taken it. */
  isBehind: boolean;
}

/** What is written about a delivery. */
export interface Delivery {
  state: DeliveryState;
  ts?: string;
  place?: string;
  saidDigest?: string;
  notBefore?: number;
  error?: string | null;
  /** Counts as a try; a message that is `sending` counts by itself. */
  tried?: boolean;
}

/** Messages on their way to Slack. */
export interface MessageStore {
  /** Deployments that have events nobody was told of, those first whose threads Slack has taken whole. */
  untold(limit: number): Promise<UntoldDeployment[]>;
  /** Writes messages and how far telling came, together; a card that exists is only given its new words. */
  tell(deployment: number, told: number, messages: OutgoingMessage[], at: number): Promise<void>;
  /**
   * Messages whose words are not in Slack yet and whose time has come, in order; a thread only after its card.
   */
  undelivered(now: number, limit: number): Promise<StoredMessage[]>;
  message(key: string): Promise<StoredMessage | null>;
  setDelivery(id: number, delivery: Delivery): Promise<void>;
  /** Takes a message back that Slack never showed; one that stands there stays. */
  withdraw(id: number): Promise<void>;
  /** Whatever was put off has its time come: an earlier process did it, and the clock may have been set back since. */
  endPauses(): Promise<void>;
  /** Has a message posted once more in place of one that is gone, not before an instant; its thread waits for it. */
  postAnew(key: string, notBefore: number): Promise<void>;
  /** Sets when the undelivered messages of a channel are tried next; null: of every channel. */
  tryNext(channel: string | null, at: number): Promise<void>;
  /** Channels with undelivered messages, by id; people who were written to directly are none. */
  undeliveredByChannel(): Promise<Untold[]>;
  /** The deployment that a message of ours, by its channel and time stamp in Slack, is about; null where it is none of ours. */
  deploymentOfMessage(channel: string, ts: string): Promise<number | null>;
}
