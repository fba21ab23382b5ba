/** When an environment may be deployed to: a recurring time of day on days, or one absolute span. */
export type Window = (
  | { days: Weekday[]; from: string; to: string; name: string | null }
  | { from: string; to: string; name: string | null }
) & {
  /**
   * When it closes, an attempt begins no further server, and with `stop` what runs on servers is ended; absent: what has
   * begun runs to its end.
   */
  atEnd?: 'no-new-server' | 'stop';
};

/** A day of a recurring window. */
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** A span in which nothing may start, in the environment's zone. */
export interface Freeze {
  from: string;
  to: string;
  reason: string;
  /** Whose approvals let a start happen all the same; absent: nobody's. */
  override?: { from: string[]; persons: number };
}

/** What it takes to start inside a freeze. */
export interface FreezeOverride {
  /** Reason of the freeze. */
  reason: string;
  from: string[];
  persons: number;
}

/** Somebody watches what starts at night. */
export interface WatchRule {
  /** The hours in which nobody needs to watch, as times of day in the zone of the environment. */
  outside: [string, string];
  /** Roles whose people watch. */
  from: string[];
  /** How long before the start they are asked. */
  confirmMinutes: number;
  /** What happens where nobody said yes by the start: a question, the start all the same, or none. */
  ifAbsent: 'pause' | 'go' | 'skip';
}

/** What happens to a start that was missed by more than the grace. */
export type OnMissed = 'run' | 'ask' | 'skip';
