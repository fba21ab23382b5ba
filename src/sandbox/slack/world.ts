import type { JsonObject } from './json.ts';

/** A person as Slack knows them. */
export interface PersonSetup {
  id: string;
  name: string;
  realName?: string;
  /** IANA name; `UTC` when left out. */
  timezone?: string;
  isGuest?: boolean;
  isBot?: boolean;
  deleted?: boolean;
  /** Of another workspace. */
  stranger?: boolean;
}

/** A channel; without `members` everybody and the bot is in it. */
export interface ChannelSetup {
  id: string;
  name: string;
  members?: string[];
  /** Who is not in it does not see it. */
  isPrivate?: boolean;
}

/** A group that can be mentioned as one. */
export interface UsergroupSetup {
  id: string;
  handle: string;
  users: string[];
}

/** A message as it is kept. */
export interface StoredMessage {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: JsonObject[];
  metadata: JsonObject | null;
  /** How often it was edited. */
  edits: number;
  threadTs: string | null;
  broadcast: boolean;
  /** Whom posting it notified: ids of people and groups, `channel`, `here`, `everyone`. */
  pings: string[];
  reactions: string[];
  /** Ids of the files that stand in it. */
  files: string[];
}

/** A file that the app uploaded; `bytes` are null until they have come. */
export interface StoredFile {
  id: string;
  name: string;
  title: string;
  length: number;
  bytes: Buffer | null;
  channel: string | null;
  threadTs: string | null;
}

/** An answer that only one person saw. */
export interface Ephemeral {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: JsonObject[];
}

/** One view on somebody's stack; `blocks` and the rest as Slack gives them back. */
export interface StoredView {
  id: string;
  user: string;
  hash: string;
  /** What the app gave, with every id filled in. */
  view: JsonObject;
  /** What the person put in, by `block_id` and `action_id`; elements that were not touched are absent. */
  touched: Map<string, JsonObject>;
  rootId: string;
  previousId: string | null;
}

/** A right to open one view, 3 s long. */
export interface Trigger {
  user: string;
  createdAt: number;
  used: boolean;
}

/** Where a `response_url` leads. */
export interface ResponsePath {
  user: string;
  channel: string;
  createdAt: number;
  uses: number;
  /** The message whose button was pressed. */
  messageTs: string | null;
  ephemeral: boolean;
}

/** One call of the Web API as it came in and was answered. */
export interface RecordedCall {
  method: string;
  arguments: JsonObject;
  /** Epoch milliseconds. */
  at: number;
  ok: boolean;
  error: string | null;
}

/** What can happen, with what happened. */
export interface WorldEvents {
  message: StoredMessage;
  update: StoredMessage;
  ephemeral: Ephemeral;
  view: { user: string; stack: StoredView[] };
}

type AnyListener = (value: never) => void;

/** Everything the stand-in knows; `changed` wakes whoever waits for it. */
export class World {
  readonly people = new Map<string, PersonSetup>();
  readonly channels = new Map<string, ChannelSetup & { archived: boolean; isDirect: boolean }>();
  readonly usergroups = new Map<string, UsergroupSetup>();
  readonly messages: StoredMessage[] = [];
  readonly ephemerals: Ephemeral[] = [];
  readonly stacks = new Map<string, StoredView[]>();
  readonly homes = new Map<string, StoredView>();
  readonly triggers = new Map<string, Trigger>();
  readonly responsePaths = new Map<string, ResponsePath>();
  readonly calls: RecordedCall[] = [];
  readonly files = new Map<string, StoredFile>();
  /** Kinds of blocks that this workspace does not take, though others do. */
  readonly unknownBlocks = new Set<string>();
  /** Where the stand-in listens, ends in `/`; known once it does. */
  baseUrl = '';
  /** Calls that came in and have no answer yet. */
  openCalls = 0;
  readonly team: { id: string; name: string };
  readonly bot: { id: string; name: string; botId: string; appId: string };
  readonly now: () => number;
  #lastTs = 0;
  #count = 0;
  readonly #listeners = new Map<keyof WorldEvents, Set<AnyListener>>();
  readonly #watchers = new Set<() => void>();

  constructor(setup: { team: World['team']; bot: World['bot']; now: () => number }) {
    this.team = setup.team;
    this.bot = setup.bot;
    this.now = setup.now;
  }

  /** A new id such as `V7`; unique in this world. */
  newId(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }

  /** A message time stamp, later than every one before. */
  newTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, this.now() * 1_000);
    return `${Math.floor(this.#lastTs / 1e6)}.${String(this.#lastTs % 1e6).padStart(6, '0')}`;
  }

  /** The stack of views on somebody's screen, the topmost last. */
  stackOf(user: string): StoredView[] {
    const stack = this.stacks.get(user) ?? [];
    this.stacks.set(user, stack);
    return stack;
  }

  /** The name behind an id of a person, a channel or a group. */
  nameOf(id: string): string | undefined {
    return this.people.get(id)?.name ?? this.channels.get(id)?.name ?? this.usergroups.get(id)?.handle;
  }

  /** True when this person or the bot is in the channel. */
  isMember(channel: string, user: string): boolean {
    const members = this.channels.get(channel)?.members;
    return members === undefined || members.includes(user);
  }

  /** Calls `listener` for each such event until the answer is called. */
  on<K extends keyof WorldEvents>(event: K, listener: (value: WorldEvents[K]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Tells that something happened. */
  emit<K extends keyof WorldEvents>(event: K, value: WorldEvents[K]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (value: WorldEvents[K]) => void)(value);
    this.changed();
  }

  /** Wakes everyone who waits for a condition. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls `watcher` after each change until the answer is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
