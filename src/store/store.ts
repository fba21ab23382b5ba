import type { Actor } from '../domain/actor.ts';
import type { BatchChange, BatchOnFailure } from '../domain/batch/batch.ts';
import type { ChannelTelling } from '../domain/channel-telling.ts';
import type { Delegation } from '../domain/deployment/delegation.ts';
import type { DeploymentState } from '../domain/deployment/deployment.ts';
import type { EnvironmentEvent, EnvironmentLock } from '../domain/deployment/lock.ts';
import type { DeploymentEvent, StoredEvent } from '../domain/events.ts';
import type { PersonSettings } from '../domain/person-settings.ts';
import type { FilledProperty } from '../domain/plan/filled-properties.ts';
import type { ServerTime } from '../domain/plan/forecast.ts';
import type { AskedServer, ServerAnswer } from '../domain/plan/inspection.ts';
import type { Plan } from '../domain/plan/plan.ts';

/** What a list shows of a deployment without reading its log. */
export interface DeploymentSummary {
  number: number;
  environment: string;
  /** `customer360@2` or `shop@2, shop@3`. */
  title: string;
  state: DeploymentState;
  version: number;
  attempt: number;
  requestedBy: string;
  requestedAt: number;
  startsAt: number | null;
  endedAt: number | null;
  channel: string;
  planHash: string;
}

/** A deployment to be written: its first events, its frozen plan, and when its batch is due. */
export interface NewDeployment {
  environment: string;
  title: string;
  channel: string;
  plan: Plan;
  planHash: string;
  /** Redelivered requests carry the same key and find the deployment that exists. */
  requestKey: string;
  requestedBy: string;
  /** The hour of the batch; null: as soon as it is approved. */
  startsAt: number | null;
  zone: string;
  typed: string | null;
  at: number;
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
  /** Refuses with `too-many` when this person has already made this many requests since the instant. */
  quota: { since: number; limit: number } | null;
  /** What is written into the log of another deployment in the same moment, or nothing of both. */
  alongside?: Alongside;
  /** The batch that it enters, as its last; absent: it gets one of its own. */
  joins?: JoinedBatch;
}

/** A batch as it was looked at: if somebody changed it since, nothing is written. */
export interface JoinedBatch {
  batch: number;
  version: number;
}

/** A dated list, and what stands on it. */
export interface Batch {
  id: number;
  /** Its hour, epoch milliseconds; null: none, as soon as may be. */
  startsAt: number | null;
  zone: string;
  version: number;
  onFailure: BatchOnFailure;
  /** Null: it is as it was made. */
  changed: BatchChange | null;
  /** In order. */
  deployments: DeploymentSummary[];
}

/** Another order of a batch, decided on one version of it. */
export interface BatchOrder {
  batch: number;
  version: number;
  /** Every deployment of the batch, by number. */
  order: number[];
  onFailure: BatchOnFailure;
  by: string;
  at: number;
  /** What is written into the logs of those that it concerns. */
  events: Map<number, [DeploymentEvent, ...DeploymentEvent[]]>;
}

