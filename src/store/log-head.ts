/** The place of an event in the whole log, over all deployments, and the hash that holds it to everything before. */
export interface LogPlace {
  seq: number;
  hash: string;
  deployment: number;
}

/** Where the whole log stands, and when its head was last said elsewhere. */
export interface LogHeadStore {
  /** The newest event of the log; null while there is none. */
  logHead(): Promise<LogPlace | null>;
  /** Where an event stands in the log; null where there is no such event. */
  logPlace(deployment: number, version: number): Promise<LogPlace | null>;
  /** When the newest message whose key begins so was first wanted, epoch milliseconds; null where there is none. */
  newestMessageAt(prefix: string): Promise<number | null>;
}
