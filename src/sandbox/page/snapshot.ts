import type { ScreenContent } from '../slack/screen-content.ts';

/** What the server pushes about the chat: everything one person sees. */
export interface ChatSnapshot {
  screen: ScreenContent;
  /** The people whom one may be on this page. */
  players: string[];
  /** The characters behind the emoji names that occur. */
  emoji: Record<string, string>;
  commands: SlashCommand[];
  shortcuts: Shortcut[];
  hint: Hint | null;
}

/** A command of the app, as its manifest announces it. */
export interface SlashCommand {
  command: string;
  description: string;
  usageHint: string;
}

/** A shortcut of the app, as its manifest announces it: on a message, or anywhere. */
export interface Shortcut {
  callbackId: string;
  name: string;
  description: string;
  type: 'global' | 'message';
}

/** What a first visitor may do next. */
export interface Hint {
  text: string;
  /** What can be typed for them. */
  offers?: string;
}

/** What the server pushes about the fleet, about once a second. */
export interface FleetSnapshot {
  balancer: 'haproxy' | 'small';
  servers: ServerSnapshot[];
  load: LoadSnapshot;
  bot: BotState;
}

/** One server of the fleet, with the requests it answered in each of the last seconds. */
export interface ServerSnapshot {
  name: string;
  cluster: string;
  /** What it serves; `no answer` where it says nothing. */
  revision: string;
  /** What the balancer says: `UP`, `DRAIN`, `MAINT`, `DOWN`, `unknown`. */
  balancer: string;
  answered: number;
  failed: number;
  failsNext: boolean;
  isStopped: boolean;
  isSlow: boolean;
  answeredEachSecond: number[];
}

/** What the load generator counted since the beginning. */
export interface LoadSnapshot {
  requestsPerSecond: number;
  sent: number;
  failed: number;
  byRevision: Record<string, number>;
}

/** How the bot's process is; moments are epoch milliseconds. */
export type BotState =
  | { is: 'starting'; pid: number; since: number }
  | { is: 'running'; pid: number; since: number }
  | { is: 'killed'; since: number }
  | { is: 'ended'; since: number; exitCode: number | null };