/** A change to a deployment that the new one is about. */
export interface Alongside {
  deployment: number;
  /** The version the decision was made on. */
  expectedVersion: number;
  /** Given the number of the new deployment. */
  events: (created: number) => [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
}

/** How a request came out. `stale`: somebody changed the deployment that it is about, decide again. */
export type CreateOutcome = { number: number; existed: boolean } | { tooMany: number } | { stale: true };

/** Kinds of things that become due; each names its deployment and is removed by the commit that deals with it. */
export type DueKind =
  | 'start'
  | 'expire'
  | 'remind'
  | 'question'
  | 'rollback'
  | 'window-end'
  | 'minutes'
  | 'glass-lapse'
  | 'glass-seen'
  | 'rehearsal'
  | 'rehearsal-end'
  | 'consent'
  | 'watch';

/** A row that becomes due. */
export interface Due {
  kind: DueKind;
  deployment: number;
  /** Epoch milliseconds. */
  at: number;
}

/** Adds a due row, or removes every row of a kind. */
export type DueChange = { add: DueKind; at: number } | { remove: DueKind };

/** What a person was answered; redelivered envelopes get the same again. */
export interface InboxAnswer {
  key: string;
  answer: unknown;
}

/** A change to one deployment, written whole or not at all. */
export interface Change {
  deployment: number;
  /** The version the decision was made on; null for facts that hold whatever else was written meanwhile. */
  expectedVersion: number | null;
  /** The lease's token; a stale one is refused (law 7, law 8). Null for decisions of people. */
  fence: number | null;
  at: number;
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due?: DueChange[];
  /** Frees the environment's lease together with the events, if this deployment holds it. */
  releaseLease?: boolean;
  /** A new frozen plan, when the old one was voided. */
  plan?: { plan: Plan; hash: string };
  inbox?: InboxAnswer;
  /** Closes the environment together with the events, unless it is closed already. */
  lock?: EnvironmentLock;
  /** Stale where the deployment does not hold this member out of service. */
  ifHeld?: string;
}

/**
 * How a commit came out. `stale`: somebody wrote first, load again. `fenced`: another owner holds the lease.
 * `locked`: an attempt was to begin in an environment that a person closed meanwhile.
 */
export type CommitOutcome =
  | { ok: true; version: number }
  | { ok: false; why: 'stale' | 'fenced' | 'locked' | 'unknown-deployment' };

/** A held environment. */
export interface Lease {
  environment: string;
  deployment: number;
  /** The process that holds it. */
  holder: string;
  fence: number;
  since: number;
  heartbeatAt: number;
}

/** Asks for the environment's lease for a deployment. */
export interface Claim {
  deployment: number;
  holder: string;
  at: number;
  /** A lease whose heartbeat is older than this instant belongs to nobody any more. */
  staleBefore: number;
  /** One whose heartbeat is later than this instant was written by a clock that was set back; absent: never. */
  staleAfter?: number;
}

/** Lifts exactly the lock that was decided about. */
export interface Unlock extends Actor {
  environment: string;
  /** When that lock was set, epoch milliseconds. */
  since: number;
  at: number;
}

/** An entry of an environment's trail. */
export interface StoredEnvironmentEvent {
  environment: string;
  /** Epoch milliseconds. */
  at: number;
  event: EnvironmentEvent;
}

/** Values that a person fills in. */
export interface FillIn extends Actor {
  environment: string;
  properties: FilledProperty[];
  at: number;
}

/** What is known of a server or cluster outside any deployment. */
export interface MemberService {
  environment: string;
  member: string;
  inService: 'yes' | 'no' | 'held';
  reason: string;
  deployment: number;
  since: number;
}

/** What a server said of itself when a deployment was last done with it. */
export interface ServerRecord {
  server: string;
  /** Null while it is deployed to, and where it said nothing: then nobody can say what runs there. */
  readBack: string | null;
  deployment: number;
  /** Epoch milliseconds. */
  at: number;
}

/** A person's App Home. */
export interface Home {
  person: string;
  /** When it was last opened, epoch milliseconds. */
  openedAt: number;
  /** They chose to see only environments that are theirs. */
  onlyMine: boolean;
  /** When it was last tried to show something, epoch milliseconds. */
  triedAt: number;
  /** Digest of what Slack shows; null where nobody knows. */
  shownDigest: string | null;
}

/** Something that is to be shown in a person's App Home. */
export interface HomeShowing {
  person: string;
  digest: string;
  at: number;
  /** Shown only where it differs from what stands there, and the last try is at least this old; null: in any case. */
  unlessTriedWithinMs: number | null;
}

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

/** A file for a thread: it is sent once and never changed. */
export interface OutgoingFile {
  /** As it is saved by whoever takes it: `1042-web-7.log`. */
  filename: string;
  /** What people see above it. */
  title: string;
  /** What it shows, for whoever cannot see it. */
  altText: string;
  bytes: Uint8Array;
}

/** A file on its way; its bytes are let go once it stands in Slack. */
export interface StoredFile extends Omit<OutgoingFile, 'bytes'> {
  bytes: Uint8Array | null;
  /** What Slack calls it; null until Slack has its bytes. */
  slackId: string | null;
}

/** One run of a task in one attempt. */
export interface TaskPlace {
  deployment: number;
  attempt: number;
  task: number;
  run: number;
}

/** What an environment tells its channel besides the card, and who decided so when. */
export interface ChosenTelling extends Actor {
  environment: string;
  tells: ChannelTelling;
  /** Epoch milliseconds. */
  at: number;
}

/** The place of an event in the whole log, over all deployments, and the hash that holds it to everything before. */
export interface LogPlace {
  seq: number;
  hash: string;
  deployment: number;
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

/** How much of everything there is at a moment. */
export interface StoreGauges {
  /** Those that have not ended. */
  deployments: { state: DeploymentState; count: number }[];
  /** Messages that Slack does not show as they should be; the kind is the beginning of their keys. */
  outbox: { kind: string; state: DeliveryState; count: number }[];
  /** Since when the oldest of them has waited, epoch milliseconds. */
  oldestUnsaidAt: number | null;
  due: { kind: DueKind; count: number }[];
  oldestDueAt: number | null;
  /** Servers that were asked and have not answered. */
  inspections: number;
  /** Held environments. */
  leases: { environment: string; since: number; heartbeatAt: number }[];
  /** Events in the log. */
  logLength: number;
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

/**
 * The memory cannot be used for the moment: its disk is full or read-only, another program keeps it locked, its file is
 * gone. What decides by rows goes on by itself once it can. `message` is for whoever runs the bot and names the file and
 * the way out; `reason` is for everybody: `its disk is full`.
 */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
  readonly reason: string;

