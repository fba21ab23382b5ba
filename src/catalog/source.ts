import type { Verdict } from '../domain/verdict.ts';

/** One version of a name, as the list shows it. */
export interface ListedVersion {
  version: string;
  description: string;
  /** Absent where the version cannot be read. */
  about?: AboutRevision;
}

/** For whom and for what a revision is, as far as a list has to know. */
export interface AboutRevision {
  author: string | null;
  /** Names of its parts. */
  parts: string[];
}

/** Where the versions of one catalogue name are found. */
export interface RevisionSource {
  /** Every version, the newest first; never waits for a network. */
  list(): Promise<ListedVersion[]>;
  /**
   * The directory with the files of a version, absolute; null where there is no such version. `version` need not be a
   * safe word.
   */
  open(version: string): Promise<Verdict<string> | null>;
  /** Asks for what is new. Answers a sentence where that failed; what was known stays in use. */
  refresh(): Promise<string | null>;
}
