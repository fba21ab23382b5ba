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

/** What becomes due, and when. */
export interface DueStore {
  /** Rows that are due, earliest first, at most `limit`. */
  dueBefore(instant: number, limit: number): Promise<Due[]>;
  /** Deployments that have a row of a kind which is due by an instant, each once. */
  havingDue(kind: DueKind, instant: number): Promise<number[]>;
  /** Removes exactly this row, after it was handled. */
  removeDue(due: Due): Promise<void>;
  /** The earliest row after an instant, for the alarm that only wakes early. */
  nextDueAfter(instant: number): Promise<number | null>;
}