  constructor(reason: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/**
 * The product's memory. Each call is one whole transaction. Rows are the truth for every process:
 * nothing decides from what it remembers. Any call may reject with `StoreUnavailable`.
 */
export interface Store {
  /** Random, made with the database: keeps the marks of two installations apart on the same servers. */
  installation(): Promise<string>;

  createDeployment(request: NewDeployment): Promise<CreateOutcome>;
  summary(deployment: number): Promise<DeploymentSummary | null>;
  /** The newest first; all where no filter is given. `before` asks for those with lower numbers. */
  list(filter: {
    environment?: string;
    states?: DeploymentState[];
    limit: number;
    before?: number;
  }): Promise<DeploymentSummary[]>;
  plan(hash: string): Promise<Plan | null>;
  /** Events with a version above `version`, in order. */
  eventsAfter(deployment: number, version: number): Promise<StoredEvent[]>;
  commit(change: Change): Promise<CommitOutcome>;

  /**
   * Closes an environment: nothing queued there can be claimed, and its log says which lock it met, as does the log of
   * whatever is queued later. Answers the lock that already stands, and then writes nothing; null: it is closed now.
   */
  lockEnvironment(lock: EnvironmentLock): Promise<EnvironmentLock | null>;
  /** Opens it again and says so in the log of everything queued there; null when this lock does not stand any more. */
  unlockEnvironment(unlock: Unlock): Promise<EnvironmentLock | null>;
  lock(environment: string): Promise<EnvironmentLock | null>;
  /** All closed environments, by name. */
  locks(): Promise<EnvironmentLock[]>;
  /** Writes into the trail of each of these environments that a reload changed its configuration. */
  noteReload(reload: { at: number; environments: string[] }): Promise<void>;
  /** Who closed and opened an environment or filled in properties, and when its configuration was changed, in order. */
  environmentEvents(environment: string): Promise<StoredEnvironmentEvent[]>;

  /** The batch on which a deployment stands; null where there is no such deployment. */
  batchOf(deployment: number): Promise<Batch | null>;
  /** Batches whose hour lies within a span, both ends included, by their hour. */
  batchesBetween(from: number, to: number): Promise<Batch[]>;
  /** Gives a batch another order; false when somebody changed it since, or the order is not of what stands on it. */
  orderBatch(order: BatchOrder): Promise<boolean>;

  /**
   * Queued deployments whose environment is free and open, and running ones whose lease belongs to nobody any more:
   * oldest first, those of one batch in its order.
   */
  claimable(staleBefore: number, staleAfter?: number): Promise<DeploymentSummary[]>;
  /** Takes the lease with a higher token; null when the environment is held or closed, or the deployment needs no executor. */
  claim(claim: Claim): Promise<Lease | null>;
  /** False when the token is stale: the holder must stop at once. */
  heartbeat(environment: string, fence: number, at: number): Promise<boolean>;
  lease(environment: string): Promise<Lease | null>;
  leases(): Promise<Lease[]>;

  /** Members that are not in service, or were put back by a person or a deployment. */
  members(environment: string): Promise<MemberService[]>;
  /** What each server of an environment last said of itself, where any deployment was there. */
  records(environment: string): Promise<ServerRecord[]>;
  /**
   * How long servers took in the latest deployments of an environment of which all or a part ended well, at most as many
   * as `deployments`, rollbacks left out; the newest deployment first, then in the order in which the servers ended.
   */
  serverTimes(environment: string, deployments: number): Promise<ServerTime[]>;
  /** Where the backup of the latest deployment that succeeded there lies; null where none was made. */
  lastBackup(environment: string): Promise<string | null>;

  /** Puts a person's vote in an environment into another hand, in place of an earlier one, and says so in the trail. */
  delegate(delegation: Delegation): Promise<void>;
  /** Takes every vote of a person back from other hands, and says so in the trails; answers those that had not run out. */
  endDelegations(by: string, at: number): Promise<Delegation[]>;
  /** Votes in other hands, also those that ran out: of an environment, or of a person. */
  delegations(of: { environment: string } | { by: string }): Promise<Delegation[]>;

  /** Gives values to properties that have none here yet, and says so in the trail; answers those that it gave. */
  fillIn(fill: FillIn): Promise<FilledProperty[]>;
  /** What was filled in for an environment, in order of cluster and name. */
  filledIn(environment: string): Promise<FilledProperty[]>;

  /** Wants servers of an environment looked at; what they said last stays until they answer. */
  askServers(environment: string, servers: string[], at: number): Promise<void>;
  /** Servers that were asked and did not answer since, longest first, at most `limit`. */
  unanswered(limit: number): Promise<{ environment: string; server: string; askedAt: number }[]>;
  /** Keeps what a server said; nothing where it was never asked. */
  answerFor(
    server: { environment: string; server: string },
    said: { at: number; answer: ServerAnswer },
  ): Promise<void>;
  /** What the servers of an environment were asked, and what they said last, by name. */
  askedServers(environment: string): Promise<AskedServer[]>;

  /** Somebody opened their App Home. */
  openHome(person: string, at: number): Promise<Home>;
  home(person: string): Promise<Home | null>;
  /** Remembers what they want to see there; answers null where they never opened it. */
  chooseHome(person: string, onlyMine: boolean): Promise<Home | null>;
  /** Who opened it after an instant, the earliest first, at most `limit`. */
  homesSince(instant: number, limit: number): Promise<Home[]>;
  /** Begins to show something: answers the token of this try; null where it need not be, or may not be yet. */
  beginShowing(showing: HomeShowing): Promise<number | null>;
  /** Keeps what is shown; where another try was begun since, nobody knows which of both came last. */
  endShowing(person: string, token: number, digest: string | null): Promise<void>;

  /** Rows that are due, earliest first, at most `limit`. */
  dueBefore(instant: number, limit: number): Promise<Due[]>;
  /** Removes exactly this row, after it was handled. */
  removeDue(due: Due): Promise<void>;
  /** The earliest row after an instant, for the alarm that only wakes early. */
  nextDueAfter(instant: number): Promise<number | null>;

  /** Writes the envelope before it is acknowledged; answers the earlier answer when it was seen before. */
  receive(key: string, what: string, by: string, at: number): Promise<{ first: boolean; answer: unknown }>;
  /** Keeps the first answer of an envelope, and answers the one that is kept. */
  answer(inbox: InboxAnswer): Promise<unknown>;

  /** The digest of a revision's content when it was first seen here; remembers this one if none was. */
  pinRevision(name: string, digest: string, at: number): Promise<string>;

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

  /** The file of a message by its key; null where it is none. */
  file(key: string): Promise<StoredFile | null>;
  /** Notes what Slack calls a file whose bytes it has; null: it has them no longer. */
  nameFile(key: string, slackId: string | null): Promise<void>;
  /** A file stands in Slack: its bytes are let go. */
  fileStands(key: string): Promise<void>;

  /** Keeps what a failed task printed, in place of what is there. */
  keepOutput(place: TaskPlace, output: string): Promise<void>;
  /** What a failed task printed; null where nothing was kept. */
  output(place: TaskPlace): Promise<string | null>;

  /** Kinds of blocks that a workspace does not take. */
  refusedBlocks(workspace: string): Promise<string[]>;
  /** Remembers for good that a workspace does not take a kind of block. */
  refuseBlock(refused: { workspace: string; block: string; at: number }): Promise<void>;

  /** What a person chose about direct messages; null where they never chose. */
  personSettings(person: string): Promise<PersonSettings | null>;
  /** Keeps what they chose; what waits for them is judged by it at once. */
  keepPersonSettings(kept: { person: string; settings: PersonSettings; at: number }): Promise<void>;
  /** What an environment tells its channel; null where nobody chose. */
  channelTelling(environment: string): Promise<ChosenTelling | null>;
  /** Keeps what it tells from now on, and writes it into the environment's trail; nothing where it is so already. */
  chooseChannelTelling(chosen: ChosenTelling): Promise<void>;
  /** The deployment that a message of ours, by its channel and time stamp in Slack, is about; null where it is none of ours. */
  deploymentOfMessage(channel: string, ts: string): Promise<number | null>;

  /** When the newest message whose key begins so was first wanted, epoch milliseconds; null where there is none. */
  newestMessageAt(prefix: string): Promise<number | null>;

  /** The newest event of the log; null while there is none. */
  logHead(): Promise<LogPlace | null>;
  /** Where an event stands in the log; null where there is no such event. */
  logPlace(deployment: number, version: number): Promise<LogPlace | null>;

  /** How much of everything there is now. Cheap, however old the database is. */
  gauges(): Promise<StoreGauges>;

  /** Calls back after every commit, in this process; other processes are found by the tick. */
  onCommit(listener: () => void): () => void;
  /** Rejects unless a row can be written now. */
  checkWritable(at: number): Promise<void>;
  close(): Promise<void>;
}
